"""Hands an event's evidence out of the house, redacted."""

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from service.api.errors import ApiError, ErrorOut, NotFound
from service.api.schemas import ExportIn
from service.api.site import SiteDep
from service.evidence.export import Order
from service.exporting import EvidenceGone, ExportsBusy, exports_of
from service.scratch import Scratch
from service.storage import EventQueries
from vision.errors import StorageFull
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
        if await queries.evidence(event) is None:
            raise NotFound("evidence yet of event", event)
    data = site.evidence.parent
    order = Order(wanted.by, wanted.why, to_datetime(site.board.now()), wanted.format, reasons=wanted.reasons)
    try:
        scratch = Scratch(exports_of(data))
    except OSError as error:
        raise StorageFull(
            f"{exports_of(data)}: cannot be written ({(error.strerror or str(error)).lower()})"
        ) from error
    target = scratch.folder / f"{event}.{wanted.format}"
    try:
        await site.exports.hand_out(site.database, site.settings, data, site.key, event, order, target)
    except ExportsBusy as error:
        scratch.close()
        raise ApiError(409, "busy", str(error)) from error
    except EvidenceGone as error:
        scratch.close()
        raise ApiError(410, "gone", str(error)) from error
    except BaseException:
        scratch.close()
        raise
    kind = {"zip": "application/zip", "pdf": "application/pdf"}[wanted.format]
    return FileResponse(
        target,
        media_type=kind,
        filename=target.name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(scratch.close),
    )
