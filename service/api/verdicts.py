"""What people say of an event, and the journal of all that happened to its evidence."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.errors import ApiError, NotFound
from service.api.events import event as event_detail
from service.api.events import tell_pages
from service.api.present import moment
from service.api.schemas import EventDetailOut, HoldIn, JournalOut, JournalRowOut, VerdictIn
from service.api.site import SiteDep
from service.storage import EventQueries, JournalQueries, VerdictQueries
from service.storage.verdicts import Judged, LegalHold

__all__ = ["router"]

router = APIRouter(tags=["verdicts"])


@router.put("/events/{event}/verdict")
async def judge(site: SiteDep, event: str, given: VerdictIn) -> EventDetailOut:
    """Uphold or dismiss an event, or take that back (`pending`); what was said before stays in its history."""
    if given.verdict == "dismissed" and not given.why:
        raise ApiError(422, "bad_input", "why: say why the event is dismissed, so that it can be learnt from", "why")
    async with site.database.session() as session:
        queries = EventQueries(session)
        found = await queries.find(event)
        if found is None:
            raise NotFound("event", event)
        if found.state == "open" and given.verdict != "pending":
            raise ApiError(409, "still_open", f'event "{event}" is still open; judge it when it is over')
        said = Judged(given.verdict, given.by, given.why, site.board.now())
        changed = (await queries.verdicts([event]))[event] != given.verdict
        if changed:
            await VerdictQueries(session).judge(event, said)
    if changed:
        await tell_pages(site, event)
    return await event_detail(site, event)


@router.put("/events/{event}/hold")
async def hold(site: SiteDep, event: str, wanted: HoldIn) -> EventDetailOut:
    """Forbid that an event's evidence is deleted (`held` true), or allow it again."""
    at = site.board.now()
    async with site.database.session() as session:
        if await EventQueries(session).find(event) is None:
            raise NotFound("event", event)
        queries = VerdictQueries(session)
        stored = await EventQueries(session).evidence(event)
        if wanted.held and stored is not None and stored.deleted_at is not None:
            raise ApiError(410, "gone", f'the evidence of event "{event}" was deleted: {stored.deleted_why}')
        if wanted.held:
            await queries.hold(event, LegalHold(wanted.by, wanted.why, at))
        else:
            await queries.release(event, wanted.by, wanted.why, at)
    return await event_detail(site, event)


@router.get("/journal")
async def journal(
    site: SiteDep,
    event: Annotated[str | None, Query(description="Only the rows of this event.")] = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of a page: the page that follows it.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JournalOut:
    """The chain over all that happened to evidence, oldest first, a page at a time."""
    async with site.database.session() as session:
        queries = JournalQueries(session)
        found = await queries.page(after, limit + 1, event)
        reach = await queries.count()
    zone = site.settings.hall.zone
    rows = [
        JournalRowOut(
            n=row.n, at=moment(row.at, zone), kind=row.kind, event=row.event, body=dict(row.content), hash=row.hash
        )
        for row in found[:limit]
    ]
    return JournalOut(rows=rows, next=rows[-1].n if len(found) > limit else None, reach=reach, key=site.key.fingerprint)
