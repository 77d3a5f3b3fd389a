"""Brings into force what was edited: here, and in the workers by telling them or, for rules, by starting them anew."""

import asyncio
from typing import Final

import structlog

from service.api.site import Site
from service.parts import Effective, effective
from service.storage import RevisionQueries

__all__ = ["follow_revisions", "take_up"]

log = structlog.get_logger()

_EVERY_S: Final = 2.0


async def take_up(site: Site) -> None:
    """Bring the latest version of every part into force, whoever saved it; does nothing where it is already."""
    in_force = site.in_force
    async with in_force.changing:
        async with site.database.session() as session:
            queries = RevisionQueries(session)
            if await queries.versions() == in_force.now.versions():
                return
            latest = await queries.latest()
        before = in_force.now
        after = await asyncio.to_thread(effective, before.given, latest, site.refusal)
        in_force.now = after
        try:
            await _pass_on(site, before, after)
        except BaseException:
            in_force.now = before  # tried again as a whole: a worker that was told twice judges the same
            raise
    for trouble in after.troubles:
        log.warning("what was edited does not fit any longer", why=trouble)


async def _pass_on(site: Site, before: Effective, after: Effective) -> None:
    anew = {
        camera.id: None
        for window, (camera, _) in after.settings.windows().items()
        if after.books[window].version != before.books[window].version
    }
    log.info("edited parts are in force", versions=after.versions(), workers_anew_of=list(anew))
    if anew:
        await site.workers.restart(*anew)
    await site.workers.tell()


async def follow_revisions(site: Site, every_s: float = _EVERY_S) -> None:
    """Take up what the command line or another process of the service saves, until cancelled."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await take_up(site)
            site.in_force.trouble = None
        except Exception as error:  # noqa: BLE001  # shown on the wall until it is over; without this all would seem well
            told = f"what was edited cannot be taken up: {error}"
            if told != site.in_force.trouble:
                log.error("edited parts cannot be taken up", why=str(error))
            site.in_force.trouble = told
