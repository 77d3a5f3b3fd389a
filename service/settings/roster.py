"""Who an administrator has entered for which window: the only way in which a person is ever named."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.rules.duty.roster import Rostered
from service.said import one_line
from service.settings.moments import Moment, begin_of, check_order, end_of
from service.settings.strict import Strict

__all__ = ["RosterEntry"]


def _name(given: object) -> object:
    """A staff number that YAML or a sheet takes for a number is a name all the same."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


class RosterEntry(Strict):
    """A person (a name or staff number) at a window; a date means the whole day, ``to`` included."""

    person: Annotated[
        str, BeforeValidator(_name), Field(min_length=1, max_length=40, pattern=r"\S"), AfterValidator(one_line)
    ]
    window: str
    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")

    @model_validator(mode="after")
    def _ends_later(self) -> "RosterEntry":
        check_order(self.begins, self.ends)
        return self

    def rostered(self, zone: ZoneInfo) -> Rostered:
        """The entry in stream time, by the clock of ``zone``."""
        return Rostered(self.person.strip(), self.window, begin_of(self.begins, zone), end_of(self.ends, zone))
