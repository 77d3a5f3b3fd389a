"""Takes what a manager says of an event on its page: a verdict, a legal hold; forms that work without scripts."""

from typing import Final
from urllib.parse import parse_qs, quote, unquote

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from service.api.errors import ApiError
from service.api.schemas import HoldIn, VerdictIn
from service.api.site import SiteDep
from service.api.verdicts import hold as api_hold
from service.api.verdicts import judge as api_judge

__all__ = ["judge_of", "router"]

router = APIRouter(include_in_schema=False)

_BY: Final = "judged_by"
_A_YEAR_S: Final = 365 * 24 * 3600
_LONGEST: Final = 20_000


def judge_of(request: Request) -> str:
    """Who gave the last verdict in this browser, "" where nobody has."""
    return unquote(request.cookies.get(_BY, ""))[:40]


@router.post("/events/{event}/verdict")
async def verdict(request: Request, site: SiteDep, event: str) -> RedirectResponse:
    """Keep a verdict and go back to the event; one that lacks something goes back with what it lacks."""
    given = await _fields(request)
    why = given.get("other") or given.get("why", "")
    try:
        said = VerdictIn.model_validate({"verdict": given.get("verdict"), "by": given.get("by", ""), "why": why})
        await api_judge(site, event, said)
    except ValidationError as error:
        return _back(event, str(error.errors()[0]["loc"][-1]), given)
    except ApiError as error:
        if error.body.field is None:
            raise
        return _back(event, error.body.field, given)
    return _back(event, None, given)


@router.post("/events/{event}/hold")
async def hold(request: Request, site: SiteDep, event: str) -> RedirectResponse:
    """Set or end a legal hold and go back to the event."""
    given = await _fields(request)
    try:
        wanted = HoldIn(held=given.get("held") == "yes", by=given.get("by", ""), why=given.get("why", ""))
    except ValidationError as error:
        return _back(event, f"hold_{error.errors()[0]['loc'][-1]}", given)
    await api_hold(site, event, wanted)
    return _back(event, None, given)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form; the last of each name, as a radio beside a text field is meant."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            raise ApiError(413, "bad_input", "the form is too long")
    found = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)
    return {name: values[-1].strip() for name, values in found.items()}


def _back(event: str, lacks: str | None, given: dict[str, str]) -> RedirectResponse:
    response = RedirectResponse(f"/events/{quote(event)}" + (f"?lacks={lacks}" if lacks else ""), 303)
    if by := given.get("by", "")[:40]:
        response.set_cookie(_BY, quote(by), max_age=_A_YEAR_S, samesite="lax", httponly=True)
    return response
