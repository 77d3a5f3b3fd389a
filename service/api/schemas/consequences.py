"""What the API says of a month's consequences."""

from typing import Literal

from pydantic import BaseModel

from service.api.schemas import Moment, TextOut

__all__ = ["AccountOut", "ConsequencesOut", "HalfDayOut", "LineOut", "RungOut"]


class RungOut(BaseModel):
    """A step of the ladder: what the ``at``-th breach of a month leads to, and the sentence of the sources."""

    at: int
    name: TextOut
    text: TextOut
    sources: list[str]


class LineOut(BaseModel):
    """One upheld event and what it counts for.

    ``breaches``: those of the month up to and with it. ``rung``: the step that it leads to, None where it does not
    count. ``uncounted``: notice, repeat or same_act, ``counted_by`` the event that counts for it. ``unnamed``: why it
    counts for the window where people are asked for: nobody_rostered, several_rostered or handed_over.
    """

    event: str
    window: str
    window_name: str
    rule: str
    name: TextOut
    severity: str
    started_at: Moment
    until: Moment
    breaches: int
    rung: int | None
    uncounted: Literal["notice", "repeat", "same_act"] | None
    counted_by: str | None
    unnamed: Literal["nobody_rostered", "several_rostered", "handed_over"] | None
    says: TextOut


class HalfDayOut(BaseModel):
    """Half a day's absence: which events make it. ``nth`` of the month, None while some are lacking to ``needed``."""

    nth: int | None
    needed: int
    events: list[str]
    sources: list[str]
    says: TextOut


class AccountOut(BaseModel):
    """All that the month has brought one window or person; ``rung`` is how far up the ladder that leads.

    ``late``, ``early``: upheld events of rules that judge a shift's begin or end. ``pending``: events that still wait
    for a verdict, and would count here.
    """

    kind: Literal["window", "person"]
    id: str
    name: str
    breaches: int
    rung: int | None
    late: int
    early: int
    half_days: int
    pending: int
    lines: list[LineOut]
    absences: list[HalfDayOut]
    says: TextOut


class ConsequencesOut(BaseModel):
    """What a month's upheld events lead to, from ``since`` to before ``until``; nothing of it is stored."""

    month: str
    since: Moment
    until: Moment
    by: Literal["window", "person"]
    rulebook: str
    ladder: list[RungOut]
    upheld: int
    pending: int
    dismissed: int
    accounts: list[AccountOut]
    says: TextOut
