"""What a shift as a whole says of a post: who came late, who left early, and for how long it was vacant in all.

A rule of a shift asks the same as `leave_post`, at another time of the shift:

begin: from the shift's begin until somebody has come. Where nobody looked when it began, nobody can tell who was late.
end: whatever vacancy lasts until the shift has ended. It is known only then.
sum: the vacancies of one shift that became events, added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from service.rules.breach import Subject
from service.rules.duty import Span
from service.rules.event import Event, event_id
from vision.streamtime import SECOND, StreamTime

__all__ = ["NO_SHIFT", "ShiftState", "added_up", "from_json", "looked", "lost", "seen_through", "to_json"]

_FROM_THE_BEGIN: Final = 30 * SECOND  # whoever looks first so long after a shift has begun has not seen it begin
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ShiftState:
    """What is remembered of one window's shift, the present one or the last.

    span: its begin and end; None before any. first_clear: the first look that could tell. present: clear time in which
    somebody was there. last_at, occupied: the latest look. absent, onset: the time and the first onset of the absences
    that are over, ``counted`` the last of them. event: the open event of the sum.
    """

    span: Span | None = None
    first_clear: StreamTime | None = None
    present: int = 0
    last_at: StreamTime | None = None
    occupied: bool | None = None
    absent: int = 0
    onset: StreamTime | None = None
    counted: StreamTime | None = None
    event: Event | None = None

    @property
    def seen_from_its_begin(self) -> bool | None:
        """Whether somebody looked when the shift began; None as long as that may still be."""
        if self.span is None or self.last_at is None:
            return False
        if self.first_clear is None:
            return None if self.last_at - self.span[0] <= _FROM_THE_BEGIN else False
        return self.first_clear - self.span[0] <= _FROM_THE_BEGIN

    def is_over(self, at: StreamTime) -> bool:
        """Whether there was a shift, and it has ended by ``at``."""
        return self.span is not None and at >= self.span[1]

    def attended(self, needed: int) -> bool:
        """Whether somebody has come in this shift and stayed for ``needed``."""
        return self.present >= needed

    def goes_on_in(self, span: Span | None) -> bool:
        """Whether ``span`` is this shift with other hours: they were changed while it lasted."""
        if self.span is None or span is None or self.last_at is None:
            return False
        return self.span[0] <= self.last_at < self.span[1] and span[0] <= self.last_at


NO_SHIFT: Final = ShiftState()
_STATE: Final = TypeAdapter(ShiftState)


def looked(
    state: ShiftState, span: Span | None, at: StreamTime, occupied: bool | None, silence: int
) -> tuple[ShiftState, Event | None]:
    """The state after a look at ``at`` in the shift ``span``, and the event of the sum if the shift's end closed it.

    A look counts until the next one, ``silence`` at most. Off duty, ``span`` None, the last shift is kept. One whose
    hours are changed while it lasts stays the same shift.
    """
    closed = None
    if span is not None and span != state.span and state.goes_on_in(span):
        state = replace(state, span=span)
    if state.event is not None and state.is_over(at):
        closed = replace(state.event, state="closed")
        state = replace(state, event=None)
    if span is None:
        return replace(state, last_at=at, occupied=None), closed
    if span != state.span:
        state = ShiftState(span)
    present = state.present
    if state.occupied and state.last_at is not None:
        present += min(at, state.last_at + silence) - state.last_at
    first = state.first_clear if state.first_clear is not None or occupied is None else at
    return ShiftState(span, first, present, at, occupied, state.absent, state.onset, state.counted, state.event), closed


def lost(state: ShiftState, absence: Event) -> ShiftState:
    """An absence of this shift is over and counts."""
    if state.span is None or absence.started_at < state.span[0]:
        return state
    if state.counted is not None and absence.started_at <= state.counted:
        return state  # judged again after a restart
    onset = absence.started_at if state.onset is None else state.onset
    absent = state.absent + absence.until - absence.started_at
    return replace(state, absent=absent, onset=onset, counted=absence.started_at)


def added_up(subject: Subject, state: ShiftState, running: Event | None) -> tuple[ShiftState, Event | None]:
    """The state after an offending look, and the event of the sum if it has opened; ``running`` is the open absence."""
    if state.span is None or running is None:
        return state, None
    total = state.absent + running.until - running.started_at
    if state.event is not None:
        return replace(state, event=replace(state.event, until=running.until)), None
    if total < subject.policy.after:
        return state, None
    onset = running.started_at if state.onset is None else state.onset
    event = Event(
        event_id(subject.window, subject.rule, subject.rulebook, onset),
        subject.window,
        subject.rule,
        subject.rulebook,
        "open",
        onset,
        StreamTime(running.until - (total - subject.policy.after)),
        running.until,
        running.confidence,
    )
    return replace(state, event=event), event


def seen_through(event: Event, end: StreamTime, silence: int) -> Event | None:
    """The vacancy ``event`` as one that lasted until the shift ended at ``end``; None where that was not seen."""
    if event.state == "interrupted" or event.until + silence < end:
        return None
    return replace(event, state="closed", satisfied_at=event.until)


def to_json(state: ShiftState) -> dict[str, Any]:
    """The state as plain values, to be kept across a restart."""
    values: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return {"version": _VERSION, **values}


def from_json(values: object) -> ShiftState | None:
    """The state that ``to_json`` made the values of; None where another version did, or they are spoilt."""
    if not isinstance(values, Mapping) or values.get("version") != _VERSION:
        return None
    try:
        return _STATE.validate_python({key: value for key, value in values.items() if key != "version"})
    except ValidationError:
        return None
