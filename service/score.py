"""Found events against the truth: how many are right, how well their times fit, and how sure one can be of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from service.actev import false_alarm_time, mislocated, miss_at_rate, sweep
from service.overlaps import Overlaps

__all__ = ["WORKING_DAY_H", "Interval", "Score", "all_measures", "score", "tiou"]

WORKING_DAY_H: Final = 7.0
"""Hours of duty of a day: 9 to 12 and 13 to 17 o'clock (source S0)."""

_RATE: Final = 0.1  # false alarms a camera-hour at which misses are told
_DRAWS: Final = 1000
_SEED: Final = 7

_ROUNDING: Final = 1e-9  # 0.2 s of 0.4 s is half, though 0.3 - 0.1 is a trifle less than 0.2


@dataclass(frozen=True, slots=True)
class Interval:
    """An event as score sees it; seconds from the film's first picture.

    ``satisfied_s``: when its rule's duration was reached, where that is known. ``confidence``: how sure a found one is.
    """

    window: str
    rule: str
    start_s: float
    end_s: float
    satisfied_s: float | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """matches pairs truth with found. Onset errors are absolute, in seconds, of the matches."""

    matches: tuple[tuple[Interval, Interval], ...]
    misses: tuple[Interval, ...]
    false_alarms: tuple[Interval, ...]
    duration_s: float

    def measures(self) -> dict[str, Any]:
        """The figures. With nothing true and nothing found every ratio is 1, else one over nothing is 0."""
        found, true = len(self.matches) + len(self.false_alarms), len(self.matches) + len(self.misses)
        errors = [abs(given.start_s - real.start_s) for real, given in self.matches]
        hours = self.duration_s / 3600
        return {
            "precision": _ratio(len(self.matches), found, found + true == 0),
            "recall": _ratio(len(self.matches), true, found + true == 0),
            "f1": _ratio(2 * len(self.matches), found + true, found + true == 0),
            "matches": len(self.matches),
            "misses": len(self.misses),
            "false_alarms": len(self.false_alarms),
            "onset_error_s": {"p50": _percentile(errors, 50), "p95": _percentile(errors, 95)},
            "false_alarms_per_hour": len(self.false_alarms) / hours if hours else None,
        }


def all_measures(
    truth: Sequence[Interval], found: Sequence[Interval], duration_s: float, windows: Sequence[str] = ()
) -> dict[str, Any]:
    """Every measure of the field, by name; None where one cannot be had.

    precision, recall, f1: of pairs with a tIoU of 0.5; under ``tiou`` with 0.2 and 0.5 (ActivityNet).
    false_alarms_per_day: of one camera in one working day. p_miss_at_0.1: share of true events missed where sureness is
    asked so high that a camera gives 0.1 false alarms an hour; n_mide, tfa: see `service.actev` (NIST ActEV).
    onset_error_s: absolute, of the pairs. alert_delay_s: from when the true event satisfied its rule to when the found
    one did, of pairs that know both; early alerts are negative.
    fragmentation: found events that overlap a true one, for each true one that any overlaps; 1 is best.
    ci95: where the middle 95 % of resampled sets of windows lie (bootstrap, Efron 1979); None for a single window.

    ``windows`` are those that were watched for ``duration_s``; without, those of the events.
    """
    watched = sorted({*windows, *(one.window for one in (*truth, *found))})
    measures = _measures(truth, found, duration_s, len(watched))
    return {**measures, "windows": len(watched), "ci95": _intervals(truth, found, duration_s, watched)}


def _measures(truth: Sequence[Interval], found: Sequence[Interval], duration_s: float, windows: int) -> dict[str, Any]:
    result = score(truth, found, duration_s)
    wide = score(truth, found, duration_s, 0.2).measures()
    hours = duration_s * windows / 3600
    narrow = result.measures()
    delays = [
        given.satisfied_s - real.satisfied_s
        for real, given in result.matches
        if real.satisfied_s is not None and given.satisfied_s is not None
    ]
    points = (
        sweep(
            [given.confidence for _, given in result.matches],
            [given.confidence for given in result.false_alarms],
            len(truth),
            hours,
        )
        if truth and hours
        else []
    )
    ratios = ("precision", "recall", "f1")
    return {
        **narrow,
        "tiou": {
            "0.2": {name: wide[name] for name in ratios},
            "0.5": {name: narrow[name] for name in ratios},
        },
        "false_alarms_per_day": len(result.false_alarms) * WORKING_DAY_H / hours if hours else None,
        "p_miss_at_0.1": miss_at_rate(points, _RATE) if truth and hours else None,
        "n_mide": mislocated(result.matches, duration_s),
        "tfa": false_alarm_time(truth, found, duration_s, _places(truth, found, windows)),
        "alert_delay_s": {"p50": _percentile(delays, 50), "p95": _percentile(delays, 95)},
        "fragmentation": _fragmentation(truth, found),
    }


def _places(truth: Sequence[Interval], found: Sequence[Interval], windows: int) -> int:
    """Windows times the rules that there are events of: each is watched for all of the time."""
    return max(1, len({one.rule for one in (*truth, *found)})) * max(1, windows)


def _fragmentation(truth: Sequence[Interval], found: Sequence[Interval]) -> float | None:
    sharing = _sharing(found)
    met = [sum(tiou(real, found[j]) > 0 for j in sharing(real)) for real in truth]
    seen = [count for count in met if count]
    return sum(seen) / len(seen) if seen else None


def _sharing(found: Sequence[Interval]) -> Callable[[Interval], list[int]]:
    """Tells of an interval which of ``found`` share time with it at its window and by its rule, by their places."""
    alike: dict[tuple[str, str], list[int]] = {}
    for j, given in enumerate(found):
        alike.setdefault((given.window, given.rule), []).append(j)
    overlaps = {key: Overlaps([(found[j].start_s, found[j].end_s) for j in own]) for key, own in alike.items()}

    def sharing(real: Interval) -> list[int]:
        key = real.window, real.rule
        return [alike[key][at] for at in overlaps[key].of(real.start_s, real.end_s)] if key in alike else []

    return sharing


def _intervals(
    truth: Sequence[Interval], found: Sequence[Interval], duration_s: float, windows: Sequence[str]
) -> dict[str, tuple[float, float] | None] | None:
    """The middle 95 % of each single figure over sets of windows that are drawn with replacement."""
    if len(windows) < 2:
        return None
    rng = np.random.default_rng(_SEED)
    drawn: dict[str, list[float]] = {}
    for _ in range(_DRAWS):
        picked = rng.integers(0, len(windows), len(windows)).tolist()
        # A window that is drawn twice is two windows.
        chosen = [
            [
                replace(one, window=f"{at}")
                for at, index in enumerate(picked)
                for one in events
                if one.window == windows[index]
            ]
            for events in (truth, found)
        ]
        for name, value in _measures(chosen[0], chosen[1], duration_s, len(windows)).items():
            if isinstance(value, float):
                drawn.setdefault(name, []).append(value)
    return {
        name: (float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))) for name, values in drawn.items()
    }


def score(truth: Sequence[Interval], found: Sequence[Interval], duration_s: float, least_tiou: float = 0.5) -> Score:
    """Pair found events with true ones of the same window and rule, the best overlap first.

    A pair needs a temporal intersection over union of ``least_tiou`` (ActivityNet, Heilbron et al., CVPR 2015); each
    event is in one pair at most.
    """
    sharing = _sharing(found)
    pairs = sorted(
        (-overlap, i, j)
        for i, real in enumerate(truth)
        for j in sharing(real)
        if (overlap := tiou(real, found[j])) >= least_tiou - _ROUNDING and overlap > 0
    )
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in pairs:
        if i not in matched and j not in taken:
            matched[i] = j
            taken.add(j)
    return Score(
        tuple((truth[i], found[j]) for i, j in sorted(matched.items())),
        tuple(real for i, real in enumerate(truth) if i not in matched),
        tuple(given for j, given in enumerate(found) if j not in taken),
        duration_s,
    )


def tiou(a: Interval, b: Interval) -> float:
    """Length of the shared time over the length of the time covered by either; 0 for two empty intervals."""
    shared = max(0.0, min(a.end_s, b.end_s) - max(a.start_s, b.start_s))
    covered = (
        max(a.end_s, b.end_s) - min(a.start_s, b.start_s) if shared else (a.end_s - a.start_s) + (b.end_s - b.start_s)
    )
    return shared / covered if covered > 0 else 0.0


def _ratio(part: int, whole: int, nothing_at_all: bool) -> float:
    return 1.0 if nothing_at_all else part / whole if whole else 0.0


def _percentile(values: Sequence[float], q: float) -> float | None:
    return float(np.percentile(values, q)) if values else None
