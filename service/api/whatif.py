"""What another rulebook would have made of what was seen: tried on the recorded log, and nothing of it is saved."""

import asyncio
import math
from collections.abc import Collection
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from service.api.asked import moment_asked
from service.api.errors import ApiError, ErrorOut
from service.api.schemas.whatif import WhatIfIn
from service.api.site import Site, SiteDep
from service.api.taking_up import take_up
from service.parts import PartError, with_edits
from service.trying import TrialBusy
from service.whatif import Question, Span
from vision.observation import WindowId
from vision.streamtime import SECOND

__all__ = ["router"]

router = APIRouter(tags=["rules"])

_MOST_H: Final = 60 * 24
"""Window-hours of one question: a site that is open for eight hours a day has answered it in some minutes."""


@router.post("/whatif", response_model=dict[str, Any], responses={409: {"model": ErrorOut}})
async def whatif(site: SiteDep, asked: WhatIfIn, request: Request) -> Response:
    """What would have been different with other rules, event by event: the answer of `zaigang whatif --json`. At most
    1,440 window-hours, one question at a time; it ends when nobody waits for it.
    """
    await take_up(site)
    span = Span(moment_asked(asked.begins, "from"), moment_asked(asked.ends, "to"))
    if span.until <= span.since:
        raise ApiError(422, "bad_input", "to: must be later than from", "to")
    try:
        question = await asyncio.to_thread(_question, site, asked, span)
    except PartError as error:
        raise ApiError(422, "bad_input", str(error), error.field) from error
    try:
        answer = await site.trials.ask(question, span, site.evidence.parent, request.is_disconnected)
    except TrialBusy as error:
        raise ApiError(409, "busy", str(error)) from error
    return Response(answer, media_type="application/json")


def _question(site: Site, asked: WhatIfIn, span: Span) -> Question:
    """What is asked of the log; raises PartError or ApiError naming the field. It takes parts of a second."""
    now = site.in_force.now
    windows = _windows(now.books, asked.windows)
    hours = math.ceil(len(windows) * (span.until - span.since) / (3600 * SECOND))
    if hours > _MOST_H:
        told = f"{len(windows)} windows for so long are {hours:,} window-hours, {_MOST_H:,} are the most"
        raise ApiError(422, "bad_input", f"to: {told}; name fewer windows, or a shorter time", "to")
    then = with_edits(now.given, {**now.contents, "rules": asked.content}, site.refusal).books()
    return Question(
        now.settings,
        {window: now.books[window] for window in windows},
        {window: then[window] for window in windows},
        span,
    )


def _windows(known: Collection[WindowId], wanted: list[str] | None) -> list[WindowId]:
    windows = [WindowId(name) for name in dict.fromkeys(wanted or known)]
    strange = next((window for window in windows if window not in known), None)
    if strange is not None:
        told = f'there is no window "{strange}"; there are {", ".join(known) or "none"}'
        raise ApiError(422, "bad_input", f"windows: {told}", "windows")
    return windows
