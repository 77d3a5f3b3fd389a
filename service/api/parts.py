"""The parts that are edited while the site runs: what they say, a new version, and those before."""

import asyncio
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query

from service.api.errors import ApiError, NotFound
from service.api.present import moment
from service.api.schemas.parts import (
    BookChangeOut,
    ChangeOut,
    DutyDayOut,
    HistoryOut,
    PartIn,
    PartOut,
    ProposalOut,
    RevisionOut,
    SpellOut,
    VersionOut,
    WornDaysOut,
)
from service.api.site import Site, SiteDep
from service.api.taking_up import take_up
from service.parts import Change, Part, PartError, Proposal, part_of, proposed
from service.parts.past import changed_by
from service.storage import EventQueries, RevisionQueries, StaleRevision
from vision.errors import ZaigangError

__all__ = ["propose", "router", "save", "stale"]

router = APIRouter(tags=["parts"])

log = structlog.get_logger()


@router.get("/parts/{part}")
async def part(site: SiteDep, part: Part) -> PartOut:
    """A part as it is now: rules, duty, leave, roster or uniform_timetable."""
    await take_up(site)
    now = site.in_force.now
    revision = now.revisions.get(part)
    return PartOut(
        part=part,
        version=now.version(part),
        by=revision.by if revision else None,
        why=revision.why if revision else None,
        saved_at=moment(revision.saved_at, site.settings.hall.zone) if revision else None,
        content=dict(revision.content) if revision else {},
        file=part_of(now.given, part),
        effective=part_of(now.settings, part),
        troubles=list(now.troubles),
    )


@router.put("/parts/{part}")
async def change(
    site: SiteDep,
    part: Part,
    wanted: PartIn,
    dry_run: Annotated[bool, Query(description="Check it and say what it would change; save nothing.")] = False,
) -> ProposalOut:
    """Check a part's new content, say what it changes, and bring it into force."""
    await take_up(site)
    try:
        proposal = await propose(site, part, wanted.content)
    except PartError as error:
        raise ApiError(422, "bad_input", str(error), error.field) from error
    if wanted.base != proposal.base:
        raise stale(f"base: made from version {wanted.base} of {part}, but version {proposal.base} is there")
    if dry_run or proposal.same:
        return _proposal_out(proposal, proposal.base, saved=False)
    try:
        return _proposal_out(proposal, await save(site, proposal, wanted.by, wanted.why), saved=True)
    except StaleRevision as error:
        raise stale(str(error)) from error


@router.get("/parts/{part}/history")
async def history(
    site: SiteDep,
    part: Part,
    before: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="`next` of a page: the page that follows it.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HistoryOut:
    """The versions of a part, newest first, a page at a time."""
    async with site.database.session() as session:
        found = await RevisionQueries(session).history(part, limit + 1, before)
    zone = site.settings.hall.zone
    shown = [
        RevisionOut(version=one.version, by=one.by, why=one.why, saved_at=moment(one.saved_at, zone))
        for one in found[:limit]
    ]
    return HistoryOut(versions=shown, next=shown[-1].version if len(found) > limit else None)


@router.get("/parts/{part}/history/{version}")
async def version(site: SiteDep, part: Part, version: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> VersionOut:
    """One version of a part, whole, and what it changed of the one before."""
    await take_up(site)
    async with site.database.session() as session:
        queries = RevisionQueries(session)
        found = await queries.find(part, version)
        before = await queries.find(part, version - 1)
    if found is None:
        raise NotFound(f"version of {part}", str(version))
    changes, unfit = await asyncio.to_thread(changed_by, site.in_force.now, found, before, site.refusal)
    return VersionOut(
        part=part,
        version=found.version,
        by=found.by,
        why=found.why,
        saved_at=moment(found.saved_at, site.settings.hall.zone),
        content=dict(found.content),
        changes=[_change_out(one) for one in changes],
        troubles=unfit,
    )


async def propose(site: Site, part: Part, content: dict[str, Any]) -> Proposal:
    """What ``content`` would change now; raises PartError. It takes parts of a second, so a thread does it."""
    async with site.database.session() as session:
        opened = await EventQueries(session).open_by_window()
    return await asyncio.to_thread(proposed, site.in_force.now, part, content, site.board.now(), opened, site.refusal)


async def save(site: Site, proposal: Proposal, by: str, why: str) -> int:
    """Keep the proposed version and bring it into force; returns its number, or raises StaleRevision."""
    async with site.database.session() as session:
        kept = await RevisionQueries(session).save(
            proposal.part, proposal.content, by, why, site.board.now(), proposal.base
        )
    try:
        await take_up(site)
    except ZaigangError as error:  # it is kept: whoever follows the revisions takes it up in a moment
        log.warning("edited parts are taken up later", why=str(error))
    return kept.version


def stale(message: str) -> ApiError:
    """Somebody else has saved a newer version than the one that a change was made from."""
    return ApiError(409, "stale", message, "base")


def _change_out(change: Change) -> ChangeOut:
    return ChangeOut(key=change.key, old=change.old, new=change.new, windows=list(change.windows))


def _proposal_out(proposal: Proposal, version: int, saved: bool) -> ProposalOut:
    return ProposalOut(
        part=proposal.part,
        version=version,
        saved=saved,
        content=dict(proposal.content),
        changes=[_change_out(one) for one in proposal.changes],
        rulebooks=[BookChangeOut(windows=list(one.windows), old=one.old, new=one.new) for one in proposal.books],
        duty=[
            DutyDayOut(
                day=one.day.isoformat(),
                windows=list(one.windows),
                old=[SpellOut.model_validate(spell, from_attributes=True) for spell in one.old],
                new=[SpellOut.model_validate(spell, from_attributes=True) for spell in one.new],
            )
            for one in proposal.days
        ],
        worn=[
            WornDaysOut(first=one.first.isoformat(), last=one.last.isoformat(), old=list(one.old), new=list(one.new))
            for one in proposal.worn
        ],
        interrupts=proposal.interrupts,
        closes=proposal.closes,
    )
