"""The page of one event: what happened, why the machine thinks so, and whether the evidence is whole."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dashboards.forms import author_of
from dashboards.rendering import language_of, rendered
from dashboards.texts import Texts, texts
from service.api.events import event as event_detail
from service.api.schemas import EventDetailOut, MissingOut
from service.api.site import SiteDep

__all__ = ["router"]

_ORDER = ("begin", "satisfied", "strongest", "end", "minute")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A picture of the evidence and the moment it shows; ``boxed`` is the same with what was seen drawn on it."""

    name: str
    address: str
    at: str
    boxed: str | None


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip's address and begin, how long it is, how far it reaches before the event's begin and beyond its end."""

    address: str
    start: str
    length_s: float
    before_s: float
    after_s: float


@dataclass(frozen=True, slots=True)
class Lack:
    """A piece of evidence that is missing: its name in the evidence, in words, and why, in words."""

    what: str
    piece: str
    why: str


@router.get("/events/{event}")
async def event_page(request: Request, site: SiteDep, event: str, lacks: str = "") -> HTMLResponse:
    """One event; what is marked as a part in the template is asked for again while its evidence grows.

    ``lacks``: the field without which a form on the page was not taken.
    """
    shown = await event_detail(site, event)
    t = texts(language_of(request))
    missing = shown.evidence.missing if shown.evidence else []
    frames = _frames(shown)
    return await rendered(
        request,
        "event.html",
        event=shown,
        frames=[frame for frame in frames if frame.name != "minute"],
        minutes=[frame for frame in frames if frame.name == "minute"],
        clip=_clip(shown),
        last=_last_clip(shown),
        lacks=_lacks(t, missing),
        lacks_field=lacks,
        judge=author_of(request),
    )


def _frames(event: EventDetailOut) -> list[KeyFrame]:
    """The key frames in order of what they show, then the pictures of the minutes."""
    found = event.evidence.key_frames if event.evidence else []
    boxed = {(frame.kind, frame.at): _fresh(event, frame.url) for frame in found if frame.boxes}
    plain = sorted((frame for frame in found if not frame.boxes), key=lambda frame: _ORDER.index(frame.kind))
    return [
        KeyFrame(frame.kind, _fresh(event, frame.url), frame.at, boxed.get((frame.kind, frame.at))) for frame in plain
    ]


def _clip(event: EventDetailOut) -> Clip | None:
    evidence = event.evidence
    if evidence is None or not evidence.clip or not evidence.clip_start or not evidence.clip_end:
        return None
    return _shown(event, evidence.clip, evidence.clip_start, evidence.clip_end)


def _last_clip(event: EventDetailOut) -> Clip | None:
    last = event.evidence.last_clip if event.evidence else None
    return _shown(event, last.url, last.start, last.end) if last else None


def _shown(event: EventDetailOut, address: str, start: str, end: str) -> Clip:
    length, before, after = _between(start, end), _between(start, event.started_at), _between(event.until, end)
    return Clip(_fresh(event, address), start, length, before, after)


def _lacks(t: Texts, missing: list[MissingOut]) -> list[Lack]:
    """What is missing, in words; the pictures of the minutes in one line, since an outage may take many of them."""
    minutes = [one for one in missing if one.what.startswith("minute-")]
    lacks = [Lack(one.what, _piece(t, one.what), _why(t, one)) for one in missing if one not in minutes]
    if minutes and minutes[0].at:
        why = t("evidence.lacks_minutes", count=len(minutes), at=t.clock(minutes[0].at))
        lacks.append(Lack("minutes", t("piece.minutes"), why))
    return lacks


def _fresh(event: EventDetailOut, address: str) -> str:
    """The address with the file's hash: a growing event's files keep their names, and browsers what they have."""
    files = event.evidence.files if event.evidence else []
    return next((f"{address}?{file.sha256[:8]}" for file in files if file.url == address), address)


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _piece(t: Texts, what: str) -> str:
    key = f"piece.{what.removesuffix('.jpg')}"
    return t(key) if key in t else what


def _why(t: Texts, one: MissingOut) -> str:
    """Why a piece is missing, in the reader's words; in the worker's own where it gave no code."""
    key = f"missing.{one.code}"
    if key not in t:
        return one.why
    return t(key, length=t.duration(one.seconds or 0), at=t.clock(one.at) if one.at else "")
