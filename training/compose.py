"""The pictures that a network is trained and measured on, made once from a recipe and kept with an index."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from training.errors import TrainingError
from training.labels import Known, Region
from training.scenes import Made

Split = Literal["train", "held_out"]
Group = Literal["scene", "close", "fine"]
Makers = Mapping[str, tuple[Group, Callable[[np.random.Generator], Made]]]
CHUNK = 16


@dataclass(frozen=True, slots=True)
class Composed:
    """One row of the index. ``group`` chooses the network's input shape, ``zone`` and ``occupied`` belong to seats,
    ``acts`` and ``person`` to close looks."""

    file: Path
    kind: str
    group: Group
    known: Known
    zone: tuple[float, ...] | None
    occupied: bool | None
    acts: Mapping[str, bool] = field(default_factory=dict)
    person: tuple[float, ...] | None = None
    source: str = ""


def compose(makers: Makers, counts: Mapping[str, int], split: Split, seed: int, folder: Path) -> list[Composed]:
    """Makes what is missing of ``counts`` under ``folder`` and returns the whole index.

    Every picture has a random stream of its own, from the seed, split, kind and number: the same recipe gives the same
    pictures whatever the number of processes, and a killed run goes on where it stopped.
    """
    strange = sorted(set(counts) - set(makers))
    if strange:
        raise TrainingError(f"compose.{split}: no pictures of kind {strange[0]!r} (there are {', '.join(makers)})")
    folder.mkdir(parents=True, exist_ok=True)
    work = [
        (kind, number)
        for kind, count in counts.items()
        for number in range(count)
        if not (folder / f"{kind}-{number:05d}.json").exists()
    ]
    if work:
        global _task
        _task = (makers, split, seed, folder)
        cv2.setNumThreads(1)  # a child would wait for ever for the threads that its parent had
        with get_context("fork").Pool(os.cpu_count()) as pool:
            for _ in pool.imap_unordered(_make, work, chunksize=CHUNK):
                pass
    return list(_index(makers, counts, folder))


_task: tuple[Makers, Split, int, Path]


def _make(item: tuple[str, int]) -> None:
    kind, number = item
    makers, split, seed, folder = _task
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, zlib.crc32(f"{split}/{kind}".encode()), number])
    made = makers[kind][1](rng)
    name = f"{kind}-{number:05d}"
    cv2.imwrite(str(folder / f"{name}.jpg"), made.picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    (folder / f"{name}.json").write_text(json.dumps(_row(made)))


def _row(made: Made) -> dict[str, Any]:
    def plain(region: Region) -> list[float]:
        return [region.kind, *(round(float(side), 2) for side in region.box)]

    return {
        "objects": [plain(region) for region in made.known.objects],
        "unknown": [plain(region) for region in made.known.unknown],
        "zone": None if made.zone is None else [round(float(side), 2) for side in made.zone],
        "occupied": made.occupied,
        "acts": dict(made.acts),
        "person": None if made.person is None else [round(float(side), 2) for side in made.person],
        "source": made.source,
    }


def _index(makers: Makers, counts: Mapping[str, int], folder: Path) -> Iterator[Composed]:
    for kind, count in counts.items():
        for number in range(count):
            name = f"{kind}-{number:05d}"
            row = json.loads((folder / f"{name}.json").read_text())
            known = Known(
                tuple(Region(int(label), *box) for label, *box in row["objects"]),
                tuple(Region(int(label), *box) for label, *box in row["unknown"]),
            )
            zone = None if row["zone"] is None else tuple(row["zone"])
            person = None if row["person"] is None else tuple(row["person"])
            file, seen = folder / f"{name}.jpg", row["occupied"]
            yield Composed(file, kind, makers[kind][0], known, zone, seen, row["acts"], person, row["source"])
