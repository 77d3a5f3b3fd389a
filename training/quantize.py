"""INT8: a network with 8-bit weights and activations, calibrated on a hall's pictures, and how it differs from FP16."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.errors import TrainingError
from training.export import sha256
from training.labels import read_picture
from training.look import Found, Network, letterbox
from training.measure import DOUBLE, iou_matrix, suppressed

FEWEST = 12
SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp"))
_KEPT = [".*model\\.23.*", ".*\\.acts\\..*"]
"""The heads keep their precision: so 91 % of the boxes stay over their threshold, with heads of 8 bits 89 %
(objects, 22 pictures of coco-people at 640, on a processor without VNNI)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What INT8 says beside FP16 on ``pictures``: of its ``boxes`` at the card's thresholds the share ``kept``.

    ``added``: boxes that only INT8 sees, per box of FP16. ``shift`` and ``gap``: mean change of a box's score, and mean
    absolute change. ``acts_gap``: mean absolute change of the second output, where there is one.
    """

    pictures: int
    boxes: int
    kept: float
    added: float
    shift: float
    gap: float
    acts_gap: float | None = None


def hall_pictures(folder: Path) -> tuple[list[Path], list[Path]]:
    """The pictures in ``folder`` to calibrate on, and every fourth of them to compare on."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if len(files) < FEWEST:
        raise TrainingError(
            f"--calibration {folder}: holds {len(files)} pictures; at least {FEWEST} from the hall's cameras are "
            "needed, by day and evening, empty and full; 200 are good"
        )
    return [file for number, file in enumerate(files) if number % 4], files[::4]


def quantized(
    folder: Path, inputs: Mapping[str, int], pictures: Sequence[Path], out: Path, done: Callable[[int, int], None]
) -> dict[str, str]:
    """Write the INT8 form of the network in ``folder`` into ``out`` and return the hashes of its files.

    Every picture is seen at the inputs of the card. Weights keep to 7 bits, so that processors without VNNI, which are
    those that INT8 is for, do not overflow.
    """
    import nncf
    import openvino as ov
    from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters, OverflowFix

    sides = sorted(set(inputs.values()))
    views = [(file, side) for file in pictures for side in sides]

    def seen(view: tuple[int, tuple[Path, int]]) -> NDArray[np.float32]:
        number, (file, side) = view
        done(number, len(views))
        return letterbox(read_picture(file), side, square=side != max(sides))[0]

    nncf.set_log_level("ERROR")
    with contextlib.redirect_stdout(io.StringIO()):  # it draws bars there
        graph = nncf.quantize(
            ov.Core().read_model(folder / "model.xml"),
            nncf.Dataset(list(enumerate(views, start=1)), seen),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(views),
            ignored_scope=nncf.IgnoredScope(patterns=_KEPT, validate=False),
            advanced_parameters=AdvancedQuantizationParameters(overflow_fix=OverflowFix.ENABLE),
        )
    out.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph, out / "model.xml")
    return {name: sha256(out / name) for name in ("model.xml", "model.bin")}


def agreement(
    fp16: Path, int8: Path, thresholds: Sequence[float], side: int, pictures: Sequence[Path]
) -> Iterator[Agreement]:
    """What is known after each of ``pictures``; the last one is of all. ``thresholds`` are in the order of classes."""
    one, other = Network(fp16), Network(int8)
    least = np.array(thresholds, dtype=np.float32)
    kept, added, changes, acts = [], 0, [], []
    for number, file in enumerate(pictures, start=1):
        picture = read_picture(file)
        was = suppressed(one(picture, side), DOUBLE)
        now = suppressed(other(picture, side), DOUBLE)
        score_now, score_was = _scores_in(was, now), _scores_in(now, was)
        sure = was.scores >= least[was.classes]
        kept += (score_now[sure] >= least[was.classes[sure]]).tolist()
        changes += (score_now[sure] - was.scores[sure]).tolist()
        if was.acts is not None and now.acts is not None:
            acts.append(float(np.abs(now.acts - was.acts).mean()))
        added += int(((now.scores >= least[now.classes]) & (score_was < least[now.classes])).sum())
        yield Agreement(
            number,
            len(kept),
            round(float(np.mean(kept)), 3) if kept else 1.0,
            round(added / max(len(kept), 1), 3),
            round(float(np.mean(changes)), 3) if changes else 0.0,
            round(float(np.mean(np.abs(changes))), 3) if changes else 0.0,
            round(float(np.mean(acts)), 3) if acts else None,
        )


def _scores_in(found: Found, other: Found) -> Any:
    """The score that ``other`` gives to each box of ``found``: that of its best overlap of the class, or 0."""
    scores = np.zeros(len(found.scores), dtype=np.float32)
    overlaps = iou_matrix(found.boxes, other.boxes)
    overlaps[found.classes[:, None] != other.classes[None]] = 0
    if overlaps.size:
        best = overlaps.argmax(axis=1)
        met = overlaps[np.arange(len(best)), best] >= 0.5
        scores[met] = other.scores[best[met]]
    return scores
