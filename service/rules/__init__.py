"""Observations to events: the rulebook, duty, and the judging over time. Pure: no pictures, no storage, no clock."""

from service.rules.duty import Calendar, Duty, Shift, Week, WorkingHours, always_on
from service.rules.event import Event, EventState, event_id
from service.rules.judge import Judge, Standing
from service.rules.policy import Policy
from service.rules.rule import Rule
from service.rules.rulebook import Rulebook, RulebookError, load_rulebook, overridden

__all__ = [
    "Calendar",
    "Duty",
    "Event",
    "EventState",
    "Judge",
    "Policy",
    "Rule",
    "Rulebook",
    "RulebookError",
    "Shift",
    "Standing",
    "Week",
    "WorkingHours",
    "always_on",
    "event_id",
    "load_rulebook",
    "overridden",
]
