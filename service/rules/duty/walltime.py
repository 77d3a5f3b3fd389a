"""Times by a hall's clock as moments of stream time, also where clocks are put forward or back.

A time that clocks jump over is the moment of the jump, so that what is between two such times is never negative. A time
that comes twice is the first of both unless the second is asked for, as RFC 5545 (3.3.5) has it.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from vision.streamtime import StreamTime, from_datetime

__all__ = ["moment"]

_SECOND: Final = timedelta(seconds=1)


def moment(local: datetime, zone: ZoneInfo, second: bool = False) -> StreamTime:
    """When clocks of ``zone`` show ``local``, a datetime without offset; of two such moments the ``second``."""
    found = local.replace(tzinfo=zone, fold=int(second)).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0):
        return from_datetime(found)
    return from_datetime(_jump(local, zone))


def _jump(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which clocks of ``zone`` jump over ``local``, to the second."""
    before, after = sorted(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    before = before.replace(microsecond=0)
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return before + _SECOND
