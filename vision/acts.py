"""Whether somebody at a post does what a close look may show: sure looks begin it, and fainter ones go on with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from vision.conduct import Act, Conduct, Evidence
from vision.geometry import iou
from vision.streamtime import SECOND, StreamTime

__all__ = ["ACT_LIMITS", "ActAnswer", "ActLimits", "ActWatch", "at_ear"]

_HEAD: Final = 0.3  # from the top of a person's box, as a share of its height: there a phone is at the ear

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ActLimits:
    """How often and how surely an act has to be seen.

    ``begins`` sure looks at one person ``within`` a short time begin it. As shares of the threshold: from ``doubt`` on
    it may be so, neither a yes nor a no; from ``keep`` on a thing that was surely seen twice ``within``, and overlaps
    by ``same``, is still held, until ``keeps`` after the last sure look. Posture without a thing goes on with it from
    ``doubt`` on, if it is the same person's. Not seen at all so shortly after, nobody can tell. An answer ``holds``
    until the next close look.
    """

    begins: int = 1
    doubt: float = 0.5
    keep: float = 0.25
    same: float = 0.3
    within: int = 2 * SECOND
    keeps: int = 5 * SECOND
    holds: int = 1 * SECOND


ACT_LIMITS: Final[Mapping[Act, ActLimits]] = MappingProxyType(
    {
        "phone": ActLimits(),
        # A hand, a pen or a cup at the mouth looks like it for a moment, and a cigarette is hidden between two puffs.
        "smoking": ActLimits(begins=2, within=4 * SECOND),
        "eating": ActLimits(begins=2, within=4 * SECOND),
    }
)


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """One look's answer, how sure it is (0..1), and whom and what it rests on where it is yes."""

    at: StreamTime
    doing: bool | None
    confidence: float
    person: _Box | None = None
    thing: _Box | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a close look shows of one person."""

    person: _Box
    score: float
    thing: _Box | None


class ActWatch:
    """Follows one act at one post; give it each look at its staff in order of time."""

    def __init__(self, act: Act, threshold: float, limits: ActLimits | None = None) -> None:
        self._act = act
        self._threshold = threshold
        self._limits = limits or ACT_LIMITS[act]
        self.forget()

    def forget(self) -> None:
        self._known: ActAnswer | None = None
        self._last: _Shown | None = None
        self._sure: tuple[StreamTime, ...] = ()
        self._confirmed = False

    def look(self, at: StreamTime, staff: Sequence[Conduct | None]) -> ActAnswer:
        """The answer for ``staff``, None being whoever was not looked at closely."""
        if not staff:
            return ActAnswer(at, None, 0.0)
        shown = [
            _shown(conduct.person, conduct.acts[self._act])
            for conduct in staff
            if conduct is not None and self._act in conduct.acts
        ]
        if shown:
            answer = self._judged(at, shown)
            # Of whom nobody looked at closely nobody can say that she does not.
            unseen = answer.doing is False and len(shown) < len(staff)
            self._known = ActAnswer(at, None, 0.0) if unseen else answer
            return self._known
        known = self._known
        return known if known is not None and at - known.at <= self._limits.holds else ActAnswer(at, None, 0.0)

    def _judged(self, at: StreamTime, shown: Sequence[_Shown]) -> ActAnswer:
        limits = self._limits
        best = max(shown, key=lambda one: one.score)
        if best.score >= self._threshold:
            self._count(at, best)
            if len(self._sure) < limits.begins and not self._confirmed:
                return ActAnswer(at, None, best.score)
            return ActAnswer(at, True, best.score, best.person, best.thing)
        since = at - self._sure[-1] if self._confirmed else None
        if since is None or since > limits.keeps:
            self._confirmed, since = False, None
        kept = next((one for one in shown if since is not None and self._goes_on(one)), None)
        if kept is not None:
            self._last = kept
            return ActAnswer(at, True, kept.score, kept.person, kept.thing)
        faint = best.score >= self._threshold * limits.doubt
        if faint or (since is not None and since <= limits.within):
            return ActAnswer(at, None, best.score)
        return ActAnswer(at, False, 1.0 - best.score)

    def _count(self, at: StreamTime, best: _Shown) -> None:
        """One more sure look, the first one if it is another person's than before."""
        last = self._last
        known = last is not None and _overlap(best.person, last.person) >= self._limits.same
        recent = tuple(past for past in self._sure if known and at - past <= self._limits.within)
        self._confirmed = bool(recent) or (self._confirmed and self._is_same(best))
        self._sure = (*recent, at)
        self._last = best

    def _goes_on(self, one: _Shown) -> bool:
        limits = self._limits
        least = limits.doubt if one.thing is None else limits.keep
        return one.score >= self._threshold * least and self._is_same(one)

    def _is_same(self, one: _Shown) -> bool:
        """Whether it is the thing that was seen before; where either look knows no thing, the person."""
        last = self._last
        if last is None:
            return False
        if one.thing is not None and last.thing is not None:
            return _overlap(one.thing, last.thing) >= self._limits.same
        return _overlap(one.person, last.person) >= self._limits.same


def at_ear(phone: ActAnswer) -> bool | None:
    """Whether the phone in use is at the ear; None where posture alone says that there is one."""
    if not phone.doing:
        return phone.doing
    if phone.person is None or phone.thing is None:
        return None
    top, bottom = phone.person[1], phone.person[3]
    return (phone.thing[1] + phone.thing[3]) / 2 <= top + _HEAD * (bottom - top)


def _shown(person: _Box, evidence: Evidence) -> _Shown:
    return _Shown(person, evidence.score, evidence.box)


def _overlap(one: _Box, other: _Box) -> float:
    return float(iou(np.array([one], np.float32), np.array([other], np.float32))[0, 0])
