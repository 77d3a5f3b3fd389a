"""All rules at all windows: observations in, events out; the same observations give the same events anywhere."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from service.rules.breach import IDLE, BreachState, Subject, event_in, from_json, step, to_json
from service.rules.duty import Duty
from service.rules.event import Event
from service.rules.rulebook import Rule, Rulebook
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = ["Judge", "Restored", "Standing"]

_AHEAD: Final = 2 * SECOND  # what a camera's stream time may run ahead of the clock, with room to spare


@dataclass(frozen=True, slots=True)
class Standing:
    """How one rule stands at one window: since when it is offended, and the event if it has become one."""

    rule: str
    since: StreamTime
    event: str | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a snapshot: the open events that ended with it, and which states could not be read.

    ``unreadable``: window and rule of each, the rule None where nothing of the window could be read.
    """

    ended: list[Event]
    unreadable: list[tuple[str, str | None]]


class Judge:
    """Keeps the breach state of every window and rule; ``duty`` says whether a rule applies to a window at a moment."""

    def __init__(self, books: Mapping[WindowId, Rulebook], duty: Callable[[WindowId, StreamTime], Duty]) -> None:
        self._duty = duty
        self._rules: dict[WindowId, list[tuple[Subject, Rule]]] = {
            window: [(Subject(window, name, book.version, rule.policy()), rule) for name, rule in book.judged().items()]
            for window, book in books.items()
        }
        self._states: dict[tuple[WindowId, str], BreachState] = {}

    def observe(self, observation: Observation) -> list[Event]:
        """The events that this look opened or closed, in the order of the rulebook."""
        on_duty = self._duty(observation.window, observation.at) == "on"
        changes = []
        for subject, rule in self._rules[observation.window]:
            key = (observation.window, subject.rule)
            state, event = step(
                subject,
                self._states.get(key, IDLE),
                observation.at,
                rule.offends(observation),
                observation.confidence.get(rule.signal, 1.0),
                on_duty,
            )
            self._states[key] = state
            if event is not None:
                changes.append(event)
        return changes

    def unreported(self) -> list[Event]:
        """What has not been reported closed by now: open events with ``until`` at the last offending look, and events
        that are over and only wait for their merge gap, as closed.
        """
        return [
            replace(state.event, state="closed") if state.over else state.event
            for state in self._states.values()
            if state.event is not None
        ]

    def judged_until(self, windows: Iterable[WindowId]) -> StreamTime | None:
        """The moment up to which every rule that has judged at ``windows`` has done so, None where none has."""
        wanted = set(windows)
        latest = [state.last_at for (window, _), state in self._states.items() if window in wanted]
        return min((at for at in latest if at is not None), default=None)

    def standings(self, window: WindowId) -> list[Standing]:
        """The rules that are being offended at ``window`` at this moment, events first."""
        found = []
        for subject, _ in self._rules[window]:
            state = self._states.get((window, subject.rule), IDLE)
            if state.event is not None and not state.over:
                found.append(Standing(subject.rule, state.event.started_at, state.event.id))
            elif state.stretch is not None and state.offends:
                found.append(Standing(subject.rule, state.stretch.onset, None))
        return sorted(found, key=lambda standing: standing.event is None)

    def snapshot(self, windows: Iterable[WindowId]) -> dict[str, dict[str, Any]]:
        """The states of ``windows`` as plain values: rule by window."""
        wanted = set(windows)
        values: dict[str, dict[str, Any]] = {}
        for (window, rule), state in self._states.items():
            if window in wanted:
                values.setdefault(window, {})[rule] = to_json(state)
        return values

    def restore(self, values: Mapping[str, object], now: StreamTime | None = None) -> Restored:
        """Go on from a snapshot at ``now``; returns the open events that end here.

        Those are events of a window or rule that is no longer judged, or judged by another rulebook now: what one book
        began, another does not end. So do those that lie after ``now``, which a clock left behind that was set back,
        and those in a state that cannot be read, since another version kept it or the disk has spoilt it.
        """
        ended: list[Event] = []
        unreadable: list[tuple[str, str | None]] = []
        for window, rules in values.items():
            if not isinstance(rules, Mapping):
                unreadable.append((window, None))
                continue
            known = {subject.rule: subject for subject, _ in self._rules.get(WindowId(window), [])}
            for rule, plain in rules.items():
                state = from_json(plain)
                if state is None:
                    unreadable.append((window, rule))
                    event = event_in(plain)
                    ended += [event] if event is not None else []
                    continue
                event = state.event
                if now is not None and state.last_at is not None and state.last_at > now + _AHEAD:
                    if event is not None:
                        ended.append(replace(event, state="closed" if state.over else "interrupted"))
                elif rule in known and (event is None or event.rulebook == known[rule].rulebook):
                    self._states[WindowId(window), rule] = state
                elif event is not None:
                    ended.append(replace(event, state="closed" if state.over else "interrupted"))
        return Restored(ended, unreadable)
