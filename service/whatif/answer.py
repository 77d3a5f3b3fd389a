"""From a question to its answer: the log judged by both books, and everything that is told of it as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.rules.duty import always_on, no_shifts
from service.rules.duty.leave import nobody
from service.rules.event import Event
from service.rules.rulebook import Rulebook
from service.settings import Settings
from service.settings.moments import begin_of, end_of
from service.whatif.differences import Difference, differences
from service.whatif.recorded import Recorded, RecordedEvent, compared
from service.whatif.summary import Tally, tallies
from service.whatif.trial import Trial
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["Answer", "Question", "Span", "answer", "plain", "trial_of"]

_DUTY_EVERY: Final = 600 * SECOND


@dataclass(frozen=True, slots=True)
class Span:
    """From when to before when."""

    since: StreamTime
    until: StreamTime

    def days(self, zone: ZoneInfo) -> Iterator[tuple[date, "Span"]]:
        """The days of ``zone`` with what the span has of each."""
        day = to_datetime(self.since).astimezone(zone).date()
        while (begin := begin_of(day, zone)) < self.until:
            yield day, Span(max(begin, self.since), min(end_of(day, zone), self.until))
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """``then`` instead of ``now``, by window. ``span``: of the log; None for looks of a file, whose span is theirs."""

    settings: Settings
    now: Mapping[WindowId, Rulebook]
    then: Mapping[WindowId, Rulebook]
    span: Span | None


@dataclass(frozen=True, slots=True)
class Answer:
    """rules: those that the books do not judge alike, by window. watched_h: hours looked at on duty, by window.

    without: days on which a window was on duty and no look of it is in the log. unreadable: lines of the log.
    recorded: None with ``no_record`` saying why, where there is nothing to compare with.
    """

    question: Question
    rules: Mapping[WindowId, frozenset[str]]
    differences: Sequence[Difference]
    tallies: Sequence[Tally]
    watched_h: Mapping[WindowId, float]
    without: Mapping[WindowId, Sequence[date]]
    unreadable: int
    recorded: Recorded | None
    no_record: str | None


def trial_of(question: Question, on_duty: bool = False) -> Trial:
    """The trial of both books under the site's duty, shifts and leave; ``on_duty``: throughout, whatever they say."""
    settings = question.settings
    if on_duty:
        return Trial(question.now, question.then, always_on, no_shifts, nobody, settings.hall.zone)
    duty, shifts = settings.duty_by_window(), settings.shifts_by_window()
    return Trial(question.now, question.then, duty, shifts, settings.exempt(), settings.hall.zone)


def answer(
    question: Question,
    trial: Trial,
    unreadable: int,
    recorded: Sequence[RecordedEvent] | None,
    no_record: str | None = None,
) -> Answer:
    """What ``trial``, which has seen all looks, says to ``question``, beside what the site ``recorded``."""
    now, then = trial.events()
    found = differences(now, then, question.now, question.then)
    watched = trial.watched
    days = {window: len(watched.days(window)) for window in question.now}
    seconds = {window: 0 for window in trial.rules}
    for (window, _), count in watched.seconds.items():
        seconds[window] += count
    return Answer(
        question,
        trial.rules,
        found,
        tallies(found, days, len(watched.days())),
        {window: round(count / 3600, 2) for window, count in seconds.items()},
        _without(question, trial),
        unreadable,
        None if recorded is None else compared(recorded, now, question.now, trial.rules),
        no_record,
    )


def _without(question: Question, trial: Trial) -> dict[WindowId, list[date]]:
    """Days on which nobody can say what would have been."""
    if question.span is None:
        return {}
    zone, duty = question.settings.hall.zone, question.settings.duty_by_window()
    days = list(question.span.days(zone))
    missing: dict[WindowId, list[date]] = {}
    for window in trial.rules:
        there = trial.watched.days(window)
        for day, span in days:
            moments = range(span.since, span.until, _DUTY_EVERY)
            if day not in there and any(duty(window, StreamTime(at)) == "on" for at in moments):
                missing.setdefault(window, []).append(day)
    return missing


def plain(given: Answer) -> dict[str, Any]:
    """The answer as JSON has it; moments are ISO 8601 with the hall's offset."""
    zone, span, recorded = given.question.settings.hall.zone, given.question.span, given.recorded
    verdicts = recorded.verdicts if recorded is not None else {}

    def at(moment: StreamTime) -> str:
        return to_datetime(moment).astimezone(zone).isoformat(timespec="milliseconds")

    def event(one: Event | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "id": one.id,
            "state": one.state,
            "started_at": at(one.started_at),
            "satisfied_at": at(one.satisfied_at),
            "ended_at": at(one.until),
            "repeat_of": one.repeat_of,
        }

    return {
        "span": None if span is None else {"since": at(span.since), "until": at(span.until)},
        "windows": {
            window: {
                "now": given.question.now[window].version,
                "then": given.question.then[window].version,
                "rules": sorted(given.rules.get(window, ())),
                "watched_h": given.watched_h.get(window, 0.0),
                "days_without_log": [day.isoformat() for day in given.without.get(window, ())],
            }
            for window in given.question.now
        },
        "unreadable_lines": given.unreadable,
        "events": [
            {
                "kind": one.kind,
                "window": one.window,
                "rule": one.rule,
                "now": event(one.now),
                "then": event(one.then),
                "of": one.of,
                "longer_by_s": round(one.longer_by_s, 3),
                "alert_later_by_s": one.alert_later_by_s,
                "severity": {"now": one.severities[0], "then": one.severities[1]},
                "verdict": verdicts.get(one.now.id) if one.now is not None else None,
            }
            for one in given.differences
        ],
        "summary": [_tally(one) for one in given.tallies],
        "recorded": None
        if recorded is None
        else {
            "events": recorded.events,
            "found_again": recorded.found_again,
            "missed": [event(one) for one in recorded.missed],
            "not_recorded": [event(one) for one in recorded.not_recorded],
            "apart_s": recorded.apart_s,
            "by_other_books": recorded.by_other_books,
        },
        "no_record": given.no_record,
    }


def _tally(one: Tally) -> dict[str, Any]:
    a_day = one.alerts_per_day
    return {
        "rule": one.rule,
        "window": one.window,
        "events": {"now": one.events[0], "then": one.events[1]},
        "kinds": one.kinds,
        "breach_s": {"now": one.breach_s[0], "then": one.breach_s[1]},
        "alerts": {"now": one.alerts[0], "then": one.alerts[1]},
        "alerts_per_day": None if a_day is None else {"now": round(a_day[0], 3), "then": round(a_day[1], 3)},
        "days": one.days,
    }
