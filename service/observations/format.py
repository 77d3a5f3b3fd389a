"""A second of a camera's looks as a line of text, and back.

A line tells how many looks fell into its second and, window by window, the answers that differ from those before it:

``5``: five looks in the next second, nothing changed.
``{"n": 5, "w": {"w1": {"occupied": [true, true, false, false, false]}}}``: an answer that changed within the second is
told look by look; its last one holds from there on.
``{"v": 1, "s": 1767574800, "n": 5, "w": {"w1": {"occupied": true}}}``: a whole line; it names the second and every
answer that is not None, so that reading can begin with it. ``s`` alone stands where seconds without a look were passed.

A window with another number of looks has an ``n`` of its own. ``sure`` holds confidences in steps of 0.05, told again
once the mean of a second is off by more than 0.1.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from vision.observation import COUNTS, REASONS, SIGNALS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = ["ANSWERS", "FORMAT", "MOST_LOOKS", "Second", "SecondsReader", "SecondsWriter", "Unreadable", "WindowSecond"]

FORMAT: Final = 1
MOST_LOOKS: Final = 100
"""Looks a second that a line may tell of; no camera is looked at so often."""

ANSWERS: Final = (*SIGNALS, *COUNTS, "reason")
"""What a line tells of a window: answers by the names that an observation has for them."""
_STEP: Final = 0.05
_OFF_BY: Final = 0.1


class Unreadable(ValueError):
    """A line is none of this format, or tells only what has changed since one that cannot be read."""


@dataclass(slots=True)
class _Told:
    """What was last told of a window."""

    answers: dict[str, Any] = field(default_factory=dict)
    sure: dict[str, float] = field(default_factory=dict)


class SecondsWriter:
    """Lines of one camera, each after the one before."""

    def __init__(self) -> None:
        self._told: dict[WindowId, _Told] = {}
        self._second: int | None = None

    def line(self, second: int, looks: Mapping[WindowId, Sequence[Observation]], whole: bool) -> str:
        """The line, without its end, of the ``looks`` in ``second`` (seconds since 1970), in order of time."""
        whole = whole or self._second is None
        follows = self._second is not None and second == self._second + 1
        if whole:
            self._told = {}
        self._second = second
        count = max(len(own) for own in looks.values())
        windows: dict[str, dict[str, Any]] = {}
        for window, own in looks.items():
            is_new = window not in self._told
            changes = self._changes(self._told.setdefault(window, _Told()), own)
            if len(own) != count:
                changes["n"] = len(own)
            if changes or is_new:
                windows[window] = changes
        windows |= {window: {"n": 0} for window in self._told if window not in looks}
        if follows and not whole and not windows:
            return str(count)
        entry: dict[str, Any] = {"v": FORMAT} if whole else {}
        if whole or not follows:
            entry["s"] = second
        entry["n"] = count
        if windows:
            entry["w"] = windows
        return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))

    @staticmethod
    def _changes(told: _Told, looks: Sequence[Observation]) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for name in ANSWERS:
            answers = [getattr(look, name) for look in looks]
            last, before = answers[-1], told.answers.get(name)
            if answers.count(last) < len(answers):
                changes[name] = answers
            elif last != before:
                changes[name] = last
            told.answers[name] = last
        sure = _told_anew(told.sure, looks)
        if sure:
            changes["sure"] = sure
            told.sure.update({name: value for name, value in sure.items() if value is not None})
            for name in [name for name, value in sure.items() if value is None]:
                del told.sure[name]
        return changes


def _told_anew(told: Mapping[str, float], looks: Sequence[Observation]) -> dict[str, float | None]:
    """Confidences that have moved too far from what was told of them; None for one that is given no longer."""
    found: dict[str, list[float]] = {}
    answered: set[str] = set()
    for look in looks:
        for name, value in look.confidence.items():
            found.setdefault(name, []).append(value)
        if told:
            answered.update(name for name in told if getattr(look, name, None) is not None)
    anew: dict[str, float | None] = {name: None for name in answered if name not in found}
    for name, values in found.items():
        mean = sum(values) / len(values)
        if name in ANSWERS and (name not in told or abs(told[name] - mean) > _OFF_BY):
            anew[name] = round(round(mean / _STEP) * _STEP, 2)
    return anew


@dataclass(frozen=True, slots=True)
class WindowSecond:
    """The looks at one window in one second, as what each answered. ``changed``: any differs from the one before."""

    window: WindowId
    at: int
    answers: Sequence[Mapping[str, Any]]
    sure: Mapping[str, float]
    changed: bool

    def looks(self, last_alone: bool = False) -> list[Observation]:
        """The looks, spread evenly over the second."""
        step = SECOND / len(self.answers)
        first = len(self.answers) - 1 if last_alone else 0
        return [
            Observation(
                self.window,
                StreamTime(self.at * SECOND + round((index + 0.5) * step)),
                confidence={name: value for name, value in self.sure.items() if name in self.answers[index]},
                **self.answers[index],
            )
            for index in range(first, len(self.answers))
        ]


@dataclass(frozen=True, slots=True)
class Second:
    """One line read: ``at`` in seconds since 1970. ``gap``: it does not follow on the line before."""

    at: int
    gap: bool
    windows: Mapping[WindowId, WindowSecond]


class SecondsReader:
    """Lines back to looks; those of one second are spread evenly over it. ``watched`` answers count as changes."""

    def __init__(self, watched: Collection[str] = ANSWERS) -> None:
        self._watched = watched
        self._told: dict[WindowId, _Told] = {}
        self._second: int | None = None

    def read(self, line: str) -> Second:
        """The second that ``line`` tells of; raises Unreadable, and so it does from there to the next whole line."""
        try:
            return self._read(line)
        except Unreadable:
            self._second = None
            raise

    def _read(self, line: str) -> Second:
        try:
            entry: Any = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unreadable("no JSON") from error
        if isinstance(entry, int) and not isinstance(entry, bool):
            entry = {"n": entry}
        if not isinstance(entry, dict):
            raise Unreadable("neither a number nor an object")
        whole = "v" in entry
        if not whole and self._second is None:
            raise Unreadable("what it changes is not known")
        return self._second_of(entry, whole)

    def _second_of(self, entry: Mapping[str, Any], whole: bool) -> Second:
        if whole and entry["v"] != FORMAT:
            raise Unreadable("another version's")
        before = self._second
        second = entry.get("s", None if before is None else before + 1)
        count, changes = entry.get("n"), entry.get("w", {})
        if (
            not _is_count(second)
            or not _is_count(count)
            or not 0 < count <= MOST_LOOKS
            or not isinstance(changes, dict)
        ):
            raise Unreadable("its second, number of looks or windows")
        was = self._told
        told = {} if whole else dict(was)
        windows = {}
        for name in {**told, **changes}:
            window = WindowId(name)
            old, own = told.get(window, _Told()), changes.get(name)
            if own is None:
                new, answers = old, [old.answers] * count
            else:
                new, answers = _changed(old, own, count)
            told[window] = new
            until_now = was[window].answers if window in was else {}
            changed = own is not None and any(
                one.get(name) != until_now.get(name) for one in answers for name in self._watched
            )
            changed = changed or window not in was
            if answers:
                windows[window] = WindowSecond(window, second, answers, new.sure, changed)
        self._told, self._second = told, second
        return Second(second, before is None or second != before + 1, windows)


def _changed(told: _Told, own: Any, count: int) -> tuple[_Told, list[dict[str, Any]]]:
    """What holds from here on, and the answers of each look of the second; raises Unreadable."""
    if not isinstance(own, dict) or not isinstance(own.get("sure", {}), dict):
        raise Unreadable("a window's answers are no object")
    own_count = own.get("n", count)
    if not _is_count(own_count) or own_count > MOST_LOOKS:
        raise Unreadable("a window's number of looks")
    answers = [dict(told.answers) for _ in range(own_count)]
    last = dict(told.answers)
    for name in ANSWERS:
        if name not in own:
            continue
        values = own[name] if isinstance(own[name], list) else [own[name]] * max(1, own_count)
        if len(values) != max(1, own_count) or not all(_is_answer(name, value) for value in values):
            raise Unreadable(f"its {name}")
        for look, value in zip((*answers, last), (*values[: len(answers)], values[-1]), strict=True):
            look[name] = value
            if value is None:
                del look[name]
    sure = {**told.sure, **own.get("sure", {})}
    if not all(value is None or _is_share(value) for value in sure.values()):
        raise Unreadable("its confidence")
    return _Told(last, {name: value for name, value in sure.items() if value is not None}), answers


def _is_answer(name: str, value: object) -> bool:
    if value is None:
        return True
    if name == "reason":
        return value in REASONS
    return isinstance(value, bool) if name in SIGNALS else _is_count(value)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
