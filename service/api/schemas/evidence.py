"""An event's evidence, and the journal of all that happened to it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from service.api.schemas.words import By, Moment, Why

__all__ = [
    "ClipOut",
    "EvidenceFileOut",
    "EvidenceOut",
    "ExportIn",
    "JournalOut",
    "JournalRowOut",
    "KeyFrameOut",
    "MissingOut",
]


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


class ExportIn(BaseModel):
    """An export of an event's evidence; ``by``: who takes it out of the house, ``why``: what it is needed for.

    ``reasons``: with the free text of verdicts, which may name people.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"by": "王主任", "why": "申诉复核", "format": "zip"}]}
    )

    by: By
    why: Why = ""
    format: Literal["zip", "pdf"] = "zip"
    reasons: bool = False


class JournalRowOut(BaseModel):
    """A row of the journal; ``body`` says the rest.

    ``kind`` is manifest, adopted, verdict, hold, release, export, deleted or revision.
    """

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
