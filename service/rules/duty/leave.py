"""Leave that was registered: who may be away, or do what a rule forbids, from when to when."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["Exempt", "Leave", "exempt_by", "nobody"]

Exempt: TypeAlias = Callable[[WindowId, str | None, StreamTime], bool]
"""Whether a window is exempt from a rule at a moment; from all of them where the rule is None."""


@dataclass(frozen=True, slots=True)
class Leave:
    """One entry: ``by`` registered it, ``why``. It holds from ``begins`` to before ``ends``.

    windows: whose; empty for the hall's. rules: what is allowed meanwhile, such as approved phone use; empty for being
    away, which ends after ``limit`` (microseconds) at the latest and is an absence again.
    """

    begins: StreamTime
    ends: StreamTime
    windows: frozenset[str]
    rules: frozenset[str]
    limit: int
    by: str
    why: str

    def holds(self, window: WindowId, rule: str | None, at: StreamTime) -> bool:
        if self.windows and window not in self.windows:
            return False
        return (not self.rules or rule in self.rules) and self.begins <= at < self.over

    @property
    def over(self) -> StreamTime:
        """The moment from which on it exempts from nothing."""
        return self.ends if self.rules else StreamTime(min(self.ends, self.begins + self.limit))


def exempt_by(leaves: Iterable[Leave]) -> Exempt:
    """What ``leaves`` exempt from. It is asked for every rule at every look, so that old entries must cost nothing."""
    kept = tuple(leaves)
    if not kept:
        return nobody
    marks = sorted({at for leave in kept for at in (leave.begins, leave.over)})
    running = [tuple(leave for leave in kept if leave.begins <= at < leave.over) for at in marks]

    def exempt(window: WindowId, rule: str | None, at: StreamTime) -> bool:
        spell = bisect_right(marks, at) - 1
        return spell >= 0 and any(leave.holds(window, rule, at) for leave in running[spell])

    return exempt


def nobody(_window: WindowId, _rule: str | None, _at: StreamTime) -> bool:
    """Nobody has registered anything."""
    return False
