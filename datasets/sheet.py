"""A contact sheet: many small pictures with their boxes and names on one."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from datasets.errors import DatasetError, unwritable
from datasets.quality.finding import Mark

__all__ = ["Cell", "contact_sheet", "write_sheet"]

_WIDE: Final = 320
_HIGH: Final = 240
_FOOT: Final = 40
_GAP: Final = 8
_PAPER: Final = (250, 250, 250)
_INK: Final = (40, 40, 40)
_SIZE: Final = 13
# Told apart on skin, cloth and walls, and by colour-blind people (Okabe and Ito, 2008); BGR.
_COLOURS: Final = (
    *((0, 159, 230), (233, 180, 86), (115, 158, 0), (66, 228, 240)),
    *((178, 114, 0), (0, 94, 213), (167, 121, 204)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A picture (BGR) with two lines below it and boxes in it; those with a score are a network's, drawn dashed."""

    pixels: npt.NDArray[np.uint8]
    title: str
    note: str
    marks: Sequence[Mark]


def contact_sheet(cells: Sequence[Cell], columns: int = 4) -> npt.NDArray[np.uint8]:
    """One picture (BGR) of all cells, row by row."""
    columns = max(1, min(columns, len(cells)))
    rows = -(-len(cells) // columns)
    step = (_HIGH + _FOOT + _GAP, _WIDE + _GAP)
    page = np.full((rows * step[0] + _GAP, columns * step[1] + _GAP, 3), _PAPER, np.uint8)
    face = cv2.FontFace("sans")
    for at, cell in enumerate(cells):
        y, x = _GAP + at // columns * step[0], _GAP + at % columns * step[1]
        page[y : y + _HIGH + _FOOT, x : x + _WIDE] = _drawn(cell, face)
    return page


def write_sheet(file: Path, cells: Sequence[Cell], columns: int = 4) -> None:
    """Write a contact sheet as PNG. Raises DatasetError where the disk refuses."""
    whole, coded = cv2.imencode(".png", contact_sheet(cells, columns))
    try:
        if file.suffix.lower() != ".png" or not whole:
            raise DatasetError(f"{file}: a contact sheet is a .png")
        file.write_bytes(coded.tobytes())
    except OSError as error:
        raise unwritable(file, error) from error


def _drawn(cell: Cell, face: cv2.FontFace) -> npt.NDArray[np.uint8]:
    height, width = cell.pixels.shape[:2]
    scale = min(_WIDE / width, _HIGH / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    box = np.full((_HIGH + _FOOT, _WIDE, 3), _PAPER, np.uint8)
    small = cv2.resize(cell.pixels, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (_WIDE - inner[0]) // 2, (_HIGH - inner[1]) // 2
    box[top : top + inner[1], left : left + inner[0]] = small
    for mark in cell.marks:
        corners = [round(side * scale) for side in mark.corners]
        place = (corners[0] + left, corners[1] + top, corners[2] + left, corners[3] + top)
        _frame(box, place, mark, face)
    box[_HIGH:] = _PAPER
    _write(box, _fitting(cell.title, face), (2, _HIGH + 16), _INK, face)
    _write(box, _fitting(cell.note, face), (2, _HIGH + 33), (110, 110, 110), face)
    return box


def _frame(box: npt.NDArray[np.uint8], place: Sequence[int], mark: Mark, face: cv2.FontFace) -> None:
    colour = _COLOURS[zlib.crc32(mark.kind.encode()) % len(_COLOURS)]
    x1, y1, x2, y2 = (max(-9999, min(9999, side)) for side in place)
    if mark.score is None:
        cv2.rectangle(box, (x1, y1), (x2, y2), colour, 2)
    else:
        for start in range(0, max(x2 - x1, y2 - y1), 8):
            across, down = min(x1 + start + 4, x2), min(y1 + start + 4, y2)
            for y in (y1, y2):
                cv2.line(box, (min(x1 + start, x2), y), (across, y), colour, 2)
            for x in (x1, x2):
                cv2.line(box, (x, min(y1 + start, y2)), (x, down), colour, 2)
    name = mark.kind if mark.score is None else f"{mark.kind} {mark.score:.2f}"
    wide = _length(name, face) + 6
    x, y = max(0, min(x1, _WIDE - wide)), max(0, min(y1 - 17, _HIGH - 17))
    cv2.rectangle(box, (x, y), (x + wide, y + 17), colour, -1)
    _write(box, name, (x + 3, y + 13), (0, 0, 0), face)


def _fitting(words: str, face: cv2.FontFace) -> str:
    """``words``, cut in the middle where they are too long for a cell."""
    shown, kept = words, len(words)
    while kept > 8 and _length(shown, face) > _WIDE - 6:
        kept -= 4
        shown = f"{words[: kept // 2]}…{words[-(kept - kept // 2) :]}"
    return shown


def _length(words: str, face: cv2.FontFace) -> int:
    return int(cv2.getTextSize((_WIDE, _HIGH), words, (0, 0), face, _SIZE)[2])


def _write(
    box: npt.NDArray[np.uint8], words: str, at: tuple[int, int], colour: tuple[int, int, int], face: cv2.FontFace
) -> None:
    cv2.putText(box, words, at, colour, face, _SIZE)
