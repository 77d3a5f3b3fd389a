"""One rule at one window over time: a pure step from state and look to the next state.

Clear looks (those that could tell) count for the time until the next look, at most ``max_silence``. Offending looks
begin a *stretch*. Its onset stays at the first offending look for as long as offending time outweighs innocent time,
so that a stray look long before an absence does not become its onset, nor a stray one after it its end. A stretch
becomes a breach when offending looks make up ``begin_share`` of the sliding window, and an event when it has lasted
``after``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from service.rules.event import Event, event_id
from service.rules.policy import Policy
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["IDLE", "STATE_VERSION", "BreachState", "Subject", "event_in", "from_json", "step", "to_json"]

STATE_VERSION: Final = 1
"""Of the state as it is kept: a new one with every change of its fields or of what they mean."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged: a window by a rule of a rulebook."""

    window: WindowId
    rule: str
    rulebook: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offence that is being followed. Times in microseconds; ``ending`` is where it seems to have ended.

    lead: offending minus innocent clear time since the onset. clear, offending: time since the onset.
    sure: offending time weighed by the looks' confidence. looks: clear looks since the onset.
    after_end, offending_after_end: clear and offending time since ``ending``. innocent_looks: in a row, up to now.
    after_turn, offending_after_turn: clear and offending time since it turned innocent, counted anew whenever more
    offends than at an end may.
    """

    onset: StreamTime
    last: StreamTime
    lead: int = 0
    clear: int = 0
    offending: int = 0
    sure: float = 0.0
    looks: int = 1
    begun: bool = False
    ending: StreamTime | None = None
    after_end: int = 0
    offending_after_end: int = 0
    after_turn: int = 0
    offending_after_turn: int = 0
    innocent_looks: int = 0


@dataclass(frozen=True, slots=True)
class BreachState:
    """All that is remembered between looks.

    last_at, offends, sure: the latest look. clear_at: until when the window was last clear. runs: the clear time in the
    sliding window as (start, end, offends), oldest first. event: the open one; ``over`` once it has ended and only
    waits for the merge gap. former: id and end of the last one.
    """

    last_at: StreamTime | None = None
    offends: bool | None = None
    sure: float = 1.0
    clear_at: StreamTime | None = None
    runs: tuple[tuple[int, int, bool], ...] = ()
    stretch: Stretch | None = None
    event: Event | None = None
    over: bool = False
    former: tuple[str, StreamTime] | None = None


IDLE: Final = BreachState()
_STATE: Final = TypeAdapter(BreachState)
_EVENT: Final = TypeAdapter(Event)


def step(
    subject: Subject, state: BreachState, at: StreamTime, offends: bool | None, sure: float = 1.0, on_duty: bool = True
) -> tuple[BreachState, Event | None]:
    """The state after a look at ``at``, and the event if it has just opened or closed.

    A look that is not later than the one before changes nothing. Off duty nothing begins and an open event closes.
    """
    if state.last_at is not None and at <= state.last_at:
        return state, None
    policy = subject.policy
    clear_at, runs, stretch = _accounted(policy, state, at)
    if not on_duty:
        offends = None
    if offends is not True and stretch is None and state.event is None:
        # Nothing is followed and nothing begins, as at nearly every look of every rule.
        clear_at = at if offends is not None else clear_at
        return BreachState(at, offends, sure, clear_at, runs, None, None, False, state.former), None
    state = BreachState(
        state.last_at, state.offends, state.sure, clear_at, runs, stretch, state.event, state.over, state.former
    )
    changed: Event | None = None
    if state.event is not None or state.stretch is not None:
        if not on_duty:
            state, changed = _closed(state, "closed")
        elif state.clear_at is not None and at - state.clear_at > policy.hold:
            state, changed = _closed(state, "interrupted")
    if offends is True:
        state, opened = _offending(subject, state, at)
        changed = opened or changed
    elif offends is False and state.stretch is not None:
        state, closed = _innocent(policy, state)
        changed = closed or changed
    if state.over:
        state, closed = _settled(policy, state, at)
        changed = closed or changed
    clear_at = at if offends is not None else state.clear_at
    # Written out: every look of what is followed comes here, and `replace` takes three times as long.
    return BreachState(
        at, offends, sure, clear_at, state.runs, state.stretch, state.event, state.over, state.former
    ), changed


def _accounted(
    policy: Policy, state: BreachState, at: StreamTime
) -> tuple[StreamTime | None, tuple[tuple[int, int, bool], ...], Stretch | None]:
    """Until when the window was last clear, the sliding window moved on, and the stretch credited with the time since
    the latest look.
    """
    runs = state.runs
    stretch = state.stretch
    clear_at = state.clear_at
    if state.last_at is not None and state.offends is not None:
        start, end = state.last_at, StreamTime(min(at, state.last_at + policy.max_silence))
        clear_at = end
        if runs and runs[-1][1] == start and runs[-1][2] == state.offends:
            runs = (*runs[:-1], (runs[-1][0], end, state.offends))
        else:
            runs = (*runs, (start, end, state.offends))
        if stretch is not None:
            stretch = _credited(policy, stretch, end - start, state.offends, state.sure)
    since = at - policy.window
    while runs and runs[0][1] <= since:
        runs = runs[1:]
    return clear_at, runs, stretch


def _credited(policy: Policy, stretch: Stretch, duration: int, offends: bool, sure: float) -> Stretch:
    if offends:
        after_end = stretch.after_end + duration
        offending_after_end = stretch.offending_after_end + duration
        resumed = stretch.ending is not None and 2 * offending_after_end > after_end
        ending = None if resumed or stretch.ending is None else stretch.ending
        after_turn = stretch.after_turn + duration
        offending_after_turn = stretch.offending_after_turn + duration
        turned = offending_after_turn <= policy.end_share * after_turn
        return replace(
            stretch,
            lead=stretch.lead + duration,
            clear=stretch.clear + duration,
            offending=stretch.offending + duration,
            sure=stretch.sure + duration * sure,
            ending=ending,
            after_end=after_end if ending is not None else 0,
            offending_after_end=offending_after_end if ending is not None else 0,
            after_turn=after_turn if turned else 0,
            offending_after_turn=offending_after_turn if turned else 0,
        )
    return replace(
        stretch,
        lead=stretch.lead - duration,
        clear=stretch.clear + duration,
        ending=stretch.last if stretch.ending is None else stretch.ending,
        after_end=stretch.after_end + duration,
        after_turn=stretch.after_turn + duration,
    )


def _offending(subject: Subject, state: BreachState, at: StreamTime) -> tuple[BreachState, Event | None]:
    policy = subject.policy
    stretch = state.stretch
    if stretch is None or (stretch.lead < 0 and not stretch.begun):
        stretch = Stretch(at, at)
    else:
        stretch = replace(stretch, last=at, looks=stretch.looks + 1, innocent_looks=0)
    if not stretch.begun and _begins(policy, state.runs, at):
        stretch = replace(stretch, begun=True)
    state = replace(state, stretch=stretch)
    if not stretch.begun:
        return state, None
    if state.event is not None:
        return _continued(state, state.event, stretch), None
    lasted = stretch.clear >= policy.after and at - stretch.onset >= policy.spread
    if not lasted or stretch.looks < policy.min_looks or stretch.ending is not None:
        return state, None
    repeat = state.former is not None and stretch.onset - state.former[1] < policy.cool_down
    event = Event(
        event_id(subject.window, subject.rule, subject.rulebook, stretch.onset),
        subject.window,
        subject.rule,
        subject.rulebook,
        "open",
        stretch.onset,
        StreamTime(at - (stretch.clear - policy.after)),
        at,
        _confidence(stretch),
        state.former[0] if repeat and state.former is not None else None,
    )
    return replace(state, event=event), event


def _continued(state: BreachState, event: Event, stretch: Stretch) -> BreachState:
    """The open event goes on, or a breach that began within the merge gap after it takes it up again."""
    ended = stretch.ending is not None
    until = event.until if ended else stretch.last
    return replace(state, event=replace(event, until=until, confidence=_confidence(stretch)), over=False)


def _begins(policy: Policy, runs: tuple[tuple[int, int, bool], ...], at: StreamTime) -> bool:
    since = at - policy.window
    clear = offending = 0
    for start, end, offends in runs:
        duration = end - max(start, since)
        clear += duration
        if offends:
            offending += duration
    return clear >= policy.clear_share * policy.window and offending >= policy.begin_share * clear


def _innocent(policy: Policy, state: BreachState) -> tuple[BreachState, Event | None]:
    stretch = state.stretch
    if stretch is None:
        return state, None
    stretch = replace(stretch, looks=stretch.looks + 1, innocent_looks=stretch.innocent_looks + 1)
    by_time = (
        stretch.ending is not None
        and stretch.after_end >= policy.clear_after
        and stretch.offending_after_end <= policy.end_share * stretch.after_end
    )
    by_turn = stretch.after_turn >= policy.clear_after
    by_looks = policy.clear_looks is not None and stretch.innocent_looks >= policy.clear_looks
    ended = by_time or by_turn or by_looks
    if not ended and (stretch.begun or stretch.lead >= 0):
        return replace(state, stretch=stretch), None
    if state.event is None or state.over:
        return replace(state, stretch=None, runs=() if ended else state.runs), None
    end = stretch.last if stretch.ending is None else stretch.ending
    event = replace(state.event, until=end)
    return replace(state, stretch=None, runs=(), event=event, over=True), None


def _settled(policy: Policy, state: BreachState, at: StreamTime) -> tuple[BreachState, Event | None]:
    """An event that is over closes when no breach that began within its merge gap can still take it up."""
    event = state.event
    if event is None:
        return state, None
    limit = event.until + policy.merge_gap
    if at < limit or (state.stretch is not None and state.stretch.onset < limit):
        return state, None
    closed = replace(event, state="closed")
    return replace(state, event=None, over=False, former=(closed.id, closed.until)), closed


def _closed(state: BreachState, how: str) -> tuple[BreachState, Event | None]:
    """Nothing is followed any longer: duty has ended, or nothing could be judged for too long."""
    event, stretch = state.event, state.stretch
    empty = replace(state, stretch=None, event=None, over=False, runs=())
    if event is None:
        return empty, None
    until = stretch.ending if stretch is not None and not state.over and stretch.ending is not None else event.until
    ended = replace(event, state="interrupted" if how == "interrupted" and not state.over else "closed", until=until)
    return replace(empty, former=(ended.id, ended.until)), ended


def _confidence(stretch: Stretch) -> float:
    return round(stretch.sure / stretch.clear, 3) if stretch.clear else 0.0


def to_json(state: BreachState) -> dict[str, Any]:
    """The state as plain values, to be kept across a restart."""
    return {
        "version": STATE_VERSION,
        "last_at": state.last_at,
        "offends": state.offends,
        "sure": state.sure,
        "clear_at": state.clear_at,
        "runs": [list(run) for run in state.runs],
        "stretch": _fields(state.stretch),
        "event": _fields(state.event),
        "over": state.over,
        "former": list(state.former) if state.former else None,
    }


def from_json(values: object) -> BreachState | None:
    """The state that ``to_json`` made the values of; None where another version did, or they are spoilt."""
    if not isinstance(values, Mapping) or values.get("version") != STATE_VERSION:
        return None
    if any(one.name not in values for one in fields(BreachState)):
        return None
    try:
        return _STATE.validate_python(values)
    except ValidationError:
        return None


def event_in(values: object) -> Event | None:
    """The event that state holds which cannot be read as a whole, ended; None where it holds none that can be read."""
    if not isinstance(values, Mapping):
        return None
    try:
        event = _EVENT.validate_python(values.get("event"))
    except ValidationError:
        return None
    return replace(event, state="closed" if values.get("over") is True else "interrupted")


def _fields(value: Stretch | Event | None) -> dict[str, Any] | None:
    return None if value is None else {name: getattr(value, name) for name in value.__slots__}
