"""What is asked of events: keep one, list them newest first, find one with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.rules.event import Event
from service.storage import tables
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["EventFilter", "EventPage", "EventQueries", "StoredEvidence"]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events: None means any. Times bound ``started_at``: from ``since`` on, before ``until``."""

    window: str | None = None
    rule: str | None = None
    state: str | None = None
    since: StreamTime | None = None
    until: StreamTime | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events newest first; ``after`` is the key from which the next page goes on, None on the last."""

    events: tuple[Event, ...]
    after: tuple[StreamTime, str] | None


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    folder: str
    manifest: Mapping[str, Any]


class EventQueries:
    """Events within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def keep(self, event: Event, rulebook: Mapping[str, Any] | None) -> bool:
        """Insert or update; returns whether anything changed. One that has ended is never opened again.

        ``rulebook`` is the content of the one that the event names, None when it is known to be here.
        """
        if rulebook is not None and await self._session.get(tables.Rulebook, event.rulebook) is None:
            self._session.add(tables.Rulebook(version=event.rulebook, content=dict(rulebook)))
            await self._session.flush()
        values = {field.name: getattr(event, field.name) for field in fields(event)}
        known = await self._session.get(tables.Event, event.id)
        if known is None:
            self._session.add(tables.Event(**values))
            return True
        if known.state != "open" or _event(known) == event:
            return False
        for name, value in values.items():
            setattr(known, name, value)
        return True

    async def keep_evidence(self, event: str, folder: str, manifest: Mapping[str, Any]) -> None:
        await self._session.merge(tables.Evidence(event=event, folder=folder, manifest=dict(manifest)))

    async def page(self, wanted: EventFilter, limit: int, before: tuple[StreamTime, str] | None = None) -> EventPage:
        """The ``limit`` newest events that began before the key ``before``."""
        found = (await self._session.scalars(page_query(wanted, limit + 1, before))).all()
        events = tuple(_event(row) for row in found[:limit])
        more = len(found) > limit
        return EventPage(events, (events[-1].started_at, events[-1].id) if more else None)

    async def find(self, event: str) -> Event | None:
        row = await self._session.get(tables.Event, event)
        return None if row is None else _event(row)

    async def neighbours(self, event: Event) -> tuple[str | None, str | None]:
        """The ids of the next older and the next newer event."""
        row = tables.Event
        key = (event.started_at, event.id)
        older = page_query(EventFilter(), 1, key)
        newer = select(row).where(tuple_(row.started_at, row.id) > key).order_by(row.started_at, row.id).limit(1)
        found = [(await self._session.scalars(query)).first() for query in (older, newer)]
        return found[0].id if found[0] else None, found[1].id if found[1] else None

    async def evidence(self, event: str) -> StoredEvidence | None:
        row = await self._session.get(tables.Evidence, event)
        return None if row is None else StoredEvidence(row.folder, row.manifest)

    async def with_evidence(self, events: Sequence[str]) -> dict[str, StoredEvidence]:
        """The evidence of those of ``events`` that have any."""
        rows = await self._session.scalars(select(tables.Evidence).where(tables.Evidence.event.in_(events)))
        return {row.event: StoredEvidence(row.folder, row.manifest) for row in rows}

    async def rulebook(self, version: str) -> Mapping[str, Any] | None:
        row = await self._session.get(tables.Rulebook, version)
        return None if row is None else row.content


def page_query(wanted: EventFilter, limit: int, before: tuple[StreamTime, str] | None) -> Select[tables.Event]:
    """Events by key, newest first; every filter has an index that also gives the order."""
    event = tables.Event
    query = select(event).order_by(event.started_at.desc(), event.id.desc()).limit(limit)
    for column, value in ((event.window, wanted.window), (event.rule, wanted.rule), (event.state, wanted.state)):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(event.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(event.started_at < wanted.until)
    if before is not None:
        query = query.where(tuple_(event.started_at, event.id) < before)
    return query


def _event(row: tables.Event) -> Event:
    return Event(
        row.id,
        WindowId(row.window),
        row.rule,
        row.rulebook,
        row.state,  # type: ignore[arg-type]  # written from an Event
        StreamTime(row.started_at),
        StreamTime(row.satisfied_at),
        StreamTime(row.until),
        row.confidence,
        row.repeat_of,
    )
