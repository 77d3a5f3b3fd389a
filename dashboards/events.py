"""The list of events: filters and pages that are plain addresses, so that it works without scripts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Final, Literal, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from dashboards.rendering import rendered
from service.api.errors import ApiError
from service.api.events import events as events_page
from service.api.places import windows
from service.api.rules import rulebook
from service.api.schemas import VerdictWord
from service.api.site import SiteDep

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

State = Literal["open", "closed", "interrupted"]

_PAGE: Final = 40
_STATES: Final = ("open", "closed", "interrupted")
_VERDICTS: Final = ("pending", "upheld", "dismissed")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; "" narrows nothing, as an untouched field of the form says."""

    window: str = ""
    rule: str = ""
    state: str = ""
    verdict: str = ""
    day: str = ""
    month: str = ""

    def address(self, **more: str) -> str:
        """The list's address with this filter."""
        given = {name: getattr(self, name) for name in self.__slots__} | more
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/events?{query}" if query else "/events"

    def span(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From midnight to midnight of the day, or of the month's first and the next one's, by the hall's clock."""
        if self.month and not self.day:
            try:
                first = date.fromisoformat(f"{self.month}-01")
                following = (first + timedelta(days=31)).replace(day=1)
            except (ValueError, OverflowError) as error:
                why = f"month: {self.month!r} is no month; write it as 2026-11"
                raise ApiError(422, "bad_input", why, "month") from error
            return datetime.combine(first, time(), zone), datetime.combine(following, time(), zone)
        if not self.day:
            return None, None
        try:
            day = date.fromisoformat(self.day)
            following = day + timedelta(days=1)
        except (ValueError, OverflowError) as error:
            raise ApiError(422, "bad_input", f"day: {self.day!r} is no date; write it as 2026-11-20", "day") from error
        return datetime.combine(day, time(), zone), datetime.combine(following, time(), zone)


@router.get("/events")
async def event_list(
    request: Request, site: SiteDep, wanted: Annotated[Filter, Depends()], before: str = "", after: str = ""
) -> HTMLResponse:
    """Newest first; filters and pages are plain addresses, so that the list works without scripts."""
    if wanted.state not in ("", *_STATES):
        raise ApiError(422, "bad_input", f"state: {wanted.state!r} is none of {', '.join(_STATES)}", "state")
    if wanted.verdict not in ("", *_VERDICTS):
        raise ApiError(422, "bad_input", f"verdict: {wanted.verdict!r} is none of {', '.join(_VERDICTS)}", "verdict")
    since, until = wanted.span(site.settings.hall.zone)
    page = await events_page(
        site,
        window=wanted.window or None,
        rule=wanted.rule or None,
        state=cast("State | None", wanted.state or None),
        verdict=cast("VerdictWord | None", wanted.verdict or None),
        since=since,
        until=until,
        before=before or None,
        after=after or None,
        limit=_PAGE,
    )
    return await rendered(
        request,
        "events.html",
        page=page,
        wanted=wanted,
        windows=await windows(site),
        rules=(await rulebook(site)).rules,
        states=_STATES,
        verdicts=_VERDICTS,
        days=[list(day) for _, day in groupby(page.events, key=lambda event: event.started_at[:10])],
        newest=not (before or after),
    )
