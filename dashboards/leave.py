"""The page on which leave is registered and ended: forms that work without scripts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Path, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards.forms import author_of, fields_of, remember_author
from dashboards.rendering import rendered
from service.api.errors import ApiError
from service.api.leave import end as api_end
from service.api.leave import leave as api_leave
from service.api.leave import register as api_register
from service.api.places import windows
from service.api.present import moment
from service.api.schemas.parts import LeaveOut
from service.api.site import SiteDep
from service.settings import LeaveSettings

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

KINDS: Final = {"away": (), "phone": ("phone_use", "phone_call"), "dress": ("badge_missing", "uniform_missing")}
"""What leave is for, and the rules that it exempts from; being away exempts from all."""

_LIMITS: Final = {"30min": 1800, "1h": 3600, "2h": 7200, "4h": 14400}
_USUAL_LIMIT: Final = "30min"
_OVER_SHOWN: Final = 20
_USUAL: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Form:
    """What the form holds, as it was filled in."""

    windows: tuple[str, ...]
    kind: str
    begins: str
    ends: str
    limit: str
    by: str
    why: str


@router.get("/leave")
async def leave(request: Request, site: SiteDep) -> HTMLResponse:
    """Who is on leave now and later, and the form; whose window it is may be given in the address."""
    now = datetime.fromisoformat(moment(site.board.now(), site.settings.hall.zone)).replace(
        second=0, microsecond=0, tzinfo=None
    )
    asked = tuple(parse_qs(request.url.query).get("window", ()))
    begins, ends = (at.isoformat(timespec="minutes") for at in (now, now + _USUAL))
    return await _page(request, site, Form(asked, "away", begins, ends, _USUAL_LIMIT, author_of(request), ""))


@router.post("/leave")
async def register(request: Request, site: SiteDep) -> Response:
    """Register what the form says and show the list; a form that lacks something comes back as it was."""
    given = await fields_of(request)

    def one(name: str) -> str:
        return given.get(name, [""])[-1]

    form = Form(
        tuple(given.get("windows", ())),
        one("kind") if one("kind") in KINDS else "away",
        one("from"),
        one("to"),
        one("limit") if one("limit") in _LIMITS else _USUAL_LIMIT,
        one("by"),
        one("why"),
    )
    if not form.windows:
        return await _page(request, site, form, "windows")
    everybody = set(form.windows) == {window.id for window in await windows(site)}
    try:
        wanted = LeaveSettings.model_validate(
            {
                "windows": () if everybody else form.windows,
                "from": form.begins,
                "to": form.ends,
                "rules": KINDS[form.kind],
                "limit": form.limit,
                "by": form.by,
                "why": form.why,
            }
        )
        await api_register(site, wanted)
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        return await _page(request, site, form, str(place[0]) if place else "to")
    except ApiError as error:
        if error.body.field is None:
            raise
        return await _page(request, site, form, error.body.field)
    return _back(form.by)


@router.post("/leave/{entry}/end")
async def end(
    request: Request, site: SiteDep, entry: Annotated[str, Path(pattern=r"^[0-9a-f]{12}(-\d{1,6})?$")]
) -> Response:
    """End an entry and show the list; whoever does not say who ends it is asked by the form."""
    by = (await fields_of(request)).get("by", [""])[-1][:40]
    if not by:
        return await leave(request, site)
    await api_end(site, entry, by)
    return _back(by)


async def _page(request: Request, site: SiteDep, form: Form, lacks: str | None = None) -> HTMLResponse:
    entries = await api_leave(site)
    return await rendered(
        request,
        "leave.html",
        status=200 if lacks is None else 422,
        form=form,
        lacks=lacks,
        windows=await windows(site),
        now=[one for one in entries if one.standing == "running"],
        coming=[one for one in entries if one.standing == "coming"],
        over=[one for one in entries if one.standing == "over"][-_OVER_SHOWN:][::-1],
        kinds=KINDS,
        limits=_LIMITS,
        kind_of=_kind_of,
    )


def _kind_of(entry: LeaveOut) -> str:
    """What an entry is for; one of other rules than the form knows is shown by its rules."""
    return next((kind for kind, rules in KINDS.items() if set(rules) == set(entry.rules)), "")


def _back(by: str) -> RedirectResponse:
    response = RedirectResponse("/leave", 303)
    remember_author(response, by)
    return response
