"""All rules at all windows: observations in, events out; the same observations give the same events anywhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from service.rules.breach import IDLE, BreachState, Subject, event_in, from_json, step, to_json
from service.rules.duty import Duty, Span, no_shifts
from service.rules.duty.leave import Exempt, nobody
from service.rules.event import Event
from service.rules.rule import Rule
from service.rules.rulebook import Rulebook
from service.rules.shift import NO_SHIFT, ShiftState, added_up, looked, lost, seen_through
from service.rules.shift import from_json as shift_from_json
from service.rules.shift import to_json as shift_to_json
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime, seconds

__all__ = ["Judge", "Restored", "Standing"]

_AHEAD: Final = 2 * SECOND  # what a camera's stream time may run ahead of the clock, with room to spare
_SILENCE: Final = 2 * SECOND  # how long a look counts for who has come, when no other follows
_HELD: Final = "held"  # in the snapshot of a rule whose event nobody has heard of before the shift has ended
_SHIFT: Final = "@shift"  # beside the rules of a window in a snapshot; no rule is called so


@dataclass(frozen=True, slots=True)
class Standing:
    """How one rule stands at one window: since when it is offended, until which look, and the event if it is one."""

    rule: str
    since: StreamTime
    until: StreamTime
    event: str | None


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a snapshot: the open events that ended with it, and which states could not be read.

    ``unreadable``: window and rule of each, the rule None where nothing of the window could be read.
    """

    ended: list[Event]
    unreadable: list[tuple[str, str | None]]


class Judge:
    """Keeps the breach state of every window and rule.

    ``duty`` says whether a window is judged at a moment, ``shifts`` which shift it is on duty in, if any, and
    ``exempt`` which single rules do not apply to it.
    """

    def __init__(
        self,
        books: Mapping[WindowId, Rulebook],
        duty: Callable[[WindowId, StreamTime], Duty],
        shifts: Callable[[WindowId, StreamTime], Span | None] = no_shifts,
        exempt: Exempt = nobody,
    ) -> None:
        self.follow(duty, shifts, exempt)
        self._rules: dict[WindowId, list[tuple[Subject, Rule]]] = {
            window: [(Subject(window, name, book.version, rule.policy()), rule) for name, rule in book.judged().items()]
            for window, book in books.items()
        }
        self._states: dict[tuple[WindowId, str], BreachState] = {}
        self._shifts: dict[WindowId, ShiftState] = {}

    def follow(
        self,
        duty: Callable[[WindowId, StreamTime], Duty],
        shifts: Callable[[WindowId, StreamTime], Span | None] = no_shifts,
        exempt: Exempt = nobody,
    ) -> None:
        """Take other hours and leave from the next look on; every state goes on."""
        self._duty, self._shift_at, self._exempt = duty, shifts, exempt

    def observe(self, observation: Observation) -> list[Event]:
        """The events that this look opened or closed, in the order of the rulebook."""
        window, at = observation.window, observation.at
        on_duty = self._duty(window, at) == "on"
        before = self._shifts.get(window, NO_SHIFT)
        if before.last_at is not None and at <= before.last_at:
            return []
        span = self._shift_at(window, at) if on_duty else None
        changes = [] if before.goes_on_in(span) else self._shift_over(window, before, at)
        occupied = None if observation.reason is not None else observation.occupied
        shift, summed = looked(self._shifts.get(window, NO_SHIFT), span, at, occupied, _SILENCE)
        if summed is not None:
            changes.append(summed)
        self._shifts[window] = shift
        for subject, rule in self._rules[window]:
            if rule.shift == "sum":
                continue
            offends = rule.offends(observation)
            if rule.shift == "begin":
                offends = _late(rule, shift, span, offends)
            elif rule.shift == "end" and (span is None or self._waits_for_the_first(window, shift)):
                offends = None
            applies = on_duty and not self._exempt(window, subject.rule, at)
            changes += self._step(subject, rule, at, offends, observation.confidence.get(rule.signal, 1.0), applies)
        return changes + self._add_up(window, observation)

    def _step(
        self, subject: Subject, rule: Rule, at: StreamTime, offends: bool | None, sure: float, on_duty: bool
    ) -> list[Event]:
        key = (subject.window, subject.rule)
        self._states[key], event = step(subject, self._states.get(key, IDLE), at, offends, sure, on_duty)
        if event is None:
            return []
        shift = self._shifts.get(subject.window, NO_SHIFT)
        if rule.shift == "end":
            through = seen_through(event, shift.span[1], subject.policy.max_silence) if shift.span is not None else None
            return [through] if through is not None and event.state != "open" and not on_duty else []
        if event.state != "open" and _is_absence(rule):
            self._shifts[subject.window] = lost(shift, event)
        return [event]

    def _shift_over(self, window: WindowId, before: ShiftState, at: StreamTime) -> list[Event]:
        """A shift that is over ends what it judged, though nobody looked at its end."""
        if before.span is None or before.last_at is None or not before.is_over(at) or before.is_over(before.last_at):
            return []
        end = before.span[1]
        return [
            event
            for subject, rule in self._rules[window]
            if rule.shift != "sum"
            for event in self._step(subject, rule, end, None, 1.0, on_duty=False)
        ]

    def _waits_for_the_first(self, window: WindowId, shift: ShiftState) -> bool:
        """Whether nobody has come yet: who has not come does not leave early."""
        late = next((rule for _, rule in self._rules[window] if rule.shift == "begin"), None)
        if late is None or shift.seen_from_its_begin is False:
            return False
        return not shift.attended(seconds(late.clear_after))

    def _add_up(self, window: WindowId, observation: Observation) -> list[Event]:
        """What the rules of the sum say of the absences up to this look."""
        changes = []
        for subject, rule in self._rules[window]:
            if rule.shift != "sum" or rule.offends(observation) is not True:
                continue
            absences = [
                state.event
                for other, one in self._rules[window]
                if _is_absence(one)
                if (state := self._states.get((window, other.rule), IDLE)).event is not None and not state.over
            ]
            running = next((event for event in absences if event is not None), None)
            self._shifts[window], event = added_up(subject, self._shifts[window], running)
            changes += [event] if event is not None else []
        return changes

    def unreported(self) -> list[Event]:
        """What has not been reported closed by now: open events with ``until`` at the last offending look, and events
        that are over and only wait for their merge gap, as closed.
        """
        at_the_end = {(window, subject.rule) for window, subject in self._of_shift("end")}
        sums = [state.event for state in self._shifts.values() if state.event is not None]
        return [
            *(
                replace(state.event, state="closed") if state.over else state.event
                for key, state in self._states.items()
                if state.event is not None and key not in at_the_end
            ),
            *sums,
        ]

    def _of_shift(self, part: str) -> Iterator[tuple[WindowId, Subject]]:
        return (
            (window, subject) for window, rules in self._rules.items() for subject, rule in rules if rule.shift == part
        )

    def judged_until(self, windows: Iterable[WindowId]) -> StreamTime | None:
        """The moment up to which every rule that has judged at ``windows`` has done so, None where none has."""
        wanted = set(windows)
        latest = [state.last_at for (window, _), state in self._states.items() if window in wanted]
        return min((at for at in latest if at is not None), default=None)

    def standings(self, window: WindowId) -> list[Standing]:
        """The rules that are being offended at ``window`` at this moment, events first."""
        found = []
        for subject, rule in self._rules[window]:
            if rule.shift in ("end", "sum"):
                continue
            state = self._states.get((window, subject.rule), IDLE)
            if state.event is not None and not state.over:
                found.append(Standing(subject.rule, state.event.started_at, state.event.until, state.event.id))
            elif state.stretch is not None and state.offends:
                found.append(Standing(subject.rule, state.stretch.onset, state.stretch.last, None))
        return sorted(found, key=lambda standing: standing.event is None)

    def snapshot(self, windows: Iterable[WindowId]) -> dict[str, dict[str, Any]]:
        """The states of ``windows`` as plain values: rule by window."""
        wanted = set(windows)
        values: dict[str, dict[str, Any]] = {}
        at_the_end = {(window, subject.rule) for window, subject in self._of_shift("end")}
        for (window, rule), state in self._states.items():
            if window in wanted:
                held = {_HELD: True} if (window, rule) in at_the_end else {}
                values.setdefault(window, {})[rule] = to_json(state) | held
        for window, shift in self._shifts.items():
            if window in wanted:
                values.setdefault(window, {})[_SHIFT] = shift_to_json(shift)
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
                if rule == _SHIFT:
                    shift = shift_from_json(plain)
                    unreadable += [(window, _SHIFT)] if shift is None else []
                    ended += self._restore_shift(WindowId(window), shift, now)
                    continue
                state, told = from_json(plain), not (isinstance(plain, Mapping) and plain.get(_HELD))
                if state is None:
                    unreadable.append((window, rule))
                    event = event_in(plain) if told else None
                    ended += [event] if event is not None else []
                    continue
                event = state.event
                is_ahead = now is not None and state.last_at is not None and state.last_at > now + _AHEAD
                goes_on = rule in known and (event is None or event.rulebook == known[rule].rulebook)
                if goes_on and not is_ahead:
                    self._states[WindowId(window), rule] = state
                elif event is not None and told:
                    ended.append(replace(event, state="closed" if state.over else "interrupted"))
        return Restored(ended, unreadable)

    def _restore_shift(self, window: WindowId, state: ShiftState | None, now: StreamTime | None) -> list[Event]:
        """Go on with a window's shift; the sum's event ends here where another book judges now."""
        if state is None or window not in self._rules:
            return []
        if now is not None and state.last_at is not None and state.last_at > now + _AHEAD:
            return [] if state.event is None else [replace(state.event, state="interrupted")]
        versions = {subject.rulebook for subject, rule in self._rules[window] if rule.shift == "sum"}
        event = state.event
        if event is not None and event.rulebook not in versions:
            self._shifts[window] = replace(state, event=None)
            return [replace(event, state="interrupted")]
        self._shifts[window] = state
        return []


def _is_absence(rule: Rule) -> bool:
    """Whether its events are the absences of a shift; lateness is the beginning of one, not another."""
    return rule.signal == "occupied" and rule.answer is False and rule.shift is None


def _late(rule: Rule, shift: ShiftState, span: Span | None, offends: bool | None) -> bool | None:
    """Whether nobody has come yet, where the shift was seen from its begin."""
    if span is None or shift.seen_from_its_begin is not True:
        return None
    return offends and not shift.attended(seconds(rule.clear_after)) if offends is not None else None
