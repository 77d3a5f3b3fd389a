"""What an audit asks of the database: every event's own row beside its manifest."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.storage import tables

__all__ = ["AuditedEvent", "audited_events"]

_AT_ONCE: Final = 500
_FACTS: Final = ("window", "rule", "rulebook", "state", "started_at", "satisfied_at", "until")


@dataclass(frozen=True, slots=True)
class AuditedEvent:
    """An event as the database holds it: its verdict, its copy of the manifest, and what it says happened when."""

    id: str
    verdict: str
    manifest: Mapping[str, Any] | None
    facts: Mapping[str, Any]


async def audited_events(session: AsyncSession, only: str | None = None) -> AsyncIterator[AuditedEvent]:
    """Every event, or one, in the order of their ids; many are read piece by piece."""
    event, evidence = tables.Event, tables.Evidence
    query = select(event, evidence).outerjoin(evidence, evidence.event == event.id).order_by(event.id)
    after = ""
    while True:
        asked = query.where(event.id == only) if only is not None else query.where(event.id > after)
        found = (await session.execute(asked.limit(_AT_ONCE))).all()
        for row, kept in found:
            facts = {name: getattr(row, name) for name in _FACTS}
            yield AuditedEvent(row.id, row.verdict, None if kept is None else kept.manifest, facts)
        if only is not None or len(found) < _AT_ONCE:
            return
        after = found[-1][0].id
        session.expunge_all()
