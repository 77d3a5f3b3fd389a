"""What the API says and takes: the shapes that pages and other programs are written against."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from service.evidence.retention import VerdictWord

__all__ = [
    "BoxOut",
    "BreachOut",
    "CameraOut",
    "ClipOut",
    "ConditionOut",
    "EscalationOut",
    "EventDetailOut",
    "EventOut",
    "EventPageOut",
    "EvidenceFileOut",
    "EvidenceOut",
    "ExportIn",
    "HallOut",
    "HealthOut",
    "HoldIn",
    "HoldOut",
    "IngestIn",
    "IngestOut",
    "JournalOut",
    "JournalRowOut",
    "KeyFrameOut",
    "LiveOut",
    "MissingOut",
    "ObservationsOut",
    "RuleOut",
    "RulebookOut",
    "RunOut",
    "TextOut",
    "UpkeepOut",
    "VerdictIn",
    "VerdictOut",
    "VerdictWord",
    "WaitingOut",
    "WindowOut",
    "WindowStatus",
    "WorkerOut",
    "ZonesIn",
    "ZonesOut",
]

WindowStatus = Literal["on_post", "empty", "unsure", "unknown", "off_duty", "exempt", "closed", "no_calendar"]
"""``unsure``: the picture is fine, but whether somebody is there cannot be told. ``unknown`` and
``closed``: see ``reason``."""

Moment = str
"""ISO 8601 with the offset of the hall's time zone, milliseconds."""


class TextOut(BaseModel):
    zh: str
    en: str


class HallOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "hall", "name": "政务服务大厅一层", "time_zone": "Asia/Shanghai"}]}
    )

    id: str
    name: str
    time_zone: str


class BreachOut(BaseModel):
    """A rule being offended now; ``event`` once it has lasted ``after_s`` and so is one.

    ``severity`` is the one that holds now: an event's rises with the rule's steps while it is open.
    """

    rule: str
    name: TextOut
    severity: str
    signal: str
    asks: str
    after_s: float
    since: Moment
    event: str | None


class WindowOut(BaseModel):
    """A window and how it stands now. ``since`` is when ``status`` began, None when nothing is known yet."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "w3",
                    "name": "3号",
                    "hall": "hall",
                    "camera": "cam3",
                    "status": "empty",
                    "since": "2026-11-20T10:19:24.000+08:00",
                    "reason": None,
                    "staff_count": 0,
                    "breaches": [],
                }
            ]
        }
    )

    id: str
    name: str
    hall: str
    camera: str
    status: WindowStatus
    since: Moment | None
    reason: str | None
    staff_count: int | None
    breaches: list[BreachOut]


class BoxOut(BaseModel):
    """A box in pixels of the camera's picture (``CameraOut.size``), xyxy."""

    label: str
    box: tuple[float, float, float, float]
    score: float
    track: int | None = None
    window: str | None = None


class CameraOut(BaseModel):
    """A camera and how it does now. ``picture_at`` changes with every picture that can be fetched."""

    id: str
    name: str
    hall: str
    source: str
    windows: list[str]
    reason: str | None
    trouble: str | None
    recording_trouble: str | None
    size: tuple[int, int] | None
    codec: str | None
    fps: float | None
    looks_per_s: float | None
    latency_ms: float | None
    picture_at: Moment | None
    boxes: list[BoxOut]


class WorkerOut(BaseModel):
    """``beat_s``: seconds since it was last heard of. ``waiting``: messages in its spool not delivered yet."""

    id: str
    state: Literal["starting", "running", "restarting", "lost"]
    pid: int | None
    restarts: int
    beat_s: float | None
    waiting: int | None
    trouble: str | None


class UpkeepOut(BaseModel):
    """Something of the service's own upkeep that needs a person: ``code`` and ``figures`` for pages, and a sentence."""

    code: str
    text: str
    figures: dict[str, Any]


class HealthOut(BaseModel):
    """``status`` is degraded while anything needs a person; ``troubles`` says what, one sentence each.

    ``upkeep``: those of them that concern the evidence that is kept, and what was edited.
    """

    status: Literal["ok", "degraded"]
    troubles: list[str]
    upkeep: list[UpkeepOut]
    cameras_ok: int
    cameras: int
    looks_per_s: float
    disk_free_mb: int
    disk_used_share: float
    model: str
    rulebook: str
    workers: list[WorkerOut]


class LiveOut(BaseModel):
    """Everything that changes from second to second; also the WebSocket's ``state`` message."""

    type: Literal["state"] = "state"
    at: Moment
    windows: list[WindowOut]
    cameras: list[CameraOut]
    health: HealthOut


class MissingOut(BaseModel):
    """A piece of evidence that could not be made, and why: a sentence, and for pages a code with its figures.

    ``code`` is nothing_recorded, begins_late, ends_early, gap, no_copy, no_picture, not_encoded, camera_unknown,
    rule_unknown or added_up; None where an older version wrote it.
    """

    what: str
    why: str
    code: str | None
    seconds: float | None
    at: Moment | None


class EvidenceFileOut(BaseModel):
    name: str
    url: str
    sha256: str
    bytes: int


class ClipOut(BaseModel):
    """A clip; ``start`` is its second 0. ``is_copy``: in H.264, since not every browser plays the original."""

    url: str
    start: Moment
    end: Moment
    is_copy: bool


class KeyFrameOut(BaseModel):
    """A picture of the evidence. ``kind`` is begin, satisfied, strongest (the surest look), end, or minute.

    ``boxes``: the zones and what was seen are drawn on it.
    """

    url: str
    at: Moment
    kind: str
    boxes: bool


class EvidenceOut(BaseModel):
    """``complete``: the last version, with the end of the event in it. ``clip_start`` is second 0 of the clip.

    ``last_clip``: the end of an event that lasted longer than the clip. ``pictures``: those without boxes. ``row``: the
    journal's row that names its manifest. ``kept_until``: when retention takes the files, None where it does not (a
    legal hold, an open event); ``deleted_at`` and ``deleted_why`` once it has.
    """

    complete: bool
    row: int | None
    deleted_at: Moment | None
    deleted_why: str | None
    kept_until: Moment | None
    clip: str | None
    clip_start: Moment | None
    clip_end: Moment | None
    clip_is_copy: bool
    last_clip: ClipOut | None
    track: str | None
    pictures: list[str]
    key_frames: list[KeyFrameOut]
    missing: list[MissingOut]
    files: list[EvidenceFileOut]


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


def _readable(text: str) -> str:
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        raise ValueError("it holds control characters; write it in words")
    return text


By = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_readable)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_readable)]


class VerdictIn(BaseModel):
    """A verdict; ``by``: who gives it, ``why`` is needed to dismiss. ``pending`` takes one back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"verdict": "dismissed", "by": "王主任", "why": "有人替岗"}]},
    )

    verdict: VerdictWord
    by: By
    why: Why = ""


class ExportIn(BaseModel):
    """An export of an event's evidence; ``by``: who takes it out of the house, ``why``: what it is needed for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"by": "王主任", "why": "申诉复核", "format": "zip"}]}
    )

    by: By
    why: Why = ""
    format: Literal["zip", "pdf"] = "zip"


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
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


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


class WaitingOut(BaseModel):
    """A window at which a rule cannot be judged before ``zone`` is drawn."""

    window: str
    zone: str


class RuleOut(BaseModel):
    """``origins``: where a parameter comes from that is not the shipped one: zaigang.yaml, edited v3, follows after.

    ``waits``: where nobody can judge it, since a zone is not drawn.
    """

    id: str
    name: TextOut
    text: TextOut
    severity: str
    state: str
    sources: list[str]
    parameters: dict[str, Any]
    origins: dict[str, str]
    waits: list[WaitingOut]


class UnjudgedOut(BaseModel):
    """A rule of the sources that nothing here can judge, and what that would take."""

    id: str
    name: TextOut
    text: TextOut
    sources: list[str]
    needs: TextOut


class RulebookOut(BaseModel):
    version: str
    rules: list[RuleOut]
    unjudged: list[UnjudgedOut]


class JournalRowOut(BaseModel):
    """A row of the journal. ``kind`` is manifest, verdict, hold, release, export or deleted; ``body`` says the rest."""

    n: int
    at: Moment
    kind: str
    event: str | None
    body: dict[str, Any]
    hash: str


class JournalOut(BaseModel):
    """Rows, oldest first; ``next`` is the value of ``after`` for the following page, None on the last.

    ``reach``: the number of the last row. ``key``: the fingerprint of the site's key, which signs the chain's head.
    """

    rows: list[JournalRowOut]
    next: int | None
    reach: int
    key: str


class ZonesIn(BaseModel):
    """Zones in pixels of a picture of ``size``: a box (4 numbers) or a polygon (6 or more) each."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"size": [1280, 720], "zones": {"staff": [300, 180, 860, 180, 900, 560, 250, 560]}}]
        },
    )

    size: tuple[int, int]
    zones: dict[str, list[float]] = Field(min_length=1)


class ZonesOut(BaseModel):
    """``origin``: given in zaigang.yaml (then it is changed there), drawn in the page, or the whole picture.

    ``size`` is that of the picture they were drawn on, None where they were not drawn. ``asked_by``: rules that can be
    judged only where a zone is drawn, by zone.
    """

    window: str
    zones: dict[str, list[float]]
    size: tuple[int, int] | None
    origin: Literal["file", "page", "whole_picture"]
    version: int | None
    asked_by: dict[str, list[TextOut]]


class RunOut(BaseModel):
    """``value`` was answered at every look from ``since`` to before ``until``."""

    since: Moment
    until: Moment
    value: bool | int | str


class ObservationsOut(BaseModel):
    """``answers``: by name the stretches of one answer; in between nobody could tell, or nobody looked."""

    window: str
    since: Moment
    until: Moment
    answers: dict[str, list[RunOut]]
    unreadable_lines: int


class IngestIn(BaseModel):
    """One message of a worker's spool; ``seq`` only grows. Repeating a message changes nothing."""

    model_config = ConfigDict(extra="forbid")

    worker: str
    seq: int
    kind: Literal["event", "evidence"]
    body: dict[str, Any]


class IngestOut(BaseModel):
    seq: int
    changed: bool
