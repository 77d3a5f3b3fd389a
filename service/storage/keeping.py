"""What is asked of evidence when room is made: which events' files may go, and that they went."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.evidence.journal import MANIFESTS
from service.rules.event import VerdictWord
from service.storage import tables
from service.storage.journal import JournalQueries, manifest_row
from vision.streamtime import StreamTime

__all__ = ["KeepingQueries", "Kept", "old_query"]


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence on the disk: its event, its folder below the evidence folder, and the bytes its manifest lists."""

    event: str
    folder: str
    bytes: int


class KeepingQueries:
    """Evidence to be deleted, within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def old(self, verdict: VerdictWord, before: StreamTime, limit: int) -> list[Kept]:
        """The oldest evidence of ended events with ``verdict`` that ended, and were judged, before a moment.

        What is under a legal hold, and what is deleted already, is left out.
        """
        rows = await self._session.scalars(old_query(verdict, before, limit))
        return [_kept(row) for row in rows]

    async def delete_if_old(
        self, event: str, verdict: VerdictWord, before: StreamTime, why: str, at: StreamTime
    ) -> bool:
        """Delete as ``delete`` does what `old` told of; False where it may stay after all.

        Files take their time to go, and meanwhile somebody may have put the next event under a hold, or judged it.
        """
        await JournalQueries(self._session).alone()
        query = old_query(verdict, before, 1).where(tables.Evidence.event == event)
        if (await self._session.scalars(query)).first() is None:
            return False
        await self.delete(event, why, at)
        return True

    async def delete(self, event: str, why: str, at: StreamTime) -> None:
        """Say, here and in the journal, that the files of ``event`` are deleted; they go once this is kept."""
        values = {"kept_since": None, "deleted_at": at, "deleted_why": why}
        await self._session.execute(update(tables.Evidence).where(tables.Evidence.event == event).values(**values))
        await JournalQueries(self._session).add("deleted", event, {"why": why}, at)

    async def deleted(self, events: Sequence[str]) -> set[str]:
        """Those of ``events`` whose files are said to be deleted."""
        evidence = tables.Evidence
        query = select(evidence.event).where(evidence.event.in_(events), evidence.deleted_at.is_not(None))
        return set(await self._session.scalars(query))

    async def adopt(self, at: StreamTime, limit: int) -> int:
        """Write the next ``limit`` manifests that are older than the journal into it; returns how many there were.

        The row says that they were adopted: what they were before, nobody can vouch for. A manifest of an event that
        began when there was a journal was put into the database by somebody else, and stays out.
        """
        row, event, journal = tables.JournalRow, tables.Event, JournalQueries(self._session)
        known = exists().where(row.event == tables.Evidence.event, row.kind.in_(MANIFESTS))
        query = select(tables.Evidence).join(event, event.id == tables.Evidence.event).where(~known)
        for first in await journal.page(0, 1):
            query = query.where(event.started_at < first.at)
        strange = (await self._session.scalars(query.order_by(tables.Evidence.event).limit(limit))).all()
        for one in strange:
            await journal.add("adopted", one.event, manifest_row(one.folder, one.manifest), at)
        return len(strange)


def old_query(verdict: VerdictWord, before: StreamTime, limit: int) -> Select[tables.Evidence]:
    """Evidence that may go, oldest first; read along the index of what is kept."""
    event, evidence, given = tables.Event, tables.Evidence, tables.Verdict
    return (
        select(evidence)
        .join(event, event.id == evidence.event)
        .where(evidence.kept_since.is_not(None), evidence.kept_since < before)
        .where(event.verdict == verdict, event.until < before, event.state != "open")
        .where(~exists().where(tables.Hold.event == event.id))
        .where(~exists().where(given.event == event.id, given.at >= before))
        .order_by(evidence.kept_since)
        .limit(limit)
    )


def _kept(row: tables.Evidence) -> Kept:
    files = row.manifest.get("files") or []
    return Kept(row.event, row.folder, sum(int(file.get("bytes", 0)) for file in files))
