"""The uniforms of a hall by the day: those that its timetable asks for, by the hall's clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from service.rules.duty.dates import Dates
from vision.card import ModelCard
from vision.dress import UniformAt
from vision.enrolment import Enrolled
from vision.streamtime import StreamTime, to_datetime
from vision.uniform import TorsoNetwork, Uniforms
from vision.uniform_class import UniformClass

__all__ = ["HallUniforms", "Timetable", "all_year", "by_timetable", "gaps"]

Timetable = Sequence[tuple[Dates, Sequence[Enrolled]]]
"""Which uniforms are worn on which days; where two entries share a day, those of both."""


@dataclass(frozen=True, slots=True)
class HallUniforms:
    """``at`` gives the judge of a moment, None where the timetable says nothing of its day."""

    card: ModelCard
    names: tuple[str, ...]
    at: UniformAt
    zone: ZoneInfo | None = None

    def trouble(self, at: StreamTime) -> str | None:
        """What keeps everybody from being judged at ``at``, None where nothing does."""
        if self.at(at) is not None:
            return None
        day = to_datetime(at).astimezone(self.zone).date()
        return f"models.uniform_timetable does not say which uniform is worn on {day}: nobody can tell who goes without"


def all_year(judge: Uniforms | UniformClass) -> HallUniforms:
    """The same on every day."""
    return HallUniforms(judge.card, judge.names, lambda _at: judge)


def by_timetable(network: TorsoNetwork, timetable: Timetable, zone: ZoneInfo) -> HallUniforms:
    """Those of the day by the clock of ``zone``; raises BadInput as Uniforms does."""
    everything = Uniforms(network, list({id(one): one for _, uniforms in timetable for one in uniforms}.values()))

    @cache
    def judge(entries: tuple[int, ...]) -> Uniforms | None:
        worn = {id(one): one for entry in entries for one in timetable[entry][1]}
        return Uniforms(network, list(worn.values())) if worn else None

    @lru_cache(maxsize=16)
    def of(day: date) -> Uniforms | None:
        return judge(tuple(index for index, (dates, _) in enumerate(timetable) if dates.hold(day)))

    return HallUniforms(network.card, everything.names, lambda at: of(to_datetime(at).astimezone(zone).date()), zone)


def gaps(covered: Callable[[date], bool], first: date, days: int = 366) -> list[tuple[date, date]]:
    """The stretches of the ``days`` from ``first`` on that are not ``covered``, each with its first and last day."""
    found: list[tuple[date, date]] = []
    for day in (first + timedelta(days=number) for number in range(days)):
        if covered(day):
            continue
        if found and found[-1][1] == day - timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
