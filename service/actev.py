"""Measures of NIST's ActEV scorer for events in time: misses against false alarms, and how well the times fit.

Source: ActEV 2021 Sequestered Data Leaderboard Evaluation Plan, and usnistgov/ActEV_Scorer, `metrics.py` (protocol
`actev_sdl_v2`). What a file and an activity are there, a window and a rule are here. Which event is paired with which
is not NIST's choice of confidence but ours of overlap (`service.score`), the same for every measure.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.score import Interval

__all__ = ["Point", "false_alarm_time", "mislocated", "miss_at_rate", "sweep"]


@dataclass(frozen=True, slots=True)
class Point:
    """What the events with at least this ``confidence`` give: false alarms an hour, and the share of events missed."""

    confidence: float
    rate: float
    miss: float


def sweep(right: Sequence[float], wrong: Sequence[float], true: int, hours: float) -> list[Point]:
    """The points of the detection error tradeoff, highest confidence first.

    ``right`` and ``wrong`` are the confidences of found events that are paired and that are not, ``true`` the number of
    true events, ``hours`` what was watched, all windows together.
    """
    return [
        Point(
            confidence,
            sum(one >= confidence for one in wrong) / hours,
            1 - sum(one >= confidence for one in right) / true,
        )
        for confidence in sorted({*right, *wrong}, reverse=True)
    ]


def miss_at_rate(points: Sequence[Point], rate: float) -> float:
    """Pmiss at ``rate`` false alarms an hour: between two points on the line from one to the other.

    1 where even the surest events give more false alarms; the last point's where all together give fewer.
    """
    before: Point | None = None
    for point in points:
        if point.rate > rate + 1e-10:
            if before is None:
                return 1.0
            if abs(before.rate - rate) < 1e-10:
                return before.miss
            share = (rate - before.rate) / (point.rate - before.rate)
            return before.miss + share * (point.miss - before.miss)
        before = point
    return 1.0 if before is None else before.miss


def mislocated(pairs: Iterable[tuple["Interval", "Interval"]], duration_s: float) -> float | None:
    """N-MIDE, the normalised multiple instance detection error, with both costs 1 and no collar: of each pair the share
    of the true event that the found one misses, and the share of the rest of the film that it covers; their mean.

    None without a pair that can be measured: its true event takes some time, and not all of ``duration_s``.
    """
    errors = []
    for real, given in pairs:
        true, found = real.end_s - real.start_s, given.end_s - given.start_s
        shared = max(0.0, min(real.end_s, given.end_s) - max(real.start_s, given.start_s))
        if true > 0 and duration_s > true:
            errors.append((true - shared) / true + (found - shared) / (duration_s - true))
    return sum(errors) / len(errors) if errors else None


def false_alarm_time(
    truth: Iterable["Interval"], found: Iterable["Interval"], duration_s: float, places: int
) -> float | None:
    """TFA, the time-based false alarm rate: the time for which more events are found than there are, each surplus event
    counting, over the time in which none is true.

    ``places``: how many windows and rules were watched for ``duration_s`` each. None where something is true always.
    """
    steps: dict[tuple[str, str], list[tuple[float, int, int]]] = defaultdict(list)
    for events, is_true in ((truth, 1), (found, 0)):
        for one in events:
            for at, way in ((one.start_s, 1), (one.end_s, -1)):
                steps[one.window, one.rule].append((at, way * is_true, way * (1 - is_true)))
    surplus = occupied = 0.0
    for changes in steps.values():
        true_now = found_now = 0
        changes.sort(key=lambda change: change[0])
        for (at, true, given), (until, _, _) in pairwise(changes):
            true_now, found_now = true_now + true, found_now + given
            surplus += max(0, found_now - true_now) * (until - at)
            occupied += (until - at) if true_now else 0.0
    free = places * duration_s - occupied
    return surplus / free if free > 0 else None
