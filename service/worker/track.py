"""What the looks of an event saw and answered, as its evidence keeps it, and the look that was surest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from service.rules.event import Event
from service.rules.rule import Rule
from service.worker.looklog import LookLog
from vision.geometry import Size
from vision.observer import Seen
from vision.streamtime import SECOND, StreamTime, seconds

__all__ = ["Span", "Surest", "known_until", "seen_at", "surest_look", "track_of"]

Span = tuple[StreamTime, StreamTime]

_POINTS: Final = 1500
_FAR: Final = 800_000  # a look further from a picture than this says nothing about it
_FAR_THING: Final = 450_000  # things are seen on close looks only, which not every look is


@dataclass(frozen=True, slots=True)
class Surest:
    """The offending look with the highest confidence."""

    at: StreamTime
    confidence: float


def track_of(
    log: LookLog,
    event: Event,
    rule: Rule | None,
    size: Size | None,
    spans: Sequence[Span],
    zero: StreamTime,
    until: StreamTime,
    whole: bool,
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """Boxes of the clips' looks (within ``spans``) and the answers up to ``until``, in seconds from ``zero`` on.

    Answers reach back by the rule's sliding window, so that the share over it can be shown from the clip's begin. What
    ``before``, the track as it was, knows from before the log's first look stays: the log is not kept for hours. Unless
    it is to be ``whole``, only what has come since is read.
    """
    since = StreamTime(spans[0][0] - (rule.policy().window if rule is not None else 0))
    until = max(until, *(end for _, end in spans))
    looks = list(log.between(since if whole else max(since, known_until(before)), until))
    boxes: list[Any] = []
    answers: list[Any] = []
    for look in looks:
        t = round((look.at - zero) / SECOND, 3)
        if any(start <= look.at <= end for start, end in spans):
            boxes.append([t, [[one.label, *one.box, one.score, one.window] for one in look.seen]])
        if rule is not None:
            answers += [[t, rule.offends(one)] for one in look.observations if one.window == event.window]
    first = (looks[0].at if looks else until) - zero
    moved = (before["zero"] - zero) / SECOND if before else 0.0
    boxes = _older(before.get("boxes", ()), moved, first) + boxes
    answers = _older(before.get("answers", ()) if rule is not None else (), moved, first) + answers
    return {
        "window": event.window,
        "size": list(size) if size else None,
        "zero": zero,
        "started": round((event.started_at - zero) / SECOND, 3),
        "satisfied": round((event.satisfied_at - zero) / SECOND, 3),
        "until": round((event.until - zero) / SECOND, 3),
        "boxes": boxes,
        "answers": _thinned(answers),
    }


def known_until(track: Mapping[str, Any]) -> StreamTime:
    """The moment after the last look of which the track tells."""
    last = max((entry[0] for kind in ("boxes", "answers") for entry in track.get(kind, ())[-1:]), default=None)
    return StreamTime(0 if last is None else track["zero"] + seconds(last + 0.001))


def surest_look(log: LookLog, event: Event, rule: Rule, since: StreamTime, until: StreamTime) -> Surest | None:
    """The first of the event's surest offending looks of a time, None where none says how sure it is."""
    best: Surest | None = None
    for look in log.between(max(since, event.started_at), until):
        for one in look.observations:
            if one.window != event.window or rule.offends(one) is not True:
                continue
            confidence = one.confidence.get(rule.signal)
            if confidence is not None and (best is None or confidence > best.confidence):
                best = Surest(look.at, round(confidence, 3))
    return best


def seen_at(log: LookLog, at: StreamTime) -> list[Seen]:
    """What was seen nearest to ``at``; things from the nearest look that saw any."""
    looks = sorted(log.between(StreamTime(at - _FAR), StreamTime(at + _FAR)), key=lambda look: abs(look.at - at))
    if not looks:
        return []
    seen = list(looks[0].seen)
    if not any(_is_thing(one) for one in seen):
        other = next((look for look in looks if any(_is_thing(one) for one in look.seen)), None)
        if other is not None and abs(other.at - at) <= _FAR_THING:
            seen += [one for one in other.seen if _is_thing(one)]
    return seen


def _is_thing(one: Seen) -> bool:
    return one.label != "person"


def _older(entries: Sequence[Any], moved: float, first: int) -> list[Any]:
    """Those of before the log's first look, ``moved`` seconds later since second 0 is another."""
    limit = first / SECOND - 0.0005
    return [[round(entry[0] + moved, 3), entry[1]] for entry in entries if entry[0] + moved < limit]


def _thinned(answers: list[Any]) -> list[Any]:
    """At most some thousand, evenly over time: what was thinned before and what is new alike."""
    if len(answers) <= _POINTS:
        return answers
    step = (answers[-1][0] - answers[0][0]) / _POINTS
    kept, last = [], float("-inf")
    for answer in answers:
        slot = (answer[0] - answers[0][0]) // step
        if slot > last:
            kept.append(answer)
            last = slot
    return kept
