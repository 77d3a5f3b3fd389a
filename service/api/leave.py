"""Registered leave, entry by entry: what a manager does every day without touching the rest of the part."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import ValidationError

from service.api.errors import ApiError, NotFound
from service.api.parts import propose, save, stale
from service.api.present import moment
from service.api.schemas import By, Why
from service.api.schemas.parts import LeaveOut
from service.api.site import Site, SiteDep
from service.api.taking_up import take_up
from service.parts import PartError
from service.parts.leave import ended, named, recent, standing
from service.settings import LeaveSettings
from service.storage import StaleRevision

__all__ = ["router"]

router = APIRouter(tags=["parts"])

_TRIES: Final = 5  # of a change that somebody else was quicker with


@router.get("/leave")
async def leave(site: SiteDep) -> list[LeaveOut]:
    """All registered leave in the order in which it begins."""
    await take_up(site)
    shown = [_leave_out(site, id_, entry) for id_, entry in named(site.settings.leave).items()]
    return sorted(shown, key=lambda one: one.begins)


@router.post("/leave", status_code=201)
async def register(site: SiteDep, wanted: LeaveSettings) -> LeaveOut:
    """Register leave; it holds in the running workers at once. What is registered already stays as it is."""

    if not recent([wanted], site.settings, site.board.now()):
        raise ApiError(422, "bad_input", "to: it has been over for two months and longer", "to")

    def change(entries: list[LeaveSettings]) -> list[LeaveSettings]:
        return entries if wanted in entries else [*entries, wanted]

    await _changed(site, change, wanted.by, wanted.why)
    found = [id_ for id_, one in named(site.settings.leave).items() if one == wanted]
    return _leave_out(site, found[-1], wanted)


@router.delete("/leave/{entry}")
async def end(
    site: SiteDep,
    entry: Annotated[str, Path(pattern=r"^[0-9a-f]{12}(-\d{1,6})?$")],
    by: Annotated[By, Query(description="Who ends it.")],
    why: Annotated[Why, Query()] = "",
) -> LeaveOut:
    """End leave now: what it has excused stays excused. One that has not begun is taken out, one that is over stays."""
    answer: list[LeaveOut] = []

    def change(entries: list[LeaveSettings]) -> list[LeaveSettings]:
        known = named(site.settings.leave)
        if entry not in known:
            raise NotFound("leave", entry)
        index = list(known).index(entry) - len(site.in_force.now.given.leave)
        if index < 0:
            raise ApiError(409, "given_in_file", f'leave "{entry}" is registered in zaigang.yaml; end it there')
        rest = ended(known[entry], site.settings, site.board.now())
        answer[:] = [_leave_out(site, entry, rest or known[entry])]
        return [*entries[:index], *([rest] if rest is not None else []), *entries[index + 1 :]]

    await _changed(site, change, by, why)
    return answer[0]


async def _changed(site: Site, change: Callable[[list[LeaveSettings]], list[LeaveSettings]], by: str, why: str) -> None:
    """Keep the entries as ``change`` makes them, made anew where somebody else was quicker.

    Those that do not fit any longer stay as they are: they are told until somebody changes them who knows of them.
    """
    for last in (False,) * _TRIES + (True,):
        await take_up(site)
        fitting, unfit = _present(site)
        kept = recent(change(fitting), site.settings, site.board.now())
        try:
            proposal = await propose(site, "leave", {"entries": [_plain(one) for one in kept]})
            if kept != fitting:
                content = {"entries": [*proposal.content["entries"], *unfit]}
                await save(site, replace(proposal, content=content), by, why)
            return
        except PartError as error:
            field = error.field.rpartition(f"content.entries.{len(kept) - 1}.")[2]
            raise ApiError(422, "bad_input", str(error), field) from error
        except StaleRevision as error:
            if last:
                raise stale(str(error)) from error


def _present(site: Site) -> tuple[list[LeaveSettings], list[Any]]:
    """The edited entries that are in force, and as they were kept those that do not fit any longer."""
    now = site.in_force.now
    fitting = [LeaveSettings(**one) for one in now.contents.get("leave", {}).get("entries", ())]
    every = now.revisions["leave"].content.get("entries", ()) if "leave" in now.revisions else ()
    return fitting, [one for one in every if _read(one) not in fitting]


def _read(entry: Any) -> LeaveSettings | None:
    """An entry as it was kept, None where it cannot be read any longer."""
    try:
        return LeaveSettings.model_validate(entry)
    except ValidationError:
        return None


def _plain(entry: LeaveSettings) -> dict[str, Any]:
    return entry.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _leave_out(site: Site, id_: str, entry: LeaveSettings) -> LeaveOut:
    zone = site.settings.hall.zone
    leave = entry.leave(zone)
    from_file = id_ in named(site.in_force.now.given.leave)
    return LeaveOut(
        id=id_,
        origin="file" if from_file else "edited",
        standing=standing(entry, site.settings, site.board.now()),
        windows=list(entry.windows),
        begins=moment(leave.begins, zone),
        ends=moment(leave.ends, zone),
        rules=list(entry.rules),
        limit_s=entry.limit,
        by=entry.by,
        why=entry.why,
    )
