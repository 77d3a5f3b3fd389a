"""Parts as tables: a CSV file or a workbook becomes the next version of one, or its wrong rows are named."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from service.api.errors import ApiError, BadRows, ErrorOut, RowFaultOut, TableErrorOut
from service.api.parts import change, stale
from service.api.schemas import By
from service.api.schemas.parts import ImportOut, PartIn, WhyChanged
from service.api.site import SiteDep
from service.api.taking_up import take_up
from service.imports import MOST_BYTES, Part, Template, content_with, import_content, template_of
from service.said import one_line
from vision.errors import BadInput

__all__ = ["router"]

router = APIRouter(tags=["parts"])

_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_MOST_FAULTS: Final = 1000


@router.post(
    "/parts/{part}/import",
    responses={409: {"model": ErrorOut}, 413: {"model": ErrorOut}, 422: {"model": TableErrorOut}},
    openapi_extra={"requestBody": {"required": True, "content": {"text/csv": _FILE, _WORKBOOK: _FILE}}},
)
async def import_table(
    request: Request,
    site: SiteDep,
    part: Part,
    by: Annotated[By, Query(description="Who changes it.")],
    why: Annotated[WhyChanged, Query(description="Why it is changed.")],
    base: Annotated[int, Query(ge=0, description="The version that the table is laid over, 0 where there is none.")],
    dry_run: Annotated[bool, Query(description="Check it and say what it would change; save nothing.")] = False,
    sheet: Annotated[
        str | None, Query(max_length=100, description="Of a workbook, where several fit."), AfterValidator(one_line)
    ] = None,
) -> ImportOut:
    """Take a table into a part: the body is the file itself. Nothing is taken as long as a row of it is wrong."""
    content = await _body(request)
    await take_up(site)
    now = site.in_force.now
    if base != now.version(part):
        raise stale(f"base: made from version {base} of {part}, but version {now.version(part)} is there")
    try:
        async with site.reading:
            found = await asyncio.to_thread(
                import_content, part, content, "body", now.settings, sheet, site.refusal.of_uniform
            )
    except BadInput as error:
        raise ApiError(422, "bad_input", str(error), "body") from error
    if found.faults:
        faults = [RowFaultOut(row=one.row, column=one.column, what=one.what) for one in found.faults[:_MOST_FAULTS]]
        raise BadRows(f"body: {found.told}", faults)
    if not found.rows:
        raise ApiError(422, "bad_input", "body: there is no row to take", "body")
    wanted = PartIn(content=content_with(now, found), by=by, why=why, base=base)
    proposal = await change(site, part, wanted, dry_run)
    return ImportOut(**proposal.model_dump(), rows=found.rows, notes=list(found.notes))


@router.get("/parts/{part}/template", response_class=Response, responses={200: {"content": {_WORKBOOK: _FILE}}})
async def template(part: Template) -> Response:
    """A workbook to fill in, with examples and what there is to know; `closed` is a table of duty, too."""
    content = await asyncio.to_thread(template_of, part)
    headers = {"Content-Disposition": f'attachment; filename="{part}.xlsx"'}
    return Response(content, media_type=_WORKBOOK, headers=headers)


async def _body(request: Request) -> bytes:
    """The file that a request brings, refused as soon as it is larger than a table may be."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise ApiError(415, "bad_input", "body: send the file itself, as curl --data-binary @FILE does, and no form")
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise ApiError(413, "bad_input", f"body: it is larger than {MOST_BYTES // 1_000_000} MB", "body")
    return bytes(content)
