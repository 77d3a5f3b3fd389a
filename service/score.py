"""Found events against the truth: temporal intersection over union, precision, recall, onset error, false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

__all__ = ["Interval", "Score", "score"]

_ROUNDING: Final = 1e-9  # 0.2 s of 0.4 s is half, though 0.3 - 0.1 is a trifle less than 0.2


@dataclass(frozen=True, slots=True)
class Interval:
    """An event as score sees it; seconds from the film's first picture."""

    window: str
    rule: str
    start_s: float
    end_s: float


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


def score(truth: Sequence[Interval], found: Sequence[Interval], duration_s: float, least_tiou: float = 0.5) -> Score:
    """Pair found events with true ones of the same window and rule, the best overlap first.

    A pair needs a temporal intersection over union of ``least_tiou`` (ActivityNet, Heilbron et al., CVPR 2015); each
    event is in one pair at most.
    """
    pairs = sorted(
        (
            (-overlap, i, j)
            for i, real in enumerate(truth)
            for j, given in enumerate(found)
            if (real.window, real.rule) == (given.window, given.rule)
            and (overlap := tiou(real, given)) >= least_tiou - _ROUNDING
            and overlap > 0
        ),
    )
    matched: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in matched and j not in matched.values():
            matched[i] = j
    return Score(
        tuple((truth[i], found[j]) for i, j in sorted(matched.items())),
        tuple(real for i, real in enumerate(truth) if i not in matched),
        tuple(given for j, given in enumerate(found) if j not in matched.values()),
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
