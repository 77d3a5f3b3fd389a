"""What is true at a staged window, second by second: who was at the post, and when the camera could not tell."""

from collections.abc import Callable, Iterable
from typing import Final, TypedDict

from service.demo.acting import HALF_BODY, Part, parts_of
from service.demo.room import LOOKS, POST_HALF_WIDTH, zones
from service.demo.script import TROUBLES, CameraScript, Script

__all__ = ["REASON_OF", "TrueEvent", "Truth", "Unknown", "truth_of"]

Span = tuple[float, float]

REASON_OF: Final[dict[str, str]] = {"covered": "covered", "black": "black", "frozen": "frozen", "lost": "no_stream"}


_NOTES: Final = (
    "Staged. events: leave_post while no part of a staff member is in the zone, whatever the camera shows; "
    "phone_use while the phone is in front of the body. mostly_absent: nobody's middle is in the zone. "
    "A bend is presence. visitors: somebody on the customers' side. "
    "unknown: the camera is covered, black, frozen or sends nothing."
)


class TrueEvent(TypedDict):
    """A breach as it truly was; seconds from the film's first picture."""

    window: str
    rule: str
    start_s: float
    end_s: float


class Unknown(TypedDict):
    """A stretch in which the camera shows nothing that could be judged."""

    window: str
    start_s: float
    end_s: float
    reason: str


class Truth(TypedDict):
    """The truth of one window, in the form of a truth file; every span is [start, end] in seconds.

    ``events`` holds ``leave_post`` (no part of anybody in the staff zone) and ``phone_use``; ``mostly_absent`` are the
    wider stretches in which nobody's middle is in it. ``zones`` are polygons x1, y1, x2, y2, ... in pixels.
    """

    duration_s: float
    events: list[TrueEvent]
    mostly_absent: list[TrueEvent]
    present: list[Span]
    phone_use: list[Span]
    bends: list[Span]
    visitors: list[Span]
    unknown: list[Unknown]
    zones: dict[str, list[int]]
    seats: dict[str, list[int]]
    customers: dict[str, list[int]]
    notes: str


def truth_of(script: Script, camera: CameraScript, seconds: float | None = None) -> Truth:
    """The truth of the first ``seconds`` (default: all) of what ``camera`` sees, exact to one picture."""
    look = LOOKS[camera.room]
    end = script.duration if seconds is None else seconds
    times = [number / script.fps for number in range(round(end * script.fps))]
    parts = parts_of(camera, look.seat)
    staff = [part for part in parts if not part.visitor]

    def spans(holds: Callable[[float], bool]) -> list[Span]:
        return _spans(((t, holds(t)) for t in times), end)

    def within(reach: float) -> Callable[[float], bool]:
        return lambda t: any(abs(part.centre(t) - look.seat) < reach for part in staff)

    def at_post(t: float, what: Callable[[Part], bool]) -> bool:
        return any(what(part) for part in staff if abs(part.centre(t) - look.seat) < POST_HALF_WIDTH)

    def events(rule: str, found: Iterable[Span]) -> list[TrueEvent]:
        return [{"window": camera.window, "rule": rule, "start_s": start, "end_s": stop} for start, stop in found]

    any_part, middle = within(POST_HALF_WIDTH + HALF_BODY), within(POST_HALF_WIDTH)
    phone = spans(
        lambda t: at_post(t, lambda part: (pose := part.pose(t, script.duration)) is not None and pose.phone > 0.5)
    )
    leave = events("leave_post", spans(lambda t: not any_part(t)))
    places = {name: [value for corner in corners for value in corner] for name, corners in zones(look).items()}
    return {
        "duration_s": round(end, 3),
        "events": sorted([*leave, *events("phone_use", phone)], key=lambda e: (e["start_s"], e["rule"])),
        "mostly_absent": events("leave_post", spans(lambda t: not middle(t))),
        "present": spans(any_part),
        "phone_use": phone,
        "bends": [(h.at, min(h.until, end)) for h in camera.of("bends") if h.at < end],
        "visitors": spans(lambda t: any(part.visitor and part.in_picture(t) for part in parts)),
        "unknown": [
            {"window": camera.window, "start_s": h.at, "end_s": min(h.until, end), "reason": REASON_OF[h.what]}
            for h in camera.of(*TROUBLES)
            if h.at < end
        ],
        "zones": {camera.window: places["staff"]},
        "seats": {camera.window: places["seat"]},
        "customers": {camera.window: places["customer"]},
        "notes": _NOTES,
    }


def _spans(moments: Iterable[tuple[float, bool]], end: float) -> list[Span]:
    """Stretches in which a sampled truth holds."""
    found: list[Span] = []
    since: float | None = None
    for t, holds in moments:
        if holds and since is None:
            since = t
        elif not holds and since is not None:
            found.append((round(since, 3), round(t, 3)))
            since = None
    if since is not None:
        found.append((round(since, 3), round(end, 3)))
    return found
