"""Events and their evidence."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from service.api.errors import ApiError, NotFound
from service.api.present import event_out, evidence_out
from service.api.schemas import EventDetailOut, EventOut, EventPageOut, EvidenceOut, TextOut
from service.api.site import Site, SiteDep
from service.rules.event import Event
from service.storage import EventFilter, EventKey, EventQueries, PlaceQueries
from vision.streamtime import StreamTime, from_datetime

__all__ = ["events_out", "router"]

router = APIRouter(tags=["events"])

_KEY = re.compile(r"(\d{1,18})_([0-9a-f-]{36})")  # what a database keeps as a whole number
_FIGURES = {"name", "text", "sources", "severity"}


async def events_out(
    site: Site, queries: EventQueries, names: Mapping[str, str], events: list[Event]
) -> list[EventOut]:
    """Events as lists show them, each by the rulebook that judged it."""
    evidence = await queries.with_evidence([event.id for event in events])
    books = {version: await _book(site, queries, version) for version in {event.rulebook for event in events}}
    zone = site.settings.hall.zone
    return [
        event_out(
            event,
            names.get(event.window, event.window),
            books[event.rulebook]["rules"][event.rule],
            evidence.get(event.id),
            zone,
        )
        for event in events
    ]


@router.get("/events")
async def events(
    site: SiteDep,
    window: str | None = None,
    rule: str | None = None,
    state: Literal["open", "closed", "interrupted"] | None = None,
    verdict: Literal["pending", "upheld", "dismissed"] | None = None,
    since: Annotated[datetime | None, Query(description="Began at or after this moment, with its UTC offset.")] = None,
    until: Annotated[datetime | None, Query(description="Began before this moment, with its UTC offset.")] = None,
    before: Annotated[str | None, Query(description="`next` of a page: the page that follows it.")] = None,
    after: Annotated[str | None, Query(description="`newer` of a page: the page before it.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EventPageOut:
    """Events, newest first, a page at a time."""
    wanted = EventFilter(window, rule, state, verdict, _moment(since, "since"), _moment(until, "until"))
    async with site.database.session() as session:
        queries = EventQueries(session)
        page = await queries.page(wanted, limit, _key(before, "before"), _key(after, "after"))
        names = await _names(PlaceQueries(session))
        shown = await events_out(site, queries, names, list(page.events))
    return EventPageOut(events=shown, next=_text(page.older), newer=_text(page.newer))


@router.get("/events/{event}")
async def event(site: SiteDep, event: str) -> EventDetailOut:
    """One event with the rule that it broke, its figures, its evidence, and its neighbours in time."""
    async with site.database.session() as session:
        queries, places = EventQueries(session), PlaceQueries(session)
        found = await queries.find(event)
        if found is None:
            raise NotFound("event", event)
        names = await _names(places)
        book = await _book(site, queries, found.rulebook)
        stored = await queries.evidence(event)
        older, newer = await queries.neighbours(found)
        windows = {window.id: window for window in await places.windows(also_inactive=True)}
        cameras = {camera.id: camera for camera in await places.cameras()}
    zone = site.settings.hall.zone
    rule = book["rules"][found.rule]
    camera = windows[found.window].camera if found.window in windows else ""
    manifest: Mapping[str, Any] = stored.manifest if stored else {}
    return EventDetailOut(
        **event_out(found, names.get(found.window, found.window), rule, stored, zone).model_dump(),
        text=TextOut(**rule["text"]),
        sources=rule["sources"],
        parameters={key: value for key, value in rule.items() if key not in _FIGURES},
        camera=camera,
        camera_name=cameras[camera].name if camera in cameras else camera,
        zones=manifest.get("zones", {}),
        size=manifest.get("size"),
        model=manifest.get("model"),
        evidence=evidence_out(found.id, stored, zone) if stored else None,
        newer=newer,
        older=older,
    )


@router.get("/events/{event}/evidence")
async def evidence(site: SiteDep, event: str) -> EvidenceOut:
    """An event's evidence: what there is, what is missing and why."""
    async with site.database.session() as session:
        queries = EventQueries(session)
        if await queries.find(event) is None:
            raise NotFound("event", event)
        stored = await queries.evidence(event)
    if stored is None:
        raise NotFound("evidence yet of event", event)
    return evidence_out(event, stored, site.settings.hall.zone)


@router.get("/events/{event}/evidence/{name}", response_class=FileResponse)
async def evidence_file(site: SiteDep, event: str, name: str) -> FileResponse:
    """One file of an event's evidence; ranges are served, so that clips can be sought in."""
    async with site.database.session() as session:
        stored = await EventQueries(session).evidence(event)
    # Only names that the manifest lists: what a path may say is never taken for a path.
    known = {file["name"] for file in stored.manifest["files"]} if stored else set()
    if stored is None or name not in known:
        raise NotFound("evidence file", name)
    path = site.evidence / stored.folder / name
    if not path.is_file():
        raise ApiError(410, "gone", f'the evidence file "{name}" of event "{event}" is no longer on the disk')
    return FileResponse(path, headers={"Cache-Control": "private, no-cache"})


async def _book(site: Site, queries: EventQueries, version: str) -> Mapping[str, Any]:
    known = site.book(version) or await queries.rulebook(version)
    if known is None:
        raise NotFound("rulebook", version)
    return known


async def _names(places: PlaceQueries) -> dict[str, str]:
    return {window.id: window.name for window in await places.windows(also_inactive=True)}


def _key(text: str | None, field: str) -> EventKey | None:
    if text is None:
        return None
    found = _KEY.fullmatch(text)
    if found is None:
        raise ApiError(422, "bad_input", f"{field}: {text!r} is not the `next` or `newer` of a page", field)
    return StreamTime(int(found[1])), found[2]


def _text(key: EventKey | None) -> str | None:
    return None if key is None else f"{key[0]}_{key[1]}"


def _moment(given: datetime | None, field: str) -> StreamTime | None:
    if given is None:
        return None
    if given.tzinfo is None:
        raise ApiError(422, "bad_input", f"{field}: give the UTC offset too, as 2026-01-05T09:00:00+08:00", field)
    return from_datetime(given)
