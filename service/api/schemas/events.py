"""Events, in lists and whole, and what people say of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from service.api.schemas.evidence import EvidenceOut
from service.api.schemas.words import By, Moment, TextOut, Why
from service.rules.event import VerdictWord

__all__ = [
    "ConditionOut",
    "EscalationOut",
    "EventDetailOut",
    "EventOut",
    "EventPageOut",
    "HoldIn",
    "HoldOut",
    "VerdictIn",
    "VerdictOut",
]


class ConditionOut(BaseModel):
    """What a rule asks and by which figures, in seconds: it offends where ``signal`` answers ``answer``, or is over.

    ``asks`` is the word for it: the signal's, or that of a part of the shift (late, early, absence).
    """

    signal: str
    asks: str
    answer: bool | None
    over: int | None
    after_s: float
    window_s: float
    begin_share: float
    end_share: float
    clear_share: float
    clear_after_s: float
    max_silence_s: float


class EscalationOut(BaseModel):
    """A step of an event's rule: from ``at`` on, ``after_s`` after it began, it weighs ``severity``, if it lasts."""

    after_s: float
    severity: str
    at: Moment
    reached: bool


class EventOut(BaseModel):
    """An event in a list. ``until`` is its end, or the last offending look so far while it is open.

    ``severity`` is the one that holds: that of the last step of ``escalation`` that was reached, else the rule's own.
    """

    id: str
    window: str
    window_name: str
    rule: str
    name: TextOut
    severity: str
    escalation: list[EscalationOut]
    condition: ConditionOut
    state: Literal["open", "closed", "interrupted"]
    started_at: Moment
    satisfied_at: Moment
    until: Moment
    ended_at: Moment | None
    duration_s: float
    confidence: float
    repeat_of: str | None
    verdict: VerdictWord
    rulebook: str
    poster: str | None
    has_clip: bool


class EventPageOut(BaseModel):
    """Newest first; ``next`` is the value of ``before`` for the following page, None on the last.

    ``newer`` is the value of ``after`` for the page before this one, None on the first.
    """

    events: list[EventOut]
    next: str | None
    newer: str | None


class VerdictIn(BaseModel):
    """A verdict; ``by``: who gives it, ``why`` is needed to dismiss. ``pending`` takes one back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"verdict": "dismissed", "by": "王主任", "why": "有人替岗"}]},
    )

    verdict: VerdictWord
    by: By
    why: Why = ""


class VerdictOut(BaseModel):
    """A verdict as it was given."""

    verdict: VerdictWord
    by: str
    why: str
    at: Moment


class HoldIn(BaseModel):
    """A legal hold to be set or ended; ``why`` says what for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"held": True, "by": "王主任", "why": "申诉中"}]}
    )

    held: bool
    by: By
    why: Annotated[Why, StringConstraints(min_length=1)]


class HoldOut(BaseModel):
    """The legal hold that keeps an event's evidence from being deleted."""

    by: str
    why: str
    at: Moment


class EventDetailOut(EventOut):
    """An event with all that explains it. ``parameters`` are the rule's figures as they were judged by."""

    text: TextOut
    sources: list[str]
    parameters: dict[str, Any]
    camera: str
    camera_name: str
    zones: dict[str, list[float]]
    size: tuple[int, int] | None
    model: dict[str, Any] | None
    evidence: EvidenceOut | None
    verdicts: list[VerdictOut]
    hold: HoldOut | None
    newer: str | None
    older: str | None
