"""Leave as it is registered: whose, from when to when, by whom, and what for."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from service.rules.duration import Duration
from service.rules.duty.leave import Leave
from service.said import one_line
from service.settings.moments import Moment, begin_of, check_order, end_of
from service.settings.strict import Strict
from vision.streamtime import seconds

__all__ = ["LeaveSettings"]


class LeaveSettings(Strict):
    """Leave that somebody has registered; times are the hall's unless they carry an offset of their own."""

    windows: tuple[str, ...] = ()
    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")
    rules: tuple[str, ...] = ()
    limit: Duration = Field(default=1800.0, gt=0)
    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(one_line)]
    why: Annotated[str, Field(max_length=200), AfterValidator(one_line)] = ""

    @model_validator(mode="after")
    def _ends_later(self) -> "LeaveSettings":
        check_order(self.begins, self.ends)
        if not self.rules and not isinstance(self.begins, datetime) and "limit" not in self.model_fields_set:
            raise ValueError(
                "it would end 30 min after midnight: write from and to with times, give a limit such as 24h, "
                "or close the window with duty.closed"
            )
        return self

    def leave(self, zone: ZoneInfo) -> Leave:
        """The entry in stream time, by the clock of ``zone``."""
        return Leave(
            begin_of(self.begins, zone),
            end_of(self.ends, zone),
            frozenset(self.windows),
            frozenset(self.rules),
            seconds(self.limit),
            self.by,
            self.why,
        )
