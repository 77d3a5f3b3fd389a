"""What the staff of a post wear: a badge on the chest and the hall's uniform, told from clear looks only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np

from vision.conduct import Conduct
from vision.geometry import Boxes
from vision.picture import Picture, Pixels
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Track

__all__ = [
    "CANNOT_TELL",
    "BadgeLimits",
    "BadgeWatch",
    "Dressed",
    "UniformAt",
    "UniformJudge",
    "UniformLimits",
    "UniformWatch",
    "WornAnswer",
    "badge_on",
    "of_all",
    "outsider_among",
]

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class WornAnswer:
    """Whether it is worn: yes, no, cannot tell; and how sure that is, 0..1."""

    worn: bool | None
    confidence: float = 0.0


CANNOT_TELL: Final = WornAnswer(None)


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


class BadgeWatch:
    """Follows one post; give it each look at its staff in order of time."""

    def __init__(self, threshold: float, limits: BadgeLimits | None = None) -> None:
        self._threshold = threshold
        self._limits = limits or BadgeLimits()
        self.forget()

    def forget(self) -> None:
        self._seen: dict[int, tuple[StreamTime, float]] = {}
        self._known: tuple[StreamTime, WornAnswer] | None = None
        self._turns = _Turns()

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
        seen = badge_on(conduct, self._threshold, self._limits, is_clear) if conduct is not None else CANNOT_TELL
        recent = WornAnswer(True, self._seen[track][1]) if track in self._seen else None
        if seen.worn is None:
            return recent or CANNOT_TELL
        if self._turns.is_first(at, track, seen.worn):
            return CANNOT_TELL
        if seen.worn:
            self._seen[track] = (at, seen.confidence)
        elif recent:
            return CANNOT_TELL
        return seen


def badge_on(
    conduct: Conduct, threshold: float, limits: BadgeLimits, is_clear: Callable[[Conduct], bool]
) -> WornAnswer:
    """What one close look at one person says of her badge, whatever was seen before."""
    badge = conduct.acts.get("badge")
    if badge is None:
        return CANNOT_TELL
    if badge.score >= threshold:
        return WornAnswer(True, badge.score)
    if conduct.front is None or conduct.front < limits.front:
        return CANNOT_TELL
    if badge.score >= limits.doubt * threshold or not is_clear(conduct):
        return CANNOT_TELL
    return WornAnswer(False, conduct.front * (1 - badge.score))


class Dressed(Protocol):
    """What one look says of one person: whether she wears a uniform of the hall, and how surely she does, 0..1."""

    @property
    def wears(self) -> bool | None: ...

    @property
    def score(self) -> float: ...


class UniformJudge(Protocol):
    """Whoever knows the hall's uniforms: those that were enrolled, or a network with a class of its own for them."""

    def look(self, pixels: Pixels, people: Boxes) -> Sequence[Dressed]:
        """One answer a box of ``people``, (n, 4) xyxy in pixels of the picture (BGR), in order."""


UniformAt: TypeAlias = Callable[[StreamTime], UniformJudge | None]
"""Who knows the uniform to be worn at a moment, the same judge for the same uniforms; None where nobody does."""


@dataclass(frozen=True, slots=True)
class UniformLimits:
    """Clothes are not changed at a post: each person's are looked at ``every`` so often, and the answer ``holds``."""

    every: int = 2 * SECOND
    holds: int = 3 * SECOND


class UniformWatch:
    """Follows one post; give it each look at its staff in order of time."""

    def __init__(self, judge_at: UniformAt, limits: UniformLimits | None = None) -> None:
        self._judge_at = judge_at
        self._judge: UniformJudge | None = None
        self._limits = limits or UniformLimits()
        self.forget()

    def forget(self) -> None:
        self._known: dict[int, tuple[StreamTime, WornAnswer]] = {}
        self._turns = _Turns()

    def look(self, picture: Picture, staff: Sequence[Track], is_whole: Callable[[_Box], bool]) -> list[WornAnswer]:
        """The answer for each of ``staff``; ``is_whole`` says whether nobody hides the person in a box."""
        at = picture.at
        judge = self._judge_at(at)
        if judge is not self._judge:
            self.forget()
            self._judge = judge
        if judge is None:
            return [CANNOT_TELL] * len(staff)
        self._known = {track: known for track, known in self._known.items() if at - known[0] <= self._limits.holds}
        due = [
            track
            for track in staff
            if (track.id not in self._known or at - self._known[track.id][0] >= self._limits.every)
            and is_whole(_box(track))
        ]
        if due:
            looked = judge.look(picture.pixels, np.stack([track.box for track in due]))
            for track, dressed in zip(due, looked, strict=True):
                self._known[track.id] = (at, self._answer(at, track.id, dressed))
        return [self._known[track.id][1] if track.id in self._known else CANNOT_TELL for track in staff]

    def _answer(self, at: StreamTime, track: int, dressed: Dressed) -> WornAnswer:
        if dressed.wears is None or self._turns.is_first(at, track, dressed.wears):
            return CANNOT_TELL
        return WornAnswer(dressed.wears, dressed.score if dressed.wears else 1 - dressed.score)


class _Turns:
    """One look that says the opposite of the last clear one is no vote yet; a second one is."""

    _REMEMBERED: Final = 10 * SECOND

    def __init__(self) -> None:
        self._last: dict[int, tuple[StreamTime, bool]] = {}

    def is_first(self, at: StreamTime, track: int, worn: bool) -> bool:
        self._last = {one: last for one, last in self._last.items() if at - last[0] <= self._REMEMBERED}
        last = self._last.get(track)
        self._last[track] = (at, worn)
        return last is not None and last[1] is not worn


def of_all(answers: Iterable[WornAnswer]) -> WornAnswer:
    """The answer for several people: no where one of them surely goes without, yes where all of them wear it."""
    given = list(answers)
    without = [one.confidence for one in given if one.worn is False]
    if without:
        return WornAnswer(False, max(without))
    if not given or any(one.worn is None for one in given):
        return CANNOT_TELL
    return WornAnswer(True, min(one.confidence for one in given))


def outsider_among(answers: Sequence[WornAnswer]) -> WornAnswer:
    """Whether somebody without the uniform is beside somebody in it, from what each of a post's people wears."""
    within = [one.confidence for one in answers if one.worn is True]
    without = [one.confidence for one in answers if one.worn is False]
    if within and without:
        return WornAnswer(True, min(max(within), max(without)))
    if len(answers) < 2:
        return WornAnswer(False, 1.0)
    return WornAnswer(False, min(within)) if len(within) == len(answers) else CANNOT_TELL


def _box(track: Track) -> _Box:
    x1, y1, x2, y2 = track.box.tolist()
    return x1, y1, x2, y2
