"""Two rulebooks judge the same looks: the one in force, and the one that is asked about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from service.rules.duty import Duty, Span
from service.rules.duty.leave import Exempt
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rule import Rule
from service.rules.rulebook import Rulebook, RulebookError, load_rulebook, overridden
from service.settings import Settings, plain_yaml
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["Trial", "Watched", "changed_rules", "other_books"]

_WORDS: Final = {"name", "text", "sources"}
_A_SECOND: Final = 1.5  # a thinned log has a look a second, or a little more apart
_IN_A_ROW: Final = 5
_QUARTER: Final = 900 * SECOND
_MINUTE: Final = 60 * SECOND

Books = Mapping[WindowId, Rulebook]
T = TypeVar("T")


def other_books(settings: Settings, now: Books, file: Path | None, changes: Mapping[str, Mapping[str, Any]]) -> Books:
    """The books that are asked about, by window; raises BadInput naming file and key.

    ``file`` holds a whole rulebook (with `version` and `rules`), which stands for the shipped one and the hall's
    changes while each window's own changes still apply, or figures as `rules` of zaigang.yaml has them. ``changes``
    come on top.
    """
    found = dict(now)
    if file is not None:
        given = _read(file)
        if "version" in given:
            whole = load_rulebook(file)
            own = {window: one.rules for window, (_, one) in settings.windows().items()}
            found = {window: overridden(whole, own.get(window, {}), f'rules of window "{window}"') for window in found}
        else:
            found = {window: overridden(book, given, str(file)) for window, book in found.items()}
    return {window: overridden(book, changes, "--set") for window, book in found.items()}


def _read(file: Path) -> Mapping[str, Any]:
    try:
        given = plain_yaml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulebookError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise RulebookError(f"{file}: not readable as YAML ({error})") from error
    if not isinstance(given, dict) or (
        "version" not in given and not all(isinstance(one, dict) for one in given.values())
    ):
        raise RulebookError(
            f"{file}: holds neither a rulebook (version, rules) nor figures, as phone_use: {{after: 20s}}"
        )
    return given


def changed_rules(now: Rulebook, then: Rulebook) -> frozenset[str]:
    """The rules that the two books do not judge alike.

    Rules of a post that is vacant hang together: absences add up, and who has not come does not leave early.
    """
    before, after = now.judged(), then.judged()
    different = {name for name in {*before, *after} if _figures(before.get(name)) != _figures(after.get(name))}
    of_a_vacancy = {name for book in (before, after) for name, rule in book.items() if rule.signal == "occupied"}
    return frozenset(different | of_a_vacancy if different & of_a_vacancy else different)


def _figures(rule: Rule | None) -> dict[str, Any] | None:
    return None if rule is None else {key: one for key, one in rule.model_dump().items() if key not in _WORDS}


@dataclass(slots=True)
class Watched:
    """For how many seconds each window was looked at on duty, by the quarters of hours in which days begin anywhere."""

    zone: ZoneInfo
    seconds: dict[tuple[WindowId, int], int] = field(default_factory=dict)

    def count(self, window: WindowId, at: StreamTime) -> None:
        key = (window, at // _QUARTER)
        self.seconds[key] = self.seconds.get(key, 0) + 1

    def days(self, window: WindowId | None = None) -> set[date]:
        """The days of ``zone`` on which ``window``, or any window, was looked at."""
        quarters = {quarter for one, quarter in self.seconds if window is None or one == window}
        return {to_datetime(StreamTime(quarter * _QUARTER)).astimezone(self.zone).date() for quarter in quarters}


class Trial:
    """Judges looks by the rules that differ between the books ``now`` and ``then``; all others find the same in both.

    Duty, shifts and leave are those of the site for both.
    """

    def __init__(
        self,
        now: Books,
        then: Books,
        duty: Callable[[WindowId, StreamTime], Duty],
        shifts: Callable[[WindowId, StreamTime], Span | None],
        exempt: Exempt,
        zone: ZoneInfo,
    ) -> None:
        self._duty, shifts = _asked_once(duty), _asked_once(shifts)
        self.rules = {window: changed for window in now if (changed := changed_rules(now[window], then[window]))}
        """The rules that differ, by window; windows without any are not judged."""
        self._judges = tuple(
            Judge(
                {window: _only(books[window], self.rules[window]) for window in self.rules}, self._duty, shifts, exempt
            )
            for books in (now, then)
        )
        self._judged = [
            rule
            for books in (now, then)
            for window, names in self.rules.items()
            for name, rule in books[window].judged().items()
            if name in names
        ]
        self._found: tuple[dict[str, Event], dict[str, Event]] = ({}, {})
        self._off: set[WindowId] = set()
        self._second: dict[WindowId, int] = {}
        self.watched = Watched(zone)

    @property
    def asks(self) -> frozenset[str]:
        """The answers that the rules which differ ask for."""
        signals = {rule.signal for rule in self._judged}
        return frozenset(signals | {rule.during.count for rule in self._judged if rule.during is not None} | {"reason"})

    @property
    def stands_thinned(self) -> bool:
        """Whether the rules which differ find the same in a log that is thinned where nothing changes."""
        return all(
            rule.max_silence >= _A_SECOND
            and (rule.min_looks == 1 or rule.min_looks <= rule.after / 2)
            and (rule.clear_looks or 0) <= _IN_A_ROW
            for rule in self._judged
        )

    def observe(self, look: Observation) -> None:
        """Judge ``look``, in order of time at its window."""
        window = look.window
        if window not in self.rules:
            return
        if self._duty(window, look.at) != "on":
            if window in self._off:
                return  # the first look off duty has ended all there was
            self._off.add(window)
        else:
            self._off.discard(window)
            if look.at // SECOND != self._second.get(window):
                self._second[window] = look.at // SECOND
                self.watched.count(window, look.at)
        for judge, found in zip(self._judges, self._found, strict=True):
            found.update((event.id, event) for event in judge.observe(look))

    def rests(self, since: StreamTime, until: StreamTime) -> bool:
        """Whether no look from ``since`` to before ``until`` can tell anything.

        That is where no window is in a shift all that time, and whatever went on at one has ended.
        """
        if any(window in self._second and window not in self._off for window in self.rules):
            return False
        minutes = range(since, until, _MINUTE)  # shifts begin and end with minutes; leave may not, but lies in shifts
        return all(
            self._duty(window, StreamTime(at)) not in ("on", "exempt") for window in self.rules for at in minutes
        )

    def events(self) -> tuple[list[Event], list[Event]]:
        """What each of the books has found so far, open events as they stand, in order of onset."""
        for judge, found in zip(self._judges, self._found, strict=True):
            found.update((event.id, event) for event in judge.unreported())
        now, then = (
            sorted(found.values(), key=lambda event: (event.started_at, event.window, event.rule))
            for found in self._found
        )
        return now, then


def _asked_once(ask: Callable[[WindowId, StreamTime], T]) -> Callable[[WindowId, StreamTime], T]:
    """``ask``, whose answer of a window's present moment stands for whoever asks next."""
    last: dict[WindowId, tuple[StreamTime, T]] = {}

    def asked(window: WindowId, at: StreamTime) -> T:
        known = last.get(window)
        if known is None or known[0] != at:
            known = last[window] = (at, ask(window, at))
        return known[1]

    return asked


def _only(book: Rulebook, names: Iterable[str]) -> Rulebook:
    """``book`` with those of ``names`` that it has, under its own version, so that events have the ids they had."""
    return book.model_copy(update={"rules": {name: book.rules[name] for name in book.rules if name in set(names)}})
