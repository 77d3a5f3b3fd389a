"""Cuts the demo's people out of photographs that ship inside installed packages, and dresses them differently."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.demo.paint import Picture
from vision.errors import ZaigangError

__all__ = ["MEMBERS", "PHOTOGRAPHS", "CastError", "Figure", "Photograph", "load_cast", "read_photograph"]

Mask = NDArray[np.float32]
Outline = tuple[tuple[int, int], ...]


class CastError(ZaigangError):
    """A photograph that the demo's people are cut out of is missing or is another one than expected."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture inside an installed package and where its person is, in pixels of that picture."""

    package: str
    file: str
    size: tuple[int, int]
    sure: tuple[Outline, ...]
    maybe: Outline
    never: tuple[Outline, ...]
    crown: float
    chin: float
    middle: float
    head: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One cut-out person.

    ``picture`` is (height, width, 4) premultiplied BGRA; ``middle`` the column of the head, ``crown``, ``chin`` and
    ``head`` rows and length in pixels of it: the same ``head`` on two figures is people of one size.
    """

    picture: Picture
    middle: float
    crown: float
    chin: float
    head: float


def _outline(corners: str) -> Outline:
    """Corners written as ``x,y x,y ...``."""
    return tuple((int(x), int(y)) for x, y in (corner.split(",") for corner in corners.split()))


_OFFICER: Final = Photograph(
    package="matplotlib",
    file="mpl-data/sample_data/grace_hopper.jpg",
    size=(600, 512),
    sure=(
        _outline(
            "190,110 340,110 345,180 340,270 290,335 330,345 480,400 500,599 30,599 60,400 190,340 178,265 170,200"
        ),
        _outline("190,80 230,40 270,30 330,60 352,100 352,140 168,145 165,115"),
    ),
    maybe=_outline(
        "160,92 172,66 186,48 205,39 218,34 232,18 300,15 380,80 385,230 370,300 345,330 480,370 "
        "515,430 512,600 0,600 15,430 60,370 185,332 150,280 140,150"
    ),
    never=(
        _outline("138,90 158,94 154,108 152,130 154,154 151,180 150,240 138,240"),
        _outline("140,296 166,291 190,301 200,305 201,316 192,326 180,338 160,348 140,353"),
    ),
    crown=22,
    chin=335,
    middle=262,
    head=292,
)

_PILOT: Final = Photograph(
    package="skimage",
    file="data/astronaut.png",
    size=(512, 512),
    sure=(
        _outline(
            "175,40 250,25 285,60 285,110 252,165 282,206 298,240 330,262 344,330 280,400 270,480 150,505 "
            "60,480 60,300 130,240 140,190 180,140 170,90"
        ),
    ),
    maybe=_outline(
        "155,110 140,60 180,20 240,8 290,30 305,80 300,115 285,140 300,190 325,235 362,265 372,330 "
        "350,350 300,370 270,430 270,512 90,512 20,470 12,420 20,280 60,240 115,200 120,170 170,145"
    ),
    never=(
        _outline(
            "264,152 257,170 277,183 293,202 303,222 308,232 322,240 337,249 349,264 358,288 380,288 380,140 286,140"
        ),
        _outline("150,130 177,132 182,146 152,149"),
    ),
    crown=15,
    chin=189,
    middle=226,
    head=174,
)

PHOTOGRAPHS: Final[Mapping[str, Photograph]] = {"officer": _OFFICER, "pilot": _PILOT}

_HELMET: Final = _outline("372,332 347,338 322,368 296,392 281,436 272,511 372,511")
"""The helmet in the pilot's arm."""


def load_cast(folder: Path) -> dict[str, Figure]:
    """Every member of the cast by name; cut out once and kept in ``folder`` (made if missing).

    Raises CastError where a photograph is missing.
    """
    photographs = {name: read_photograph(photograph) for name, photograph in PHOTOGRAPHS.items()}
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for picture in photographs.values():
        digest.update(picture.tobytes())
    kept = folder / f"cast-{digest.hexdigest()[:16]}.npz"
    if not kept.exists():
        cuts = {"officer": _cut_officer(photographs["officer"]), "pilot": _cut_pilot(photographs["pilot"])}
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".unfinished.npz")
        np.savez_compressed(unfinished, **{name: dress(cuts) for name, dress in MEMBERS.items()})  # type: ignore[arg-type]
        unfinished.replace(kept)
    with np.load(kept) as saved:
        return {name: _figure(name, saved[name]) for name in MEMBERS}


def _figure(name: str, picture: Picture) -> Figure:
    source = _OFFICER if name in _FROM_OFFICER else _PILOT
    middle = source.size[1] - 1 - source.middle if name in _MIRRORED else source.middle
    return Figure(picture, _MARGIN + middle, _MARGIN + source.crown, _MARGIN + source.chin, source.head)


_PLAIN = 56
"""Rows at the lower end of a figure that show cloth only and can be mirrored."""

_MARGIN = 8
"""Transparent pixels round a figure, so that its edge stays soft when it is scaled."""


def read_photograph(photograph: Photograph) -> Picture:
    """The whole photograph, (height, width, 3) BGR; CastError names package and file if it is not as expected."""
    found = find_spec(photograph.package)
    folder = Path(found.origin).parent if found and found.origin else None
    path = folder / photograph.file if folder else None
    if path is None or not path.exists():
        where = f"{path} is not there" if path else f"the package {photograph.package} is not installed"
        raise CastError(
            f"the demo's people come from a photograph inside the package {photograph.package}: {where}. "
            "Install the demo's packages with: pip install 'zaigang[demo]'"
        )
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None or picture.shape[:2] != photograph.size:
        seen = "unreadable" if picture is None else f"{picture.shape[1]}x{picture.shape[0]}"
        height, width = photograph.size
        raise CastError(f"{path} of the package {photograph.package} is {seen}, the demo expects {width}x{height}")
    return np.asarray(picture, np.uint8)


def _outline_mask(photograph: Photograph, picture: Picture) -> Mask:
    """1 on the person, 0 beside, shape of the picture: GrabCut between what surely is and surely is not the person."""
    marks = np.full(picture.shape[:2], cv2.GC_BGD, np.uint8)
    cv2.fillPoly(marks, [np.array(photograph.maybe)], (cv2.GC_PR_FGD,))
    for outline in photograph.never:
        cv2.fillPoly(marks, [np.array(outline)], (cv2.GC_BGD,))
    for outline in photograph.sure:
        cv2.fillPoly(marks, [np.array(outline)], (cv2.GC_FGD,))
    cv2.setRNGSeed(7)
    cv2.grabCut(picture, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    mask = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    biggest = 1 + int(np.argmax(stats[1:count, cv2.CC_STAT_AREA]))
    mask = (labels == biggest).astype(np.uint8)
    round_brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_OPEN, round_brush), cv2.MORPH_CLOSE, round_brush).astype(
        np.uint8
    )
    return np.asarray(mask, np.float32)


def _soft(mask: Mask) -> Mask:
    """The mask drawn in by about a pixel with an edge some three pixels wide."""
    inner = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    return np.asarray(np.clip(cv2.GaussianBlur(inner, (0, 0), 1.3) * 1.12 - 0.06, 0, 1), np.float32)


def _own_border(picture: Picture, mask: Mask) -> Picture:
    """``picture`` with the border of the person, which the old background shines through, painted from further in."""
    inner = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    _, nearest = cv2.distanceTransformWithLabels(
        (inner < 0.5).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    inside = inner >= 0.5
    colours[nearest[inside]] = picture[inside]
    spread = cv2.GaussianBlur(colours[nearest], (0, 0), 1.5)
    return np.where(inside[..., None], picture, spread).astype(np.uint8)


def _finished(picture: Picture, alpha: Mask, below: int) -> Picture:
    """Premultiplied BGRA with a margin; ``below`` more rows are its lowest mirrored to and fro, for standing up."""
    full = np.dstack([picture.astype(np.float32) * alpha[..., None], alpha * 255])
    rows = full.shape[0]
    mirrored = rows - 1 - np.abs((np.arange(below) + _PLAIN) % (2 * _PLAIN) - _PLAIN)
    full = np.concatenate([full, full[mirrored]])
    full = cv2.copyMakeBorder(full, _MARGIN, 0, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    return np.clip(np.round(full), 0, 255).astype(np.uint8)


Cut = tuple[Picture, Mask]


def _cut_officer(picture: Picture) -> Cut:
    mask = _outline_mask(_OFFICER, picture)
    alpha = _soft(mask)
    sleeves = np.clip(np.minimum(np.arange(512), 511 - np.arange(512)) / 3, 0, 1)
    return _own_border(picture, mask), np.asarray(alpha * sleeves, np.float32)


def _cut_pilot(picture: Picture) -> Cut:
    """The pilot without the helmet in her arm: that side is her other sleeve, mirrored."""
    mask = _outline_mask(_PILOT, picture)
    clean, alpha = _own_border(picture, mask), _soft(mask)
    axis = 2 * 193
    columns = np.clip(axis - np.arange(512), 0, 511)
    helmet = np.zeros(mask.shape, np.float32)
    cv2.fillPoly(helmet, [np.array(_HELMET)], (1.0,))
    helmet = cv2.GaussianBlur(helmet, (0, 0), 3).astype(np.float32)
    mirrored, other = clean[:, columns], alpha[:, columns]
    mixed = clean * (1 - helmet[..., None]) + mirrored * helmet[..., None]
    return mixed.astype(np.uint8), np.asarray(np.maximum(alpha * (helmet < 0.5), other * (helmet > 0)), np.float32)


def _suit(picture: Picture) -> Mask:
    """1 where the pilot's orange cloth is, 0 elsewhere."""
    hue, saturation, _ = cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV))
    found = ((hue < 17) | (hue > 172)) & (saturation > 105)
    found[:205] = False
    patch = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    cloth = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, patch)
    return np.asarray(cv2.GaussianBlur(cloth.astype(np.float32), (0, 0), 1.0), np.float32)


def _dyed_suit(cut: Cut, colour: tuple[float, float, float]) -> Cut:
    """The pilot in a suit of ``colour`` (BGR gains on the cloth's brightness)."""
    picture, alpha = cut
    cloth = _suit(picture)[..., None]
    bright = picture.astype(np.float32).max(axis=2, keepdims=True)
    dyed = np.clip(bright * np.array(colour, np.float32), 0, 255)
    return (picture * (1 - cloth) + dyed * cloth).astype(np.uint8), alpha


def _dyed_jacket(cut: Cut, colour: tuple[float, float, float]) -> Cut:
    """The officer in a jacket of ``colour`` (BGR added to the dark cloth) and without the flash on it."""
    picture, alpha = cut
    bright = picture.astype(np.float32).max(axis=2)
    dark = np.clip((92 - bright) / 50, 0, 1)
    dark[:332] = 0
    dark = cv2.GaussianBlur(dark.astype(np.float32), (0, 0), 1.5)[..., None]
    lit = picture * 1.5 + np.array(colour, np.float32)
    return np.clip(picture * (1 - dark) + lit * dark, 0, 255).astype(np.uint8), alpha


def _dyed_hair(cut: Cut, shade: float, *, from_behind: bool = False) -> Cut:
    """The pilot with darker hair: ``shade`` is the share of its brightness that is left."""
    picture, alpha = cut
    hair = np.zeros(alpha.shape, np.float32)
    hair[:172] = 1
    if not from_behind:
        cv2.ellipse(hair, (222, 132), (43, 62), 0, 0, 360, (0.0,), -1)
    hair[150:, 170:275] = 0
    soft = cv2.GaussianBlur(hair, (0, 0), 5)[..., None]
    dark = picture * np.array((shade, shade * 0.92, shade * 0.9), np.float32)
    return (picture * (1 - soft) + dark * soft).astype(np.uint8), alpha


def _from_behind(cut: Cut) -> Cut:
    """The pilot's hair over face and throat and her cloth over badge and straps: somebody who looks the other way."""
    picture, alpha = cut
    head = np.zeros(alpha.shape, np.float32)
    cv2.rectangle(head, (120, 0), (330, 158), (1.0,), -1)
    soft_head = cv2.GaussianBlur(head, (0, 0), 5)[..., None]
    at = np.arange(512)
    rows, columns = np.abs((at - 26) % 64 - 32) + 26, np.clip(186 + (at - 150) * 0.62, 186, 284).astype(int)
    hair = cv2.GaussianBlur(picture, (0, 0), 0.8)[rows][:, columns].astype(np.float32)
    round_x = 1.04 - 0.5 * np.abs((at - 224) / 84.0) ** 3
    hair *= np.interp(at, (20, 60, 168), (1.0, 1.0, 0.62))[:, None, None] * np.clip(round_x, 0.3, 1.1)[None, :, None]
    behind = picture * (1 - soft_head) + hair * soft_head
    things = np.zeros(alpha.shape, np.uint8)
    for outline in (
        ((120, 335), (225, 335), (225, 445), (120, 445)),
        ((225, 288), (345, 315), (345, 395), (290, 400), (290, 490), (225, 490)),
    ):
        cv2.fillPoly(things, [np.array(outline)], (255,))
    small = cv2.resize(behind.astype(np.uint8), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    filled = cv2.resize(cv2.inpaint(small, cv2.resize(things, (256, 256)), 4, cv2.INPAINT_TELEA), (512, 512))
    soft = cv2.GaussianBlur(things, (0, 0), 4)[..., None] / np.float32(255)
    return (behind * (1 - soft) + filled * soft).astype(np.uint8), alpha


def _mirrored(cut: Cut) -> Cut:
    return np.ascontiguousarray(cut[0][:, ::-1]), np.ascontiguousarray(cut[1][:, ::-1])


Cuts = Mapping[str, Cut]
_BELOW = 190

MEMBERS: Final[Mapping[str, Callable[[Cuts], Picture]]] = {
    "officer": lambda cuts: _finished(*cuts["officer"], _BELOW),
    "deputy": lambda cuts: _finished(*_dyed_jacket(cuts["officer"], (36, 46, 30)), _BELOW),
    "pilot": lambda cuts: _finished(*cuts["pilot"], _BELOW),
    "clerk": lambda cuts: _finished(*_dyed_suit(cuts["pilot"], (0.66, 0.44, 0.3)), _BELOW),
    "agent": lambda cuts: _finished(*_mirrored(_dyed_hair(_dyed_suit(cuts["pilot"], (0.36, 0.5, 0.34)), 0.5)), _BELOW),
    "visitor": lambda cuts: _finished(*_dyed_suit(_from_behind(cuts["pilot"]), (0.42, 0.45, 0.5)), _BELOW),
    "caller": lambda cuts: _finished(
        *_mirrored(_dyed_hair(_dyed_suit(_from_behind(cuts["pilot"]), (0.3, 0.26, 0.62)), 0.42, from_behind=True)),
        _BELOW,
    ),
}
"""Names of the cast and how each is made of the cut-outs; ``visitor`` and ``caller`` are seen from behind."""

_FROM_OFFICER: Final = frozenset({"officer", "deputy"})
_MIRRORED: Final = frozenset({"agent", "caller"})
