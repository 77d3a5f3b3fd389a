"""What a request names and a type cannot check: moments with their offset, in years that there are."""

from datetime import datetime
from typing import Final

from service.api.errors import ApiError
from vision.streamtime import StreamTime, from_datetime

__all__ = ["moment_asked"]

_YEARS: Final = range(1970, 2200)


def moment_asked(given: datetime, field: str) -> StreamTime:
    """The moment that ``field`` of a request names; ApiError 422 where it has no offset or lies out of reach."""
    if given.tzinfo is None:
        raise ApiError(422, "bad_input", f"{field}: give the UTC offset too, as 2026-01-05T09:00:00+08:00", field)
    if given.year not in _YEARS:
        raise ApiError(422, "bad_input", f"{field}: the year must be {_YEARS[0]} to {_YEARS[-1]}", field)
    return from_datetime(given)
