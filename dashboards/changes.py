"""The pages of what was edited: its versions, what each changed, and the way back to an earlier one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboards.forms import author_of, fields_of, remember_author
from dashboards.rendering import language_of, rendered
from dashboards.texts import texts
from dashboards.wording import Wording
from service.api.errors import ApiError, NotFound
from service.api.parts import change as api_change
from service.api.parts import history as api_history
from service.api.parts import part as api_part
from service.api.parts import version as api_version
from service.api.places import windows
from service.api.rules import rulebook
from service.api.schemas.parts import PartIn, ProposalOut, RevisionOut
from service.api.site import Site, SiteDep
from service.parts import PARTS, Part

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_LATEST: Final = 20
_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """A version in a list, of whichever part."""

    part: Part
    revision: RevisionOut
    in_force: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What going back would do: the dry run's answer, or why it was refused; ``base`` is the version in force."""

    base: int
    proposal: ProposalOut | None
    refused: str | None
    same: bool


@router.get("/changes")
async def changes(request: Request, site: SiteDep, part: str = "", before: int | None = None) -> HTMLResponse:
    """The latest versions of all parts, or those of one, newest first, a page at a time."""
    wanted = _part(part) if part else None
    if before is not None and not 1 <= before < 2**31:
        raise ApiError(422, "bad_input", f"before: there is no version {before}", "before")
    current = {one: (await api_part(site, one)).version for one in PARTS}
    kept: list[Kept] = []
    following: int | None = None
    cut = False
    for one in (wanted,) if wanted else PARTS:
        page = await api_history(site, one, before if wanted else None, _PAGE if wanted else _LATEST)
        kept += [Kept(one, version, version.version == current[one]) for version in page.versions]
        following, cut = page.next, cut or page.next is not None
    if wanted is None:
        kept.sort(key=lambda one: datetime.fromisoformat(one.revision.saved_at), reverse=True)
    return await rendered(
        request,
        "changes.html",
        parts=PARTS,
        wanted=wanted,
        kept=kept if wanted else kept[:_LATEST],
        left_out=wanted is None and (cut or len(kept) > _LATEST),
        following=following if wanted else None,
        latest=_LATEST,
    )


@router.get("/changes/{part}/{version}")
async def version(request: Request, site: SiteDep, part: str, version: int) -> HTMLResponse:
    """One version: who made it, when, why, and what it changed of the one before."""
    of = _part(part)
    shown = await api_version(site, of, _number(of, version, first=1))
    current = (await api_part(site, of)).version
    wording = await _wording(request, site)
    told = wording.told(of, shown.changes)
    return await rendered(request, "version.html", part=of, shown=shown, current=current, told=told)


@router.get("/changes/{part}/{version}/back")
async def back(request: Request, site: SiteDep, part: str, version: int) -> HTMLResponse:
    """What going back to a version would change, and the form that does it; 0 is what zaigang.yaml says."""
    return await _back_page(request, site, _part(part), version)


@router.post("/changes/{part}/{version}/back")
async def go_back(request: Request, site: SiteDep, part: str, version: int) -> Response:
    """Save the version's content as the next one; where somebody was quicker, show the changes against theirs."""
    of = _part(part)
    given = {name: values[-1] for name, values in (await fields_of(request)).items()}
    content = await _content(site, of, version)
    try:
        wanted = PartIn.model_validate(
            {"content": content, "by": given.get("by", ""), "why": given.get("why", ""), "base": given.get("base", "")}
        )
        saved = await api_change(site, of, wanted, dry_run=False)
    except ValidationError as error:
        lacks = str(error.errors()[0]["loc"][0])
        return await _back_page(request, site, of, version, 422, given, lacks=lacks)
    except ApiError as error:
        return await _back_page(request, site, of, version, error.status, given, stale=error.status == 409)
    response = RedirectResponse(f"/changes/{of}/{saved.version}" if saved.version else f"/changes?part={of}", 303)
    remember_author(response, wanted.by)
    return response


async def _back_page(
    request: Request,
    site: Site,
    part: Part,
    version: int,
    status: int = 200,
    given: dict[str, str] | None = None,
    *,
    lacks: str = "",
    stale: bool = False,
) -> HTMLResponse:
    filled = given or {"by": author_of(request), "why": ""}
    return await rendered(
        request,
        "back.html",
        status,
        part=part,
        version=version,
        trial=await _tried(site, part, await _content(site, part, version)),
        wording=await _wording(request, site),
        by=filled.get("by", ""),
        why=filled.get("why", ""),
        lacks=lacks,
        stale=stale,
    )


async def _tried(site: Site, part: Part, content: dict[str, Any]) -> Trial:
    """The dry run against what is in force; nothing of it is kept, so it says no name and no reason."""
    now = await api_part(site, part)
    try:
        wanted = PartIn(content=content, by="-", why="-", base=now.version)
        proposal = await api_change(site, part, wanted, dry_run=True)
    except ApiError as error:
        return Trial(now.version, None, error.body.message, same=False)
    return Trial(now.version, proposal, None, same=proposal.content == now.content)


async def _content(site: Site, part: Part, version: int) -> dict[str, Any]:
    number = _number(part, version, first=0)
    return (await api_version(site, part, number)).content if number else {}


async def _wording(request: Request, site: Site) -> Wording:
    return Wording(texts(language_of(request)), (await rulebook(site)).rules, await windows(site))


def _part(name: str) -> Part:
    for part in PARTS:
        if part == name:
            return part
    raise NotFound("part", name)


def _number(part: Part, version: int, first: int) -> int:
    """``version`` where there may be one: numbers beyond what is stored are not found like any other."""
    if not first <= version < 2**31:
        raise NotFound(f"version of {part}", str(version))
    return version
