"""What one look says about one window: the only thing that rules ever see of the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, NewType, get_args

from vision.streamtime import StreamTime

__all__ = ["COUNTS", "REASONS", "SIGNALS", "Count", "Observation", "Reason", "Signal", "WindowId", "unknown"]

WindowId = NewType("WindowId", str)

Signal = Literal["occupied", "phone_in_use", "phone_at_ear", "smoking", "eating", "badge", "uniform", "outsider"]
"""A question with three answers: yes, no, None (cannot tell). ``outsider``: somebody not in uniform is in the staff
zone beside somebody in it.
"""

Count = Literal["staff_count", "customer_count", "queue_count"]
"""A number of people, or None (cannot tell)."""

Reason = Literal["no_stream", "frozen", "black", "covered", "blurred", "moved", "overload", "starting"]
"""Why a window cannot be judged at all."""

SIGNALS: Final[tuple[Signal, ...]] = get_args(Signal)
COUNTS: Final[tuple[Count, ...]] = get_args(Count)
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)

_NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Observation:
    """One look's answers about one window.

    ``reason`` says why the whole window cannot be judged; every answer is None then. ``confidence`` holds 0..1 per
    answered signal or count where the eye that looked gave one.
    """

    window: WindowId
    at: StreamTime
    occupied: bool | None = None
    phone_in_use: bool | None = None
    phone_at_ear: bool | None = None
    smoking: bool | None = None
    eating: bool | None = None
    badge: bool | None = None
    uniform: bool | None = None
    outsider: bool | None = None
    staff_count: int | None = None
    customer_count: int | None = None
    queue_count: int | None = None
    reason: Reason | None = None
    confidence: Mapping[str, float] = field(default_factory=lambda: _NOTHING)


def unknown(window: WindowId, at: StreamTime, reason: Reason) -> Observation:
    """The observation of a window that cannot be judged at ``at``."""
    return Observation(window, at, reason=reason)
