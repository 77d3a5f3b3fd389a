"""How long a look takes, one network against another in the same run, since a machine's speed changes by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from vision.detector import Detector, load_detector
from vision.picture import Pixels

__all__ = ["SCENE", "Timed", "look_times"]

SCENE, CLOSE = (720, 1280), (320, 320)
_AT_ONCE = 8  # pictures, as a worker hands them over


@dataclass(frozen=True, slots=True)
class Timed:
    """One network at one input size: looks a second (the median of the rounds), and its time as a share of the other
    network's in the same round: median, and the middle 95 % of the rounds.
    """

    name: str
    side: int
    looks_a_second: float
    others_a_second: float
    ratio: float
    middle: tuple[float, float]
    rounds: int


def look_times(pairs: Sequence[tuple[str, Path, int, Path, int]], rounds: int = 15, threads: int = 0) -> list[Timed]:
    """For each (name, network, input, other network, its input): both look in turn at the same pictures.

    Pictures are drawn noise of a camera's shape for a scene, and square crops for inputs of 320 or less.
    """
    rng = np.random.default_rng(3)
    pictures = {
        shape: [rng.integers(0, 255, (*shape, 3), np.uint8) for _ in range(_AT_ONCE)] for shape in (SCENE, CLOSE)
    }
    networks: dict[Path, Detector] = {}
    results = []
    for name, own, side, other, other_side in pairs:
        for folder in (own, other):
            networks.setdefault(folder, load_detector(folder, threads=threads))
        shown = pictures[CLOSE if side <= CLOSE[0] else SCENE]
        looks = [(networks[own], side), (networks[other], other_side)]
        for network, long_side in looks:
            network.detect(shown, long_side)
        times = np.array([[_seconds(network, shown, long_side) for network, long_side in looks] for _ in range(rounds)])
        ratios = times[:, 0] / times[:, 1]
        low, high = np.percentile(ratios, (2.5, 97.5))
        results.append(
            Timed(
                name,
                side,
                _AT_ONCE / median(times[:, 0].tolist()),
                _AT_ONCE / median(times[:, 1].tolist()),
                float(np.median(ratios)),
                (float(low), float(high)),
                rounds,
            )
        )
    return results


def _seconds(network: Detector, pictures: Sequence[Pixels], side: int) -> float:
    began = perf_counter()
    network.detect(pictures, side)
    return perf_counter() - began
