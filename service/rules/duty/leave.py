"""Leave that was registered: who may be away, or do what a rule forbids, from when to when."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
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
    """What ``leaves`` exempt from. It is asked for every rule at every look, so that old entries must cost nothing, and
    a table may bring thousands at once, so that those that overlap must not be kept for each other.
    """
    kept: dict[tuple[str | None, str | None], list[tuple[StreamTime, StreamTime]]] = {}
    for leave in sorted(leaves, key=lambda leave: leave.begins):
        for whose in product(leave.windows or (None,), leave.rules or (None,)):
            _join(kept.setdefault(whose, []), (leave.begins, leave.over))
    if not kept:
        return nobody

    def exempt(window: WindowId, rule: str | None, at: StreamTime) -> bool:
        asked = product((None, window), (None,) if rule is None else (None, rule))
        return any(whose in kept and _within(kept[whose], at) for whose in asked)

    return exempt


def _join(spells: list[tuple[StreamTime, StreamTime]], further: tuple[StreamTime, StreamTime]) -> None:
    """Add a spell that begins no earlier than the last one; where they touch they become one."""
    if spells and further[0] <= spells[-1][1]:
        spells[-1] = spells[-1][0], max(spells[-1][1], further[1])
    else:
        spells.append(further)


def _within(spells: list[tuple[StreamTime, StreamTime]], at: StreamTime) -> bool:
    place = bisect_right(spells, at, key=lambda spell: spell[0]) - 1
    return place >= 0 and at < spells[place][1]


def nobody(_window: WindowId, _rule: str | None, _at: StreamTime) -> bool:
    """Nobody has registered anything."""
    return False
