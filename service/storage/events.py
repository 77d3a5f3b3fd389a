"""What is asked of events: keep one, list them newest first, find one with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.rules.event import Event, VerdictWord
from service.storage import tables
from service.storage.journal import JournalQueries, manifest_row
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["EventFilter", "EventKey", "EventPage", "EventQueries", "StoredEvidence", "event_of"]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events: None means any. Times bound ``started_at``: from ``since`` on, before ``until``."""

    window: str | None = None
    rule: str | None = None
    state: str | None = None
    verdict: str | None = None
    since: StreamTime | None = None
    until: StreamTime | None = None


EventKey = tuple[StreamTime, str]
"""The place of an event in time: when it began, and its id for those that began in the same moment."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events newest first. ``older`` and ``newer`` are the keys from which the pages beside this one go on, or None."""

    events: tuple[Event, ...]
    older: EventKey | None
    newer: EventKey | None


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    """An event's evidence; ``deleted_at`` and ``deleted_why`` once retention has taken its files."""

    folder: str
    manifest: Mapping[str, Any]
    deleted_at: StreamTime | None = None
    deleted_why: str | None = None


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
        if known.state != "open" or event_of(known) == event:
            return False
        for name, value in values.items():
            setattr(known, name, value)
        return True

    async def keep_evidence(self, event: str, folder: str, manifest: Mapping[str, Any], at: StreamTime) -> bool:
        """Keep the latest manifest and write it into the journal; returns whether it was not known yet."""
        known = await self._session.get(tables.Evidence, event)
        if known is not None and known.manifest == manifest:
            return False
        row = await self._session.merge(tables.Evidence(event=event, folder=folder, manifest=dict(manifest)))
        row.kept_since = await self._session.scalar(select(tables.Event.started_at).where(tables.Event.id == event))
        row.deleted_at = row.deleted_why = None
        await JournalQueries(self._session).add("manifest", event, manifest_row(folder, manifest), at)
        return True

    async def verdicts(self, events: Sequence[str]) -> dict[str, VerdictWord]:
        """How each of ``events`` stands."""
        query = select(tables.Event.id, tables.Event.verdict).where(tables.Event.id.in_(events))
        return {row.id: row.verdict for row in await self._session.execute(query)}

    async def page(
        self, wanted: EventFilter, limit: int, before: EventKey | None = None, after: EventKey | None = None
    ) -> EventPage:
        """The ``limit`` events next to a key: the newest that began before ``before``, or the oldest after ``after``.

        Without a key they are the newest of all.
        """
        query = page_query(wanted, limit + 1, before) if after is None else newer_query(wanted, limit + 1, after)
        found = [event_of(row) for row in await self._session.scalars(query)]
        events, more = tuple(found[:limit]), len(found) > limit
        if after is not None:
            events = events[::-1]
        if not events:
            return EventPage((), None, None)
        older = more if after is None else True
        newer = before is not None if after is None else more
        return EventPage(events, _key(events[-1]) if older else None, _key(events[0]) if newer else None)

    async def with_verdicts(self, since: StreamTime, until: StreamTime) -> list[tuple[Event, str]]:
        """Events that began from ``since`` to before ``until``, with the verdict that holds, oldest first."""
        rows = await self._session.scalars(span_query(since, until))
        return [(event_of(row), row.verdict) for row in rows]

    async def find(self, event: str) -> Event | None:
        row = await self._session.get(tables.Event, event)
        return None if row is None else event_of(row)

    async def open_by_window(self) -> dict[str, int]:
        """How many events are open at each window that has any."""
        event = tables.Event
        query = select(event.window, func.count()).where(event.state == "open").group_by(event.window)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def neighbours(self, event: Event) -> tuple[str | None, str | None]:
        """The ids of the next older and the next newer event."""
        key = _key(event)
        queries = page_query(EventFilter(), 1, key), newer_query(EventFilter(), 1, key)
        found = [(await self._session.scalars(query)).first() for query in queries]
        return found[0].id if found[0] else None, found[1].id if found[1] else None

    async def evidence(self, event: str) -> StoredEvidence | None:
        row = await self._session.get(tables.Evidence, event)
        return None if row is None else _stored(row)

    async def with_evidence(self, events: Sequence[str]) -> dict[str, StoredEvidence]:
        """The evidence of those of ``events`` that have any."""
        rows = await self._session.scalars(select(tables.Evidence).where(tables.Evidence.event.in_(events)))
        return {row.event: _stored(row) for row in rows}

    async def rulebook(self, version: str) -> Mapping[str, Any] | None:
        row = await self._session.get(tables.Rulebook, version)
        return None if row is None else row.content


def page_query(wanted: EventFilter, limit: int, before: EventKey | None) -> Select[tables.Event]:
    """Events by key, newest first; every filter has an index that also gives the order."""
    event = tables.Event
    query = _filtered(wanted).order_by(event.started_at.desc(), event.id.desc()).limit(limit)
    return query if before is None else query.where(tuple_(event.started_at, event.id) < before)


def newer_query(wanted: EventFilter, limit: int, after: EventKey) -> Select[tables.Event]:
    """Events that began after a key, oldest first."""
    event = tables.Event
    query = _filtered(wanted).order_by(event.started_at, event.id).limit(limit)
    return query.where(tuple_(event.started_at, event.id) > after)


def span_query(since: StreamTime, until: StreamTime) -> Select[tables.Event]:
    """Every event that began in a span, oldest first."""
    event = tables.Event
    return _filtered(EventFilter(since=since, until=until)).order_by(event.started_at, event.id)


def _filtered(wanted: EventFilter) -> Select[tables.Event]:
    event = tables.Event
    query = select(event)
    asked = (event.window, wanted.window), (event.rule, wanted.rule), (event.state, wanted.state)
    for column, value in (*asked, (event.verdict, wanted.verdict)):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(event.started_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(event.started_at < wanted.until)
    return query


def _stored(row: tables.Evidence) -> StoredEvidence:
    deleted = None if row.deleted_at is None else StreamTime(row.deleted_at)
    return StoredEvidence(row.folder, row.manifest, deleted, row.deleted_why)


def _key(event: Event) -> EventKey:
    return event.started_at, event.id


def event_of(row: tables.Event) -> Event:
    """The event that a row keeps."""
    return Event(
        row.id,
        WindowId(row.window),
        row.rule,
        row.rulebook,
        row.state,
        StreamTime(row.started_at),
        StreamTime(row.satisfied_at),
        StreamTime(row.until),
        row.confidence,
        row.repeat_of,
    )
