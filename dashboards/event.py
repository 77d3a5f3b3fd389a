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

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A picture of the evidence and the moment it shows."""

    name: str
    address: str
    at: str


@dataclass(frozen=True, slots=True)
class Clip:
    """The clip's address, how long it is, how far it reaches before the event's begin and beyond its last moment."""

    address: str
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
    return await rendered(
        request,
        "event.html",
        event=shown,
        frames=_frames(shown),
        clip=_clip(shown),
        lacks=[Lack(one.what, _piece(t, one.what), _why(t, one)) for one in missing],
        lacks_field=lacks,
        judge=author_of(request),
    )


def _frames(event: EventDetailOut) -> list[KeyFrame]:
    moments = {"begin": event.started_at, "satisfied": event.satisfied_at, "end": event.until}
    pictures = event.evidence.pictures if event.evidence else []
    found = {address.rsplit("/", 1)[-1].removesuffix(".jpg"): address for address in pictures}
    return [KeyFrame(name, _fresh(event, found[name]), at) for name, at in moments.items() if name in found]


def _clip(event: EventDetailOut) -> Clip | None:
    evidence = event.evidence
    if evidence is None or not evidence.clip or not evidence.clip_start or not evidence.clip_end:
        return None
    return Clip(
        _fresh(event, evidence.clip),
        _between(evidence.clip_start, evidence.clip_end),
        _between(evidence.clip_start, event.started_at),
        _between(event.until, evidence.clip_end),
    )


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
