"""What differs in all, rule by rule and window by window."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.rules.event import Event
from service.whatif.differences import Difference, Kind, lasted_s
from vision.observation import WindowId

__all__ = ["Tally", "tallies"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Events of one rule at one window, or in all where both are None. Pairs are of now and then.

    breach_s: time in breach. alerts: events that somebody is told of, repeats within the cool-down left out. days: on
    which the window, or any window, was looked at on duty.
    """

    rule: str | None
    window: WindowId | None
    events: tuple[int, int]
    kinds: dict[Kind, int]
    breach_s: tuple[float, float]
    alerts: tuple[int, int]
    days: int

    @property
    def alerts_per_day(self) -> tuple[float, float] | None:
        """Alerts a day now and then; None without a day."""
        return (self.alerts[0] / self.days, self.alerts[1] / self.days) if self.days else None


def tallies(found: Sequence[Difference], days: dict[WindowId, int], days_of_any: int) -> list[Tally]:
    """A tally a rule and window that there are events of, and last the one of all of them."""
    groups: dict[tuple[str, WindowId], list[Difference]] = {}
    for one in found:
        groups.setdefault((one.rule, one.window), []).append(one)
    rows = [_tally(rule, window, group, days.get(window, 0)) for (rule, window), group in sorted(groups.items())]
    return [*rows, _tally(None, None, found, days_of_any)]


def _tally(rule: str | None, window: WindowId | None, group: Sequence[Difference], days: int) -> Tally:
    now = [one.now for one in group if one.now is not None]
    then = [one.then for one in group if one.then is not None]
    return Tally(
        rule,
        window,
        (len(now), len(then)),
        dict(Counter(one.kind for one in group)),
        (_breach(now), _breach(then)),
        (_alerts(now), _alerts(then)),
        days,
    )


def _breach(events: Iterable[Event]) -> float:
    return round(sum(lasted_s(event) for event in events), 3)


def _alerts(events: Iterable[Event]) -> int:
    return sum(event.repeat_of is None for event in events)
