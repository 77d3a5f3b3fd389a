"""The page of a month's consequences: what upheld events lead to, for all windows or people, and a sheet of each."""

from dataclasses import dataclass
from typing import Annotated, Literal, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from dashboards.rendering import rendered
from service.api.consequences import consequences
from service.api.errors import ApiError, NotFound
from service.api.places import windows
from service.api.present import moment
from service.api.schemas.consequences import AccountOut, ConsequencesOut, RungOut
from service.api.site import Site, SiteDep

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; "" leaves it to the page. ``window`` or ``person``: the sheet of that one alone."""

    month: str = ""
    by: str = ""
    window: str = ""
    person: str = ""

    def address(self, **other: str) -> str:
        """The page's address with ``other`` in place of its own."""
        given = {name: getattr(self, name) for name in self.__slots__} | other
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/month?{query}" if query else "/month"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder and whether an account has come so far."""

    rung: RungOut
    reached: bool


@router.get("/month")
async def month(request: Request, site: SiteDep, wanted: Annotated[Wanted, Depends()]) -> HTMLResponse:
    """Computed anew at every look, from the verdicts that hold now; months and sheets are plain addresses."""
    present = moment(site.board.now(), site.settings.hall.zone)[:7]
    found = await consequences(site, wanted.month or present, _by(wanted.by))
    if found.month > present:
        raise ApiError(422, "bad_input", f"month: {found.month} has not begun; this one is {present}", "month")
    alone = await _named(site, found, wanted)
    asked = Wanted(found.month, found.by, wanted.window, wanted.person)
    return await rendered(
        request,
        "month.html",
        found=found,
        accounts=[one for one in found.accounts if alone is None or _is(one, wanted)],
        alone=alone,
        asked=asked,
        all_accounts=Wanted(found.month, found.by),
        former=asked.address(month=_beside(found.month, -1)),
        following=asked.address(month=_beside(found.month, 1)) if found.month < present else None,
        rostered=bool(site.settings.roster),
        steps=lambda account: [Step(rung, rung.at <= (account.rung or 0)) for rung in found.ladder],
    )


def _by(word: str) -> Literal["window", "person"] | None:
    if word not in ("", "window", "person"):
        raise ApiError(422, "bad_input", f"by: {word!r} is neither window nor person", "by")
    return cast("Literal['window', 'person'] | None", word or None)


def _is(account: AccountOut, wanted: Wanted) -> bool:
    kind, id_ = ("person", wanted.person) if wanted.person else ("window", wanted.window)
    return (account.kind, account.id) == (kind, id_)


async def _named(site: Site, found: ConsequencesOut, wanted: Wanted) -> str | None:
    """The name of whose sheet is asked for, None where all are; a month may have brought her nothing."""
    if wanted.person:
        return wanted.person
    if not wanted.window:
        return None
    names = {one.id: one.name for one in await windows(site)} | {one.id: one.name for one in found.accounts}
    if wanted.window not in names:
        raise NotFound("window", wanted.window)
    return names[wanted.window]


def _beside(name: str, step: int) -> str:
    """The month ``step`` after the one written 2026-11."""
    months = int(name[:4]) * 12 + int(name[5:]) - 1 + step
    return f"{months // 12:04}-{months % 12 + 1:02}"
