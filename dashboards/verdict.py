"""Takes what a manager says of an event on its page: a verdict, a hold, an export; forms that work without scripts."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from dashboards.forms import fields_of, remember_author
from service.api.errors import ApiError
from service.api.exports import export as api_export
from service.api.schemas import ExportIn, HoldIn, VerdictIn
from service.api.site import SiteDep
from service.api.verdicts import hold as api_hold
from service.api.verdicts import judge as api_judge

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


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


@router.post("/events/{event}/export")
async def export(request: Request, site: SiteDep, event: str) -> Response:
    """The redacted export as a file; the page stays where it is."""
    given = await _fields(request)
    try:
        wanted = ExportIn.model_validate(
            {name: given.get(name, "") for name in ("by", "why", "format")} | {"reasons": "reasons" in given}
        )
    except ValidationError as error:
        return _back(event, f"export_{error.errors()[0]['loc'][-1]}", given)
    return await api_export(site, event, wanted)


async def _fields(request: Request) -> dict[str, str]:
    """The last value of each field, as a radio beside a text field is meant."""
    return {name: values[-1] for name, values in (await fields_of(request)).items()}


def _back(event: str, lacks: str | None, given: dict[str, str]) -> RedirectResponse:
    response = RedirectResponse(f"/events/{quote(event)}" + (f"?lacks={lacks}" if lacks else ""), 303)
    remember_author(response, given.get("by", ""))
    return response
