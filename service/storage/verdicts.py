"""What is asked of verdicts and legal holds: give one, take one back, and what was said before."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.rules.event import VerdictWord
from service.storage import tables
from service.storage.journal import JournalQueries
from vision.streamtime import StreamTime

__all__ = ["Judged", "LegalHold", "VerdictQueries"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict: who gave it, when, and why."""

    verdict: VerdictWord
    by: str
    why: str
    at: StreamTime


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Who has forbidden to delete an event's evidence, when, and why."""

    by: str
    why: str
    at: StreamTime


class VerdictQueries:
    """Verdicts and holds within one transaction; each is written into the journal with it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._journal = JournalQueries(session)

    async def judge(self, event: str, given: Judged) -> None:
        """Keep a verdict behind those of before; it is the one that holds."""
        row = tables.Verdict(event=event, verdict=given.verdict, by=given.by, why=given.why, at=given.at)
        self._session.add(row)
        await self._session.execute(update(tables.Event).where(tables.Event.id == event).values(verdict=given.verdict))
        said = {"verdict": given.verdict, "by": given.by, "why": given.why}
        await self._journal.add("verdict", event, said, given.at)

    async def history(self, event: str) -> list[Judged]:
        """Every verdict on ``event``, the first one first."""
        query = select(tables.Verdict).where(tables.Verdict.event == event).order_by(tables.Verdict.id)
        return [_judged(row) for row in await self._session.scalars(query)]

    async def hold_on(self, event: str) -> LegalHold | None:
        """The hold that ``event`` is under."""
        row = await self._session.get(tables.Hold, event)
        return None if row is None else LegalHold(row.by, row.why, StreamTime(row.at))

    async def hold(self, event: str, hold: LegalHold) -> bool:
        """Put ``event`` under a hold; returns whether it was under none."""
        if await self._session.get(tables.Hold, event) is not None:
            return False
        self._session.add(tables.Hold(event=event, by=hold.by, why=hold.why, at=hold.at))
        await self._journal.add("hold", event, {"by": hold.by, "why": hold.why}, hold.at)
        return True

    async def release(self, event: str, by: str, why: str, at: StreamTime) -> bool:
        """End the hold on ``event``; returns whether it was under one."""
        known = await self._session.get(tables.Hold, event)
        if known is None:
            return False
        await self._session.delete(known)
        await self._journal.add("release", event, {"by": by, "why": why}, at)
        return True


def _judged(row: tables.Verdict) -> Judged:
    return Judged(row.verdict, row.by, row.why, StreamTime(row.at))
