"""What the staff of a post wear: a badge on the chest of each of them, told from clear looks only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vision.conduct import Conduct
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Track

__all__ = ["BadgeLimits", "BadgeWatch", "WornAnswer", "of_all"]


@dataclass(frozen=True, slots=True)
class BadgeLimits:
    """When a badge is worn and when it is not.

    ``doubt``: from this share of the threshold on there may be one. ``front``: from here on a person surely faces the
    camera. A badge that was seen is worn for as long as it ``keeps``, and not missing either: hands pass before it.
    An answer ``holds`` until the next close look.
    """

    doubt: float = 0.5
    front: float = 0.7
    keeps: int = 3 * SECOND
    holds: int = 1 * SECOND


@dataclass(frozen=True, slots=True)
class WornAnswer:
    """Whether it is worn: yes, no, cannot tell; and how sure that is, 0..1."""

    worn: bool | None
    confidence: float = 0.0


CANNOT_TELL = WornAnswer(None)


class BadgeWatch:
    """Follows one post; give it each look at its staff in order of time."""

    def __init__(self, threshold: float, limits: BadgeLimits | None = None) -> None:
        self._threshold = threshold
        self._limits = limits or BadgeLimits()
        self.forget()

    def forget(self) -> None:
        self._seen: dict[int, tuple[StreamTime, float]] = {}
        self._known: tuple[StreamTime, WornAnswer] | None = None

    def look(
        self,
        at: StreamTime,
        staff: Sequence[tuple[Track, Conduct | None]],
        is_clear: Callable[[Conduct], bool],
    ) -> WornAnswer:
        """The answer for all of ``staff``, with what a close look says of each where there was one.

        ``is_clear`` says whether the chest of one of them is clearly shown.
        """
        if not staff:
            return CANNOT_TELL
        if all(conduct is None for _, conduct in staff):
            recent = self._known is not None and at - self._known[0] <= self._limits.holds
            return self._known[1] if self._known is not None and recent else CANNOT_TELL
        self._seen = {track: seen for track, seen in self._seen.items() if at - seen[0] <= self._limits.keeps}
        answer = of_all(self._of(at, track.id, conduct, is_clear) for track, conduct in staff)
        self._known = (at, answer)
        return answer

    def _of(
        self, at: StreamTime, track: int, conduct: Conduct | None, is_clear: Callable[[Conduct], bool]
    ) -> WornAnswer:
        limits = self._limits
        badge = conduct.acts.get("badge") if conduct is not None else None
        if badge is not None and badge.score >= self._threshold:
            self._seen[track] = (at, badge.score)
            return WornAnswer(True, badge.score)
        recent = WornAnswer(True, self._seen[track][1]) if track in self._seen else None
        if conduct is None or badge is None or conduct.front is None or conduct.front < limits.front:
            return recent or CANNOT_TELL
        if badge.score >= limits.doubt * self._threshold or not is_clear(conduct):
            return recent or CANNOT_TELL
        return CANNOT_TELL if recent else WornAnswer(False, conduct.front * (1 - badge.score))


def of_all(answers: Iterable[WornAnswer]) -> WornAnswer:
    """The answer for several people: no where one of them surely goes without, yes where all of them wear it."""
    given = list(answers)
    without = [one.confidence for one in given if one.worn is False]
    if without:
        return WornAnswer(False, max(without))
    if not given or any(one.worn is None for one in given):
        return CANNOT_TELL
    return WornAnswer(True, min(one.confidence for one in given))
