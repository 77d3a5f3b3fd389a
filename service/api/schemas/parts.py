"""What the API says and takes of the parts that are edited while the site runs."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.api.schemas import By, Moment, Why

__all__ = [
    "BookChangeOut",
    "ChangeOut",
    "DutyDayOut",
    "HistoryOut",
    "ImportOut",
    "LeaveOut",
    "PartIn",
    "PartOut",
    "ProposalOut",
    "RevisionOut",
    "SpellOut",
    "VersionOut",
    "WhyChanged",
    "WornDaysOut",
]

WhyChanged = Annotated[Why, StringConstraints(min_length=1)]


class PartIn(BaseModel):
    """A part as it shall be. ``base`` is the version that it was made from, 0 where there is none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "content": {
                        "hall": {"leave_post": {"after": "3min"}},
                        "windows": {"w3": {"phone_use": {"after": "20s"}}},
                    },
                    "by": "王主任",
                    "why": "试行三分钟",
                    "base": 4,
                }
            ]
        },
    )

    content: dict[str, Any]
    by: By
    why: WhyChanged
    base: int = Field(ge=0)


class RevisionOut(BaseModel):
    """A version in the history."""

    version: int
    by: str
    why: str
    saved_at: Moment


class PartOut(BaseModel):
    """A part as it is now: what was edited, what zaigang.yaml says, and what both come to.

    ``version`` is 0 and the rest of the edit None where nothing was edited. ``troubles``: what of any edit does not fit
    any longer.
    """

    part: str
    version: int
    by: str | None
    why: str | None
    saved_at: Moment | None
    content: dict[str, Any]
    file: dict[str, Any]
    effective: dict[str, Any]
    troubles: list[str]


class ChangeOut(BaseModel):
    """A key that is another one in force, for ``windows``: rule.key, a key of duty, leave.ID, roster.WINDOW or
    uniform_timetable.FROM/TO.
    """

    key: str
    old: Any
    new: Any
    windows: list[str]


class VersionOut(RevisionOut):
    """A version with its content; to bring it back, PUT the content as the next one.

    ``changes``: what it changed of the version before, laid over zaigang.yaml and the other parts as they are now.
    ``troubles``: what of it does not fit there any longer.
    """

    part: str
    content: dict[str, Any]
    changes: list[ChangeOut]
    troubles: list[str]


class BookChangeOut(BaseModel):
    """Windows that are judged by another version of the rulebook."""

    windows: list[str]
    old: str
    new: str


class SpellOut(BaseModel):
    """A stretch of a day by the hall's clock; where there is none the window is off duty."""

    begins: str
    ends: str
    duty: Literal["on", "exempt", "closed", "no_calendar"]


class DutyDayOut(BaseModel):
    """A day, of today and the two weeks that follow, that is not as it was at ``windows``."""

    day: str
    windows: list[str]
    old: list[SpellOut]
    new: list[SpellOut]


class WornDaysOut(BaseModel):
    """The days from ``first`` to ``last``, which ask for ``new`` uniforms instead of ``old``; where none are named,
    nobody can tell who goes without. All windows are judged by the same.
    """

    first: str
    last: str
    old: list[str]
    new: list[str]


class ProposalOut(BaseModel):
    """What a change does, or on a dry run would do. ``version`` is the one in force afterwards.

    ``saved`` is false on a dry run, and where the part says just that already. ``interrupts``: open events that end as
    interrupted, since another rulebook judges on; ``closes``: open events whose window is not on duty any longer.
    """

    part: str
    version: int
    saved: bool
    content: dict[str, Any]
    changes: list[ChangeOut]
    rulebooks: list[BookChangeOut]
    duty: list[DutyDayOut]
    worn: list[WornDaysOut]
    interrupts: int
    closes: int


class ImportOut(ProposalOut):
    """What a table does, or on a dry run would do. ``rows``: how many were taken; ``notes``: what was passed over."""

    rows: int
    notes: list[str]


class HistoryOut(BaseModel):
    """Newest first; ``next`` is the value of ``before`` for the following page, None on the last."""

    versions: list[RevisionOut]
    next: int | None


class LeaveOut(BaseModel):
    """Registered leave. ``origin`` file: it stands in zaigang.yaml and is changed there.

    ``limit_s`` is how long being away is excused at most; it means nothing where ``rules`` are named.
    """

    model_config = ConfigDict(populate_by_name=True)

    id: str
    origin: Literal["file", "edited"]
    standing: Literal["coming", "running", "over"]
    windows: list[str]
    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")
    rules: list[str]
    limit_s: float
    by: str
    why: str
