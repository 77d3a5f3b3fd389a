"""Where everybody is and what they do at any second of a script, and from that what is true at the post."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from service.demo.room import WIDTH
from service.demo.script import CameraScript, Happening
from vision.errors import BadInput

__all__ = ["HALF_BODY", "VISITOR_SCALE", "Part", "Pose", "parts_of"]

HALF_BODY = 100.0
"""Half the width of a grown person behind the counter in pixels."""

RISE = 36.0
"""How much higher the head of somebody standing is, in pixels."""

_OUTSIDE = 150.0
_FAR_OUT = 240.0
_BESIDE = 205.0
VISITOR_SCALE = 1.38
"""How much bigger somebody on the customers' side looks."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Somebody at one moment, before perspective.

    ``x`` is the column of the head, ``rise`` how many pixels the crown is above (under, if negative) its place when
    seated, ``walking`` and ``phone`` run from 0 to 1, ``down`` is how far they are bent (1: behind the counter),
    ``tilt`` the lean of the head in pixels, ``nod`` the sinking of the head in pixels, ``breath`` -1..1.
    """

    x: float
    rise: float
    walking: float
    down: float
    phone: float
    tilt: float
    nod: float
    breath: float
    lean: float


@dataclass(frozen=True, slots=True)
class Part:
    """One person's path through the script: places (seconds, column, 0 seated to 1 standing), and what they do."""

    who: str
    visitor: bool
    places: tuple[tuple[float, float, float], ...]
    bends: tuple[Happening, ...]
    phones: tuple[Happening, ...]
    seed: int

    def pose(self, t: float, period: float) -> Pose | None:
        """What they do at ``t``, None while they are outside the picture; small movement repeats with ``period``."""
        x, stand = _at(self.places, t)
        if not self.in_picture(t):
            return None
        ahead, _ = _at(self.places, t + 0.05)
        behind, _ = _at(self.places, t - 0.05)
        speed = abs(ahead - behind) / 0.1
        walking = min(speed / 260, 1.0)
        down = max((_hump(h, t, 0.9) * h.depth for h in self.bends), default=0.0)
        phone = max((_hump(h, t, 0.7) for h in self.phones), default=0.0)
        sway = _drift(self.seed, t, period, 0.12) * 7 * (1 - 0.5 * phone)
        step = abs(np.sin(np.pi * 1.9 * t)) * 9 * walking
        return Pose(
            x=x + sway + walking * 3 * np.sin(np.pi * 1.9 * t),
            rise=stand * RISE + step + _drift(self.seed + 1, t, period, 0.1) * 2.5,
            walking=walking,
            down=down,
            phone=phone,
            tilt=_drift(self.seed + 2, t, period, 0.2) * 8,
            nod=_drift(self.seed + 3, t, period, 0.25) * 3 + 9 * phone,
            breath=float(np.sin(2 * np.pi * _whole(period, 0.27) * t / period)),
            lean=_drift(self.seed + 4, t, period, 0.15) * 5 + 14 * walking * np.sign(ahead - behind),
        )

    def centre(self, t: float) -> float:
        """The column they mean to be at."""
        return _at(self.places, t)[0]

    def in_picture(self, t: float) -> bool:
        """Whether any of them can be seen between the picture's left and right edge."""
        half = (HALF_BODY + 25) * (VISITOR_SCALE if self.visitor else 1.0)
        return -half < self.centre(t) < WIDTH + half


def parts_of(camera: CameraScript, seat: float) -> tuple[Part, ...]:
    """Everybody in a camera's script, those nearest to the wall first.

    Raises BadInput where the script contradicts itself (somebody leaves who is not there).
    """
    on_post = camera.clerk
    places: dict[str, list[tuple[float, float, float]]] = {}
    if on_post is not None:
        places[on_post] = [(0.0, seat, 0.0)]
    for happening in camera.of("leaves", "enters", "relieves"):
        where = f'camera "{camera.name}": {happening.what} at {happening.at:g} s'
        at = happening.at
        if happening.what == "enters":
            if on_post is not None:
                raise BadInput(f"{where}, but {on_post} is on post; use relieves")
            on_post = _named(happening)
            _walk(places, on_post, _inwards(at, happening.side, seat))
            continue
        if on_post is None:
            raise BadInput(f"{where}, but nobody is on post")
        if happening.what == "leaves":
            _walk(places, on_post, _outwards(at, happening.side, seat))
            on_post = None
        else:
            comer = _named(happening)
            if comer == on_post:
                raise BadInput(f"{where}: {comer} cannot relieve herself")
            _walk(places, comer, _taking_over(at, happening.side, seat))
            _walk(places, on_post, _outwards(at + 1.6, happening.side, seat))
            on_post = comer
    bends, phones = camera.of("bends"), camera.of("phone")
    staff = [
        Part(who, False, tuple(path), bends, phones, camera.seed * 17 + order * 5)
        for order, (who, path) in enumerate(places.items())
    ]
    visitors = [
        Part(_named(h), True, _passing(h), (), (), camera.seed * 31 + order * 7)
        for order, h in enumerate(camera.of("passes"))
    ]
    return (*staff, *visitors)


def _named(happening: Happening) -> str:
    if happening.who is None:
        raise BadInput(f"{happening.what} at {happening.at:g} s: who is missing")
    return happening.who


def _end(side: str, beyond: float = _OUTSIDE) -> float:
    return -beyond if side == "left" else WIDTH + beyond


Places = list[tuple[float, float, float]]


def _outwards(at: float, side: str, seat: float) -> Places:
    step = -14.0 if side == "left" else 14.0
    return [(at, seat, 0.0), (at + 0.9, seat + step, 1.0), (at + 2.9, _end(side), 1.0)]


def _inwards(at: float, side: str, seat: float) -> Places:
    step = -14.0 if side == "left" else 14.0
    return [(at, _end(side), 1.0), (at + 2.0, seat + step, 1.0), (at + 2.9, seat, 0.0)]


def _taking_over(at: float, side: str, seat: float) -> Places:
    """In from the other side, a moment beside the one on post, then onto the seat."""
    other = "left" if side == "right" else "right"
    beside = seat + (-_BESIDE if other == "left" else _BESIDE)
    return [
        (at, _end(other), 1.0),
        (at + 1.5, beside, 1.0),
        (at + 2.6, beside, 1.0),
        (at + 4.0, seat, 1.0),
        (at + 4.8, seat, 0.0),
    ]


def _passing(happening: Happening) -> tuple[tuple[float, float, float], ...]:
    start = _end(happening.side, _FAR_OUT)
    goal = _end("left" if happening.side == "right" else "right", _FAR_OUT)
    walk = min(1.9, happening.lasts / 2)
    middle = WIDTH / 2 + (90 if happening.side == "right" else -90)
    return (
        (happening.at, start, 1.0),
        (happening.at + walk, middle, 1.0),
        (happening.until - walk, middle, 1.0),
        (happening.until, goal, 1.0),
    )


def _walk(places: dict[str, Places], who: str, path: Places) -> None:
    before = places.setdefault(who, [])
    if before and before[-1][0] > path[0][0]:
        raise BadInput(f"{who} is still walking at {path[0][0]:g} s: leave {before[-1][0] - path[0][0]:.1f} s more")
    if before and _is_out(before[-1][1]):
        before.append((before[-1][0] + 0.001, path[0][1], path[0][2]))
    before.extend(path)


def _is_out(x: float) -> bool:
    return not 0 <= x <= WIDTH


def _at(places: Sequence[tuple[float, float, float]], t: float) -> tuple[float, float]:
    """Column and stance at ``t``, eased between the places."""
    previous = places[0]
    if t <= previous[0]:
        return previous[1], previous[2]
    for place in places[1:]:
        if t < place[0]:
            share = (t - previous[0]) / (place[0] - previous[0])
            share = share * share * (3 - 2 * share)
            return previous[1] + (place[1] - previous[1]) * share, previous[2] + (place[2] - previous[2]) * share
        previous = place
    return previous[1], previous[2]


def _hump(happening: Happening, t: float, ease: float) -> float:
    """0 outside a happening, 1 inside, eased over ``ease`` seconds within its ends."""
    share = min(t - happening.at, happening.until - t) / min(ease, happening.lasts / 2)
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _whole(period: float, hertz: float) -> int:
    """The whole number of turns in ``period`` that comes nearest to ``hertz``, so that a loop has no seam."""
    return max(round(period * hertz), 1)


def _drift(seed: int, t: float, period: float, hertz: float) -> float:
    """Slow wandering about 0, mostly within -1..1, the same after every ``period``."""
    waves = zip(_WEIGHTS, _SPEEDS, _phases(seed), strict=True)
    return float(sum(w * np.sin(2 * np.pi * _whole(period, hertz * s) * t / period + p) for w, s, p in waves))


_SPEEDS = (0.31, 0.7, 1.0, 1.73)
_WEIGHTS = (0.5, 0.35, 0.3, 0.12)


@cache
def _phases(seed: int) -> tuple[float, ...]:
    return tuple(np.random.default_rng(seed).uniform(0, 2 * np.pi, len(_SPEEDS)).tolist())
