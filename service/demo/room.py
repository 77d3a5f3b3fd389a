"""Draws the office of one window: what is behind the clerk, and the counter with its things in front of her."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from service.demo.furniture import FURNITURE, Thing, draw_chair, draw_monitor, draw_papers
from service.demo.paint import Canvas, Colour, Picture, cloudy, disc, oblong, shaded, wood

__all__ = [
    "COUNTER_EDGE",
    "HEIGHT",
    "LOOKS",
    "POST_HALF_WIDTH",
    "WIDTH",
    "Look",
    "Polygon",
    "Room",
    "draw_room",
    "zones",
]

WIDTH, HEIGHT = 960, 540
"""Size of every camera's picture in pixels."""

COUNTER_EDGE = 372.0
"""Row in pixels at which the counter begins to hide what is behind it, before perspective."""

_BLUE: Colour = (146, 96, 40)


POST_HALF_WIDTH = 230.0
"""How far the post reaches to either side of the seat in pixels."""

Polygon = tuple[tuple[int, int], ...]
"""Corners (x, y) in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one window's office is furnished: colours in BGR, places in pixels before perspective."""

    seed: int
    wall: Colour
    wainscot: Colour
    counter: Colour
    top: Colour
    behind: tuple[Thing, ...]
    places: tuple[float, ...]
    seat: float
    monitor: float
    tilt: float


@dataclass(frozen=True, slots=True)
class Room:
    """The drawn layers of one office and what stands where in them, in pixels of the picture.

    ``back`` is (HEIGHT, WIDTH, 3) BGR, ``front`` (HEIGHT, WIDTH, 4) premultiplied BGRA; ``warp`` (3, 3) takes drawn
    places to pixels of the picture.
    """

    back: Picture
    front: Picture
    warp: NDArray[np.float64]
    look: Look

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where the drawn place (x, y) is in the picture."""
        return _through(self.warp, x, y)


LOOKS: dict[str, Look] = {
    "shelves": Look(
        seed=11,
        wall=(196, 206, 209),
        wainscot=(128, 140, 146),
        counter=(78, 118, 160),
        top=(196, 206, 212),
        behind=("shelves", "window", "plant", "clock"),
        places=(26, 640, 905, 566),
        seat=450,
        monitor=668,
        tilt=-7,
    ),
    "windows": Look(
        seed=12,
        wall=(205, 204, 193),
        wainscot=(146, 138, 122),
        counter=(96, 112, 122),
        top=(214, 214, 208),
        behind=("window", "window", "cabinet", "plant"),
        places=(36, 372, 708, 330),
        seat=500,
        monitor=250,
        tilt=6,
    ),
    "board": Look(
        seed=13,
        wall=(186, 203, 206),
        wainscot=(112, 128, 134),
        counter=(60, 88, 126),
        top=(182, 192, 198),
        behind=("cabinet", "board", "shelves", "clock"),
        places=(30, 248, 664, 626),
        seat=470,
        monitor=708,
        tilt=-4,
    ),
}


def draw_room(look: Look, title: str) -> Room:
    """The office of ``look`` with the window's ``title`` on the plate of its counter."""
    warp = _perspective(look.tilt)
    back = Canvas(WIDTH, HEIGHT, look.seed)
    _wall(back, look)
    for thing, x in zip(look.behind, look.places, strict=True):
        FURNITURE[thing](back, x)
    back.blur(0.9)
    draw_chair(back, look.seat)
    back.light(_lamps(WIDTH // 8, HEIGHT // 8))
    front = Canvas(WIDTH, HEIGHT, look.seed + 100)
    _counter(front, look)
    draw_monitor(front, look.monitor, COUNTER_EDGE)
    draw_papers(front, look.seat, look.monitor, COUNTER_EDGE)
    _plate(front, look, title)
    return Room(np.ascontiguousarray(back.finished(warp)[..., :3]), front.finished(warp), warp, look)


def zones(look: Look) -> dict[str, Polygon]:
    """Where staff, seat and customers are in the picture, in whole pixels and within it."""
    seat, warp = look.seat, _perspective(look.tilt)
    drawn = {
        "staff": (seat - POST_HALF_WIDTH, 64.0, seat + POST_HALF_WIDTH, COUNTER_EDGE + 4),
        "seat": (seat - 76.0, 258.0, seat + 76.0, COUNTER_EDGE + 2),
        "customer": (seat - POST_HALF_WIDTH - 60, COUNTER_EDGE + 36, seat + POST_HALF_WIDTH + 60, HEIGHT - 10.0),
    }
    placed = {}
    for name, (x1, y1, x2, y2) in drawn.items():
        corners = [_through(warp, x, y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))]
        placed[name] = tuple((min(max(round(x), 0), WIDTH - 1), min(max(round(y), 0), HEIGHT - 1)) for x, y in corners)
    return placed


def _through(warp: NDArray[np.float64], x: float, y: float) -> tuple[float, float]:
    seen = warp @ (x, y, 1.0)
    return float(seen[0] / seen[2]), float(seen[1] / seen[2])


def _perspective(tilt: float) -> NDArray[np.float64]:
    """The view of a camera that hangs a little off the middle: ``tilt`` pixels of slope over the picture."""
    w, h, over = WIDTH, HEIGHT, 10.0
    drawn = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    seen = np.array(
        [
            (-over - 16, -over + tilt),
            (w + over + 16, -over - tilt),
            (w + over - 8, h + over - tilt),
            (-over + 8, h + over + tilt),
        ],
        np.float32,
    )
    return np.asarray(cv2.getPerspectiveTransform(drawn, seen), np.float64)


def _lamps(width: int, height: int) -> NDArray[np.float32]:
    """Light of two rows of ceiling lamps as gains, shape (height, width)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    glow = sum(np.exp(-(((x / width - c) / 0.3) ** 2) - ((y / height + 0.15) / 0.6) ** 2) for c in (0.24, 0.76))
    return np.asarray(0.84 + 0.26 * glow, np.float32)


def _wall(canvas: Canvas, look: Look) -> None:
    canvas.fill(oblong(-4, -4, WIDTH + 8, HEIGHT + 8), shaded(look.wall, (0.9, 1.0, 0.95)), grain=3.5)
    canvas.fill(oblong(-4, 262, WIDTH + 8, 290), shaded(look.wainscot, (1.0, 0.82)), grain=4)
    canvas.shadow(oblong(-4, 258, WIDTH + 8, 6), by=(0, 5), soft=3, strength=0.4)
    canvas.fill(oblong(-4, 256, WIDTH + 8, 7), shaded(look.wall, (1.08, 0.8)))
    for x in range(-30, WIDTH, 118):
        canvas.fill(oblong(x, 270, 2, 180), (60, 62, 64), opacity=0.25, soft=0.6)
    canvas.fill(oblong(-4, -4, WIDTH + 8, 26), shaded((226, 228, 228), (1.0, 0.93)))
    canvas.shadow(oblong(-4, 14, WIDTH + 8, 8), by=(0, 6), soft=6, strength=0.3)


def _counter(canvas: Canvas, look: Look) -> None:
    edge, top = COUNTER_EDGE, look.top
    lip = edge + 44
    canvas.fill(oblong(-40, edge, WIDTH + 80, 46), shaded(top, (0.84, 0.98, 1.04)), grain=2.5)
    speckle = cloudy(canvas.rng, (120, 2000), coarse=6, octaves=2)[..., None] * np.float32(5)
    canvas.fill(oblong(-40, edge, WIDTH + 80, 46), np.asarray(np.asarray(top, np.float32) + speckle), opacity=0.35)
    canvas.fill(oblong(-40, edge, WIDTH + 80, 2.2), (245, 246, 246), opacity=0.55, soft=0.8)
    glare = disc(look.seat - 120, edge + 24, 340, 26)
    canvas.fill(glare, (252, 252, 252), opacity=0.2, soft=10)
    canvas.fill(oblong(-40, lip, WIDTH + 80, 12), shaded(top, (0.92, 0.62)), grain=2)
    front = wood(canvas.rng, 1900, 260, look.counter, strength=11)
    canvas.fill(oblong(-40, lip + 12, WIDTH + 80, HEIGHT), front)
    canvas.fill(oblong(-40, lip + 12, WIDTH + 80, HEIGHT - lip), (10, 10, 10), opacity=0.1)
    canvas.shadow(oblong(-40, lip + 4, WIDTH + 80, 12), by=(0, 9), soft=7, strength=0.6)
    for x in range(-60, WIDTH + 60, 204):
        canvas.fill(oblong(x, lip + 12, 3, HEIGHT - lip), (24, 26, 30), opacity=0.6, soft=0.5)
        canvas.fill(oblong(x + 3.4, lip + 12, 1.6, HEIGHT - lip), (190, 200, 208), opacity=0.22, soft=0.5)
    canvas.fill(oblong(-40, HEIGHT - 34, WIDTH + 80, 60), shaded((150, 152, 150), (0.95, 0.5)), opacity=0.75, soft=1)


def _plate(canvas: Canvas, look: Look, title: str) -> None:
    x, y = look.seat - 54, COUNTER_EDGE + 66
    plate = oblong(x, y, 108, 54, 6)
    canvas.shadow(plate, by=(3, 5), soft=4, strength=0.5)
    canvas.fill(plate, shaded(_BLUE, (1.12, 0.85)))
    canvas.fill(oblong(x + 3, y + 3, 102, 2, 1), (230, 220, 206), opacity=0.5)
    canvas.fill(oblong(x + 6, y + 7, 96, 42), _lettering(title, 192, 84))


def _lettering(title: str, width: int, height: int) -> NDArray[np.float32]:
    """White letters on the plate's blue, (height, width, 3); before OpenCV 5, which has Chinese, digits only."""
    plate = cv2.resize(shaded(_BLUE, (1.08, 0.9)), (width, height)).astype(np.uint8)
    white = (242, 242, 240)
    if hasattr(cv2, "FontFace"):
        font, size, weight = cv2.FontFace("uni"), 64, 600
        (x1, y1, x2, y2) = cv2.getTextSize((width, height), title, (0, 0), font, size, weight)
        at = (round((width - x2) / 2 - x1), round((height - y2) / 2 - y1))
        cv2.putText(plate, title, at, white, font, size, weight)
    else:
        digits = "".join(letter for letter in title if letter.isascii())
        (wide, tall), _ = cv2.getTextSize(digits, cv2.FONT_HERSHEY_DUPLEX, 2.2, 5)
        at = ((width - wide) // 2, (height + tall) // 2)
        cv2.putText(plate, digits, at, cv2.FONT_HERSHEY_DUPLEX, 2.2, white, 5, cv2.LINE_AA)
    return plate.astype(np.float32)
