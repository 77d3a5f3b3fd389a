"""Draws on an evidence picture what was seen on it: the zones' outlines, boxes, and their names."""

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np

from vision.geometry import Size
from vision.observer import Seen
from vision.picture import Pixels

__all__ = ["drawn"]

Colour = tuple[int, int, int]

# The colours of the pages' overlay, BGR.
_OWN: Final = (122, 174, 63)
_OTHER: Final = (201, 195, 185)
_THING: Final = (82, 106, 255)
_ZONE: Final = (223, 163, 74)
_INK: Final = (255, 255, 255)
_NAMES: Final[Mapping[str, str]] = {
    "person": "人员",
    "cell phone": "手机",
    "cigarette": "香烟",
    "food": "食物",
    "badge": "工作牌",
}


def drawn(
    picture: Pixels, window: str, seen: Sequence[Seen], zones: Mapping[str, Sequence[float]], size: Size | None
) -> Pixels:
    """A copy of ``picture`` (BGR) with ``zones`` and ``seen``, both in pixels of a picture of ``size``, drawn on it.

    The clerk of ``window`` and what breaks a rule there are named; others are outlined only, thinly.
    """
    shown = picture.copy()
    height, width = shown.shape[:2]
    scale = np.array([width / size[0], height / size[1]] if size is not None else [1.0, 1.0])
    line = max(1, round(height / 360))
    for numbers in zones.values():
        _outline(shown, _corners(numbers) * scale, line)
    for one in seen:
        own = one.window == window or (one.window is None and one.label != "person")
        colour = _OTHER if not own else _OWN if one.label in ("person", "badge") else _THING
        (x1, y1), (x2, y2) = np.rint(np.reshape(one.box, (2, 2)) * scale).astype(int).tolist()
        cv2.rectangle(shown, (x1, y1), (x2, y2), colour, line + 1 if own else line, cv2.LINE_AA)
        if own:
            _name(shown, f"{_NAMES.get(one.label, one.label)} {one.score:.0%}", (x1, y1), colour)
    return shown


def _corners(numbers: Sequence[float]) -> np.ndarray:
    """A zone's corners, shape (n, 2); four numbers are a box."""
    if len(numbers) == 4:
        x1, y1, x2, y2 = numbers
        numbers = (x1, y1, x2, y1, x2, y2, x1, y2)
    return np.reshape(np.asarray(numbers, np.float64), (-1, 2))


def _outline(picture: Pixels, corners: np.ndarray, line: int) -> None:
    """Dashed, so that it is told from the boxes."""
    dash = 6 * line + 4
    for begin, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        length = float(np.hypot(*(end - begin)))
        for at in np.arange(0.0, length, 2 * dash):
            ends = [begin + (end - begin) * min(part, length) / length for part in (at, at + dash)]
            (x1, y1), (x2, y2) = np.rint(ends).astype(int).tolist()
            cv2.line(picture, (x1, y1), (x2, y2), _ZONE, line, cv2.LINE_AA)


def _name(picture: Pixels, words: str, corner: tuple[int, int], colour: Colour) -> None:
    """``words`` on a plate above the box's ``corner``, within the picture."""
    height, width = picture.shape[:2]
    size = max(12, height // 32)
    face = cv2.FontFace("sans")
    wide = int(cv2.getTextSize((width, height), words, (0, 0), face, size)[2]) + size // 2
    tall = round(size * 1.4)
    x, y = max(0, min(corner[0], width - wide)), max(0, min(corner[1] - tall, height - tall))
    cv2.rectangle(picture, (x, y), (x + wide, y + tall), tuple(part * 2 // 3 for part in colour), -1)
    cv2.putText(picture, words, (x + size // 4, y + tall - round(size * 0.35)), _INK, face, size)
