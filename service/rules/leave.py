"""Leave that was registered: who may be away, or do what a rule forbids, from when to when."""

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
        if self.rules:
            return rule in self.rules and self.begins <= at < self.ends
        return self.begins <= at < min(self.ends, self.begins + self.limit)


def exempt_by(leaves: Iterable[Leave]) -> Exempt:
    """What ``leaves`` exempt from."""
    kept = tuple(leaves)
    if not kept:
        return nobody
    return lambda window, rule, at: any(leave.holds(window, rule, at) for leave in kept)


def nobody(_window: WindowId, _rule: str | None, _at: StreamTime) -> bool:
    """Nobody has registered anything."""
    return False
