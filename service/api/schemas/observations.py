"""What looks answered over time."""

from pydantic import BaseModel

from service.api.schemas.words import Moment

__all__ = ["ObservationsOut", "RunOut"]


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
