"""What an audit asks of the database: every event's own row beside its manifest, its verdicts and its hold."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.evidence.journal import digest_of
from service.storage import tables

__all__ = ["AuditedEvent", "AuditedRevision", "audited_events", "audited_revisions"]

_AT_ONCE: Final = 500
_FACTS: Final = (
    "window rule rulebook state started_at satisfied_at until confidence repeat_of".split()  # all but its id
)


@dataclass(frozen=True, slots=True)
class AuditedEvent:
    """An event as the database holds it.

    ``facts``: what happened when. ``rule``: the rule as the stored rulebook has it. ``folder`` and ``manifest`` are
    None where there is no evidence. ``verdicts``: all that were given, each with ``verdict``, ``by``, ``why`` and
    ``at``, the latest last; ``verdict`` the one that holds. What cannot be read is taken as empty.
    """

    id: str
    verdict: str
    facts: Mapping[str, Any]
    rule: Mapping[str, Any]
    folder: str | None
    manifest: Mapping[str, Any] | None
    is_deleted: bool
    is_held: bool
    verdicts: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AuditedRevision:
    """A version of an edited part; ``said`` has who saved it (``by``), ``why``, when (``at``), and its ``sha256``."""

    part: str
    version: int
    said: Mapping[str, Any]


async def audited_revisions(session: AsyncSession) -> list[AuditedRevision]:
    """Every version of every part that was ever edited."""
    row = tables.Revision
    query = select(row.part, row.version, row.by, row.why, row.saved_at, cast(row.content, Text))
    return [
        AuditedRevision(part, version, {"by": by, "why": why, "at": at, "sha256": digest_of(_read(content))})
        for part, version, by, why, at, content in await session.execute(query.order_by(row.part, row.version))
    ]


async def audited_events(session: AsyncSession, only: str | None = None) -> AsyncIterator[AuditedEvent]:
    """Every event, or one, in the order of their ids; many are read piece by piece."""
    event, evidence, hold = tables.Event, tables.Evidence, tables.Hold
    # As text: what somebody has spoilt is to be told, and not to end the audit.
    query = (
        select(event, evidence.folder, cast(evidence.manifest, Text), evidence.deleted_at, hold.event)
        .outerjoin(evidence, evidence.event == event.id)
        .outerjoin(hold, hold.event == event.id)
        .order_by(event.id)
    )
    books = await _rules(session)
    after = ""
    while True:
        asked = query.where(event.id == only) if only is not None else query.where(event.id > after)
        found = (await session.execute(asked.limit(_AT_ONCE))).all()
        verdicts = await _verdicts(session, [row.id for row, *_ in found])
        for row, folder, manifest, deleted_at, held in found:
            yield AuditedEvent(
                row.id,
                row.verdict,
                {name: getattr(row, name) for name in _FACTS},
                _mapping(books.get(row.rulebook, {}).get(row.rule)),
                folder,
                None if folder is None else _read(manifest),
                deleted_at is not None,
                held is not None,
                verdicts.get(row.id, ()),
            )
        if only is not None or len(found) < _AT_ONCE:
            return
        after = found[-1][0].id
        session.expunge_all()


async def _rules(session: AsyncSession) -> dict[str, Mapping[str, Any]]:
    """The rules of every rulebook that an event names."""
    rows = await session.execute(select(tables.Rulebook.version, cast(tables.Rulebook.content, Text)))
    return {version: _mapping(_read(content).get("rules")) for version, content in rows}


async def _verdicts(session: AsyncSession, events: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    given = tables.Verdict
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in await session.scalars(select(given).where(given.event.in_(events)).order_by(given.id)):
        said = {"verdict": one.verdict, "by": one.by, "why": one.why, "at": one.at}
        found.setdefault(one.event, []).append(said)
    return found


def _read(text: Any) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
