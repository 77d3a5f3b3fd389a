"""Stream time: the UTC instant of a picture, in whole microseconds, so that differences are exact."""

from datetime import UTC, datetime, timedelta
from typing import NewType

__all__ = ["SECOND", "StreamTime", "from_datetime", "iso", "seconds", "to_datetime"]

StreamTime = NewType("StreamTime", int)
"""Microseconds since 1970-01-01T00:00:00 UTC."""

SECOND = 1_000_000
"""One second of stream time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_datetime(moment: datetime) -> StreamTime:
    """The stream time of an aware ``moment``; a naive one raises ValueError, since its zone would be a guess."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no UTC offset")
    return StreamTime((moment - _EPOCH) // timedelta(microseconds=1))


def to_datetime(at: StreamTime) -> datetime:
    """``at`` as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def iso(at: StreamTime) -> str:
    """``at`` as ISO 8601 in UTC with milliseconds: ``2026-01-05T01:00:00.000Z``."""
    return to_datetime(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(duration: float) -> int:
    """A duration in seconds as microseconds of stream time, rounded."""
    return round(duration * SECOND)
