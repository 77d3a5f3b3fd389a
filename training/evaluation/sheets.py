"""Contact sheets of what was worst: boxes missed, boxes imagined, people and pictures called the wrong thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from training.evaluation.measure import Case
from training.evaluation.sets import read_picture
from vision.errors import BadInput
from vision.geometry import square_around
from vision.picture import Pixels

__all__ = ["write_sheets"]

_TILE, _CAPTION, _COLUMNS = 200, 34, 8
_MOST = 48  # cases on one sheet
_AROUND = 2.5  # a tile shows so much more than the box, and at least `_LEAST` pixels
_LEAST = 96
_WHITE, _AMBER, _RED = (235, 235, 235), (60, 190, 255), (60, 60, 235)


def write_sheets(cases: Iterable[Case], folder: Path) -> list[Path]:
    """One PNG for every set, measure and kind of fault, the worst first: ``phone-cctv.phone.ap.misses.png``.

    Worst is the miss with the lowest score and the false alarm with the highest. Returns the files; raises BadInput
    where they cannot be written.
    """
    by_sheet: dict[str, list[Case]] = {}
    for case in cases:
        fault = "misses" if case.fault == "miss" else "false-alarms"
        by_sheet.setdefault(f"{case.set}.{case.measure}.{fault}", []).append(case)
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, own in sorted(by_sheet.items()):
            worst = sorted(own, key=lambda case: case.score if case.fault == "miss" else -case.score)
            file = folder / f"{name.replace('/', '-')}.png"
            draft = file.with_name(file.name + ".part")
            draft.write_bytes(_encoded(_sheet(f"{name}: {len(own)}", worst[:_MOST])))
            files.append(draft.replace(file))
    except OSError as error:
        raise BadInput(f"--sheets {folder}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    return files


def _sheet(title: str, cases: Sequence[Case]) -> Pixels:
    columns = min(_COLUMNS, len(cases))
    rows = -(-len(cases) // columns)
    sheet = np.full((_CAPTION + rows * (_TILE + _CAPTION), max(columns * _TILE, 3 * _TILE), 3), 24, np.uint8)
    _write(sheet, title, 4, 22, 0.5)
    for index, case in enumerate(cases):
        x, y = index % columns * _TILE, _CAPTION + index // columns * (_TILE + _CAPTION)
        sheet[y : y + _TILE, x : x + _TILE] = _tile(case)
        _write(sheet, case.picture.stem[-26:], x + 4, y + _TILE + 13, 0.36)
        _write(sheet, case.caption, x + 4, y + _TILE + 27, 0.36, _AMBER)
    return sheet


def _tile(case: Case) -> Pixels:
    picture = read_picture(case.picture).copy()
    height, width = picture.shape[:2]
    if case.box is not None:
        x1, y1, x2, y2 = case.box
        longer = max(x2 - x1, y2 - y1, 1.0)
        crop = square_around(case.box, max(_AROUND, _LEAST / longer), (width, height))
        thick = max(1, round((crop[2] - crop[0]) / _TILE))
        colour = _AMBER if case.fault == "miss" else _RED
        cv2.rectangle(picture, (round(x1), round(y1)), (round(x2), round(y2)), colour, thick)
        picture = picture[crop[1] : crop[3], crop[0] : crop[2]]
    scale = (_TILE - 4) / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    tile = np.full((_TILE, _TILE, 3), 24, np.uint8)
    left, top = (_TILE - size[0]) // 2, (_TILE - size[1]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile


def _write(sheet: Pixels, text: str, x: int, y: int, size: float, colour: tuple[int, int, int] = _WHITE) -> None:
    plain = text.encode("ascii", "replace").decode()
    cv2.putText(sheet, plain, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def _encoded(sheet: Pixels) -> bytes:
    _, content = cv2.imencode(".png", sheet)
    return content.tobytes()
