"""Events and their evidence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from service.api.asked import moment_asked
from service.api.errors import ApiError, NotFound
from service.api.present import event_out, evidence_out, moment
from service.api.schemas import EventDetailOut, EventOut, EventPageOut, EvidenceOut, HoldOut, TextOut, VerdictOut
from service.api.site import Site, SiteDep
from service.evidence.retention import Case
from service.rules.event import Event, VerdictWord
from service.storage import EventFilter, EventKey, EventQueries, JournalQueries, PlaceQueries, VerdictQueries
from service.storage.database import DatabaseError
from service.storage.events import StoredEvidence
from service.storage.verdicts import Judged, LegalHold
from vision.streamtime import StreamTime

__all__ = ["router", "tell_pages"]

router = APIRouter(tags=["events"])

log = structlog.get_logger()

_KEY = re.compile(r"(\d{1,18})_([0-9a-f-]{36})")  # what a database keeps as a whole number
_FIGURES = {"name", "text", "sources", "severity"}


async def tell_pages(site: Site, event: str, alert: bool = False) -> None:
    """Show every page that follows the site how the event stands now; to be called when what is new has been kept.

    Where it cannot be read this is logged: nobody shall bring again or undo what is kept; the list of events has it.
    """
    try:
        async with site.telling:  # one after the other: what was read first, and is old by now, would be told last
            async with site.database.session() as session:
                queries = EventQueries(session)
                found = await queries.find(event)
                names = await PlaceQueries(session).window_names()
                shown = await _events_out(site, queries, names, [found] if found else [])
            site.board.announce([{"event": one.model_dump(), "alert": alert} for one in shown])
    except DatabaseError as error:
        log.warning("pages were not told of an event", of=event, why=str(error))


async def _events_out(
    site: Site, queries: EventQueries, names: Mapping[str, str], events: list[Event]
) -> list[EventOut]:
    """Events as lists show them, each by the rulebook that judged it."""
    ids = [event.id for event in events]
    evidence, verdicts = await queries.with_evidence(ids), await queries.verdicts(ids)
    books = {version: await _book(site, queries, version) for version in {event.rulebook for event in events}}
    zone, going_on = site.settings.hall.zone, site.board.going_on()
    return [
        event_out(
            so_far(event, going_on),
            names.get(event.window, event.window),
            books[event.rulebook]["rules"][event.rule],
            evidence.get(event.id),
            verdicts[event.id],
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
    verdict: VerdictWord | None = None,
    since: Annotated[datetime | None, Query(description="Began at or after this moment, with its UTC offset.")] = None,
    until: Annotated[datetime | None, Query(description="Began before this moment, with its UTC offset.")] = None,
    before: Annotated[str | None, Query(description="`next` of a page: the page that follows it.")] = None,
    after: Annotated[str | None, Query(description="`newer` of a page: the page before it.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EventPageOut:
    """Events, newest first, a page at a time."""
    begins = None if since is None else moment_asked(since, "since")
    ends = None if until is None else moment_asked(until, "until")
    wanted = EventFilter(window, rule, state, verdict, begins, ends)
    async with site.database.session() as session:
        queries = EventQueries(session)
        page = await queries.page(wanted, limit, _key(before, "before"), _key(after, "after"))
        names = await PlaceQueries(session).window_names()
        shown = await _events_out(site, queries, names, list(page.events))
    return EventPageOut(events=shown, next=_text(page.older), newer=_text(page.newer))


@router.get("/events/{event}")
async def event(site: SiteDep, event: str) -> EventDetailOut:
    """One event with the rule that it broke, its figures, its evidence, and its neighbours in time."""
    async with site.database.session() as session:
        queries, places = EventQueries(session), PlaceQueries(session)
        found = await queries.find(event)
        if found is None:
            raise NotFound("event", event)
        found = so_far(found, site.board.going_on())
        names = await places.window_names()
        book = await _book(site, queries, found.rulebook)
        stored = await queries.evidence(event)
        standing = await _standing(VerdictQueries(session), JournalQueries(session), event)
        older, newer = await queries.neighbours(found)
        windows = {window.id: window for window in await places.windows(also_inactive=True)}
        cameras = {camera.id: camera for camera in await places.cameras()}
    zone = site.settings.hall.zone
    rule = book["rules"][found.rule]
    camera = windows[found.window].camera if found.window in windows else ""
    manifest: Mapping[str, Any] = stored.manifest if stored else {}
    return EventDetailOut(
        **event_out(found, names.get(found.window, found.window), rule, stored, standing.verdict, zone).model_dump(),
        text=TextOut(**rule["text"]),
        sources=rule["sources"],
        parameters={key: value for key, value in rule.items() if key not in _FIGURES},
        camera=camera,
        camera_name=cameras[camera].name if camera in cameras else camera,
        zones=manifest.get("zones", {}),
        size=manifest.get("size"),
        model=manifest.get("model"),
        evidence=_evidence_out(site, found, stored, standing) if stored else None,
        verdicts=[
            VerdictOut(verdict=one.verdict, by=one.by, why=one.why, at=moment(one.at, zone))
            for one in standing.verdicts
        ],
        hold=HoldOut(by=held.by, why=held.why, at=moment(held.at, zone)) if (held := standing.hold) else None,
        newer=newer,
        older=older,
    )


@router.get("/events/{event}/evidence")
async def evidence(site: SiteDep, event: str) -> EvidenceOut:
    """An event's evidence: what there is, what is missing and why, and until when it is kept."""
    async with site.database.session() as session:
        queries = EventQueries(session)
        found = await queries.find(event)
        if found is None:
            raise NotFound("event", event)
        stored = await queries.evidence(event)
        if stored is None:
            raise NotFound("evidence yet of event", event)
        standing = await _standing(VerdictQueries(session), JournalQueries(session), event)
    return _evidence_out(site, found, stored, standing)


@router.get("/events/{event}/evidence/{name}", response_class=FileResponse)
async def evidence_file(site: SiteDep, event: str, name: str) -> FileResponse:
    """One file of an event's evidence; ranges are served, so that clips can be sought in."""
    async with site.database.session() as session:
        stored = await EventQueries(session).evidence(event)
    # Only names that the manifest lists: what a path may say is never taken for a path.
    known = {file["name"] for file in stored.manifest["files"]} if stored else set()
    if stored is None or name not in known:
        raise NotFound("evidence file", name)
    if stored.deleted_at is not None:
        raise ApiError(410, "gone", f'the evidence of event "{event}" was deleted: {stored.deleted_why}')
    path = site.evidence / stored.folder / name
    if not path.is_file():
        raise ApiError(410, "gone", f'the evidence file "{name}" of event "{event}" is no longer on the disk')
    return FileResponse(path, headers={"Cache-Control": "private, no-cache"})


@dataclass(frozen=True, slots=True)
class _Standing:
    """What people have said of an event, and the journal's row that names its manifest."""

    verdicts: list[Judged]
    hold: LegalHold | None
    row: int | None

    @property
    def verdict(self) -> VerdictWord:
        return self.verdicts[-1].verdict if self.verdicts else "pending"


async def _standing(verdicts: VerdictQueries, journal: JournalQueries, event: str) -> _Standing:
    row = await journal.last_manifest(event)
    return _Standing(await verdicts.history(event), await verdicts.hold_on(event), None if row is None else row.n)


def _evidence_out(site: Site, event: Event, stored: StoredEvidence, standing: _Standing) -> EvidenceOut:
    judged_at = standing.verdicts[-1].at if standing.verdicts else None
    case = Case(standing.verdict, event.state != "open", event.until, judged_at, standing.hold is not None)
    return evidence_out(event.id, stored, site.settings.hall.zone, standing.row, site.retention.kept_until(case))


def so_far(event: Event, going_on: Mapping[str, StreamTime]) -> Event:
    """An open event with the last offending look that its worker has told of since."""
    if event.state != "open" or event.id not in going_on:
        return event
    return replace(event, until=max(event.until, going_on[event.id]))


async def _book(site: Site, queries: EventQueries, version: str) -> Mapping[str, Any]:
    known = site.book(version) or await queries.rulebook(version)
    if known is None:
        raise NotFound("rulebook", version)
    return known


def _key(text: str | None, field: str) -> EventKey | None:
    if text is None:
        return None
    found = _KEY.fullmatch(text)
    if found is None:
        raise ApiError(422, "bad_input", f"{field}: {text!r} is not the `next` or `newer` of a page", field)
    return StreamTime(int(found[1])), found[2]


def _text(key: EventKey | None) -> str | None:
    return None if key is None else f"{key[0]}_{key[1]}"
