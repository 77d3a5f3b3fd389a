"""Hands an event's evidence out of the house, redacted."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from service.api.errors import ApiError, ErrorOut, NotFound
from service.api.schemas import ExportIn
from service.api.site import SiteDep
from service.evidence.export import Order
from service.exporting import ExportsBusy, exports_of
from service.storage import EventQueries
from vision.streamtime import to_datetime

__all__ = ["router"]

router = APIRouter(tags=["exports"])


@router.post("/events/{event}/export", response_class=FileResponse, responses={409: {"model": ErrorOut}})
async def export(site: SiteDep, event: str, wanted: ExportIn) -> FileResponse:
    """The evidence of an event for use outside: redacted, marked with who and when, signed. Takes about as long as the
    clip; one is made at a time.
    """
    async with site.database.session() as session:
        queries = EventQueries(session)
        if await queries.find(event) is None:
            raise NotFound("event", event)
        stored = await queries.evidence(event)
    if stored is None:
        raise NotFound("evidence yet of event", event)
    if stored.deleted_at is not None:
        raise ApiError(410, "gone", f'the evidence of event "{event}" was deleted: {stored.deleted_why}')
    data = site.evidence.parent
    exports = exports_of(data)
    exports.mkdir(mode=0o700, exist_ok=True)
    folder = Path(mkdtemp(dir=exports))
    order = Order(wanted.by, wanted.why, to_datetime(site.board.now()), wanted.format)
    target = folder / f"{event}.{wanted.format}"
    try:
        await site.exports.hand_out(site.database, site.settings, data, site.key, event, order, target)
    except ExportsBusy as error:
        _clear(folder)
        raise ApiError(409, "busy", str(error)) from error
    except BaseException:
        _clear(folder)
        raise
    kind = {"zip": "application/zip", "pdf": "application/pdf"}[wanted.format]
    return FileResponse(
        target,
        media_type=kind,
        filename=target.name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(_clear, folder),
    )


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of an export that was broken off, a thread may be writing still
