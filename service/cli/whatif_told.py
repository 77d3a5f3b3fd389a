"""What `zaigang whatif` tells on a terminal: how far it can be trusted, every event that differs, and the sums."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from rich.table import Table

from service.cli.tables import say, show, table
from service.rules.event import Event
from service.whatif import KINDS, Answer, Difference, Kind, Tally
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["local", "tell"]

_SAID: Final[Mapping[Kind, str]] = {
    "same": "不变 same",
    "only_now": "不再有 gone",
    "only_then": "新增 new",
    "merged": "并入 merged",
    "split": "拆分 split",
    "longer": "变长 longer",
    "shorter": "变短 shorter",
    "moved": "移动 moved",
    "alert": "提醒 alert",
    "severity": "程度 severity",
}


def tell(given: Answer, every: bool) -> None:
    """Print the answer; events that stay the same only where ``every`` one is asked for."""
    if not given.rules:
        say("nothing would be different: both books judge alike")
        return
    for line in _about(given):
        say(line)
    shown = [one for one in given.differences if every or one.kind != "same"]
    if shown:
        show(_events(shown, given))
    if all(one.kind == "same" for one in given.differences):
        watched = any(given.watched_h.values())
        say("nothing would be different" if watched else "nobody can tell: no look on duty is known of this span")
    if given.differences:
        show(_sums(given.tallies))


def local(at: StreamTime, zone: ZoneInfo) -> str:
    """A moment by the hall's clock, to the second."""
    return f"{to_datetime(at).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _about(given: Answer) -> list[str]:
    """What was judged, how far the log reaches, and whether what is judged again agrees with what was recorded."""
    zone, span = given.question.settings.hall.zone, given.question.span
    lines = [] if span is None else [f"from {local(span.since, zone)} to {local(span.until, zone)}"]
    names = ", ".join(sorted({rule for rules in given.rules.values() for rule in rules}))
    lines.append(f"rules that differ: {names}")
    lines.append(f"{len(given.rules)} windows, looked at for {sum(given.watched_h.values()):.1f} h on duty")
    for days, windows in _alike(given.without).items():
        lines.append(f"no log of {', '.join(windows)} on {', '.join(day.isoformat() for day in days)}")
    if given.unreadable:
        lines.append(f"{given.unreadable} lines of the log cannot be read and were passed over")
    return [*lines, _agreement(given)]


def _alike(without: Mapping[WindowId, Iterable[date]]) -> dict[tuple[date, ...], list[WindowId]]:
    found: dict[tuple[date, ...], list[WindowId]] = {}
    for window, days in without.items():
        found.setdefault(tuple(days), []).append(window)
    return found


def _agreement(given: Answer) -> str:
    one = given.recorded
    if one is None:
        return f"compared with no recorded events: {given.no_record}"
    told = f"of {one.events} recorded events {one.found_again} are found again, {len(one.missed)} are not"
    told += f"; {len(one.not_recorded)} are found that were not recorded"
    if one.found_again:
        told += f"; times differ by {one.apart_s:g} s at most"
    return told + (f"; {one.by_other_books} more were judged by another rulebook" if one.by_other_books else "")


def _events(shown: Iterable[Difference], given: Answer) -> Table:
    zone = given.question.settings.hall.zone
    verdicts = given.recorded.verdicts if given.recorded is not None else {}
    headings = ("窗口", "规则 rule", "现在 now", "改后 then", "差别 difference", "程度 severity", "认定 verdict")
    rows = table(None, *headings)
    for one in shown:
        before, after = one.severities
        weight = f"{before} → {after}" if before and after and before != after else before or after or ""
        verdict = verdicts.get(one.now.id, "") if one.now is not None else ""
        rows.add_row(one.window, one.rule, _times(one.now, zone), _times(one.then, zone), _said(one), weight, verdict)
    return rows


def _times(event: Event | None, zone: ZoneInfo) -> str:
    if event is None:
        return ""
    begins, ends = (to_datetime(at).astimezone(zone) for at in (event.started_at, event.until))
    return f"{begins:%m-%d %H:%M:%S}–{ends:%H:%M:%S}" + ("" if event.repeat_of is None else " 重复 repeat")


def _said(one: Difference) -> str:
    """The kind, and by how much."""
    if one.now is None or one.then is None:
        return _SAID[one.kind]
    parts = [_SAID[one.kind]]
    if one.kind in ("longer", "shorter"):
        parts.append(f"{one.longer_by_s:+.1f} s")
    begins = (one.then.started_at - one.now.started_at) / SECOND
    if begins:
        parts.append(f"begins {abs(begins):.1f} s {'later' if begins > 0 else 'earlier'}")
    if later := one.alert_later_by_s:
        parts.append(f"known {abs(later):.1f} s {'later' if later > 0 else 'earlier'}")
    if (one.now.repeat_of is None) != (one.then.repeat_of is None):
        parts.append("alerts no more" if one.now.repeat_of is None else "alerts")
    return ", ".join(parts)


def _sums(rows: Iterable[Tally]) -> Table:
    counts = ("现在 now", "改后 then", "差别 differences")
    sums = table("合计 in all", "规则 rule", "窗口", *counts, "违规时长 time in breach", "每天提醒 alerts a day")
    for row in rows:
        a_day = row.alerts_per_day
        sums.add_row(
            row.rule or "全部 all",
            row.window or "",
            *(str(count) for count in row.events),
            ", ".join(f"{row.kinds[kind]} {_SAID[kind]}" for kind in KINDS if kind in row.kinds),
            " → ".join(_lasting(one) for one in row.breach_s),
            "" if a_day is None else f"{a_day[0]:.1f} → {a_day[1]:.1f}",
        )
    return sums


def _lasting(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
