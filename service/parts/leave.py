"""Registered leave entry by entry: what each is called, which are over, and how one ends before its time."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal

from service.settings import LeaveSettings, Settings
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["ended", "named", "recent", "standing"]

_KEPT: Final = 62 * 86400 * SECOND

Standing = Literal["coming", "running", "over"]


def named(entries: Iterable[LeaveSettings]) -> dict[str, LeaveSettings]:
    """Every entry by its id.

    The id is made of whose it is, from when on, of what and by whom, so that it stays when the entry is ended early;
    a further one of the same has a number behind it.
    """
    found: dict[str, LeaveSettings] = {}
    alike: Counter[str] = Counter()
    for entry in entries:
        of = json.dumps([sorted(entry.windows), sorted(entry.rules), entry.begins.isoformat(), entry.by])
        id_ = hashlib.sha256(of.encode()).hexdigest()[:12]
        alike[id_] += 1
        found[id_ if alike[id_] == 1 else f"{id_}-{alike[id_]}"] = entry
    return found


def standing(entry: LeaveSettings, settings: Settings, now: StreamTime) -> Standing:
    """Whether ``entry`` holds at ``now``, or is yet to come, or over; being away is over with its limit."""
    leave = entry.leave(settings.hall.zone)
    if now < leave.begins:
        return "coming"
    return "running" if now < leave.over else "over"


def recent(entries: Iterable[LeaveSettings], settings: Settings, now: StreamTime) -> list[LeaveSettings]:
    """``entries`` without those over for longer than a month and its review take; older versions have them.

    So a part to which somebody adds every day does not grow for good.
    """
    zone = settings.hall.zone
    return [entry for entry in entries if now < entry.leave(zone).over + _KEPT]


def ended(entry: LeaveSettings, settings: Settings, now: StreamTime) -> LeaveSettings | None:
    """``entry`` ended at ``now``, so that what it excused until then stays so; one that is over stays as it is.

    None where it has not begun, or only just, and can go altogether.
    """
    if standing(entry, settings, now) == "over":
        return entry
    zone = settings.hall.zone
    if now < entry.leave(zone).begins + SECOND:
        return None
    offset = entry.begins.tzinfo if isinstance(entry.begins, datetime) else None
    at = to_datetime(now).astimezone(offset or zone).replace(microsecond=0)
    values: dict[str, Any] = entry.model_dump(by_alias=True, exclude_unset=True)
    return LeaveSettings(**{**values, "to": at if offset is not None else at.replace(tzinfo=None)})
