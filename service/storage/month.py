"""What is asked of a month's events by their verdicts: which were upheld, what they repeat, how many wait."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.rules.event import Event, VerdictWord
from service.storage import tables
from service.storage.events import event_of
from vision.streamtime import StreamTime

__all__ = ["EventOnTrial", "MonthQueries"]


@dataclass(frozen=True, slots=True)
class EventOnTrial:
    """An event and the verdict that holds."""

    event: Event
    verdict: VerdictWord


class MonthQueries:
    """Events that began from ``since`` to before ``until``, within one transaction."""

    def __init__(self, session: AsyncSession, since: StreamTime, until: StreamTime) -> None:
        self._session = session
        self._since, self._until = since, until

    async def upheld(self) -> list[EventOnTrial]:
        """In order of time."""
        return _found(await self._session.scalars(verdict_query("upheld", self._since, self._until)))

    async def pending(self) -> list[Event]:
        """Those that wait for a verdict, open ones too."""
        query = verdict_query("pending", self._since, self._until)
        return [event_of(row) for row in await self._session.scalars(query)]

    async def of_rules(self, rules: Collection[str]) -> list[EventOnTrial]:
        """Those of some rules, whatever their verdict."""
        event = tables.Event
        query = select(event).where(event.rule.in_(rules), *self._within())
        return _found(await self._session.scalars(query)) if rules else []

    async def repeated_by(self, events: Iterable[Event]) -> list[EventOnTrial]:
        """What ``events`` repeat, and what those repeat, down to the first of each; it may be older than the month."""
        first = {event.repeat_of for event in events if event.repeat_of is not None}
        if not first:
            return []
        event = tables.Event
        chain = select(event.id, event.repeat_of).where(event.id.in_(first)).cte("chain", recursive=True)
        older = select(event.id, event.repeat_of).join(chain, event.id == chain.c.repeat_of)
        every = chain.union(older)  # UNION, so that even a circle comes to an end
        return _found(await self._session.scalars(select(event).where(event.id.in_(select(every.c.id)))))

    async def counts(self) -> dict[str, int]:
        """How many events there are of each verdict."""
        verdict = tables.Event.verdict
        query = select(verdict, func.count(literal_column("*"))).where(
            verdict.in_(("pending", "upheld", "dismissed")), *self._within()
        )
        return {name: number for name, number in await self._session.execute(query.group_by(verdict))}

    def _within(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        started = tables.Event.started_at
        return started >= self._since, started < self._until


def verdict_query(verdict: VerdictWord, since: StreamTime, until: StreamTime) -> Select[tables.Event]:
    """Events of one verdict in a stretch of time, oldest first, along one index."""
    event = tables.Event
    query = select(event).where(event.verdict == verdict, event.started_at >= since, event.started_at < until)
    return query.order_by(event.started_at, event.id)


def _found(rows: Iterable[tables.Event]) -> list[EventOnTrial]:
    return [EventOnTrial(event_of(row), row.verdict) for row in rows]
