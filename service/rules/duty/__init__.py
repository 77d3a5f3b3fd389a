"""Duty: whether a rule applies to a window at a moment, on, off or exempt, and who is entered for it."""

from service.rules.duty.hours import (
    FIRST_KNOWN_YEAR,
    LAST_KNOWN_YEAR,
    Calendar,
    Closing,
    Duty,
    Season,
    Shift,
    Span,
    Week,
    WorkingHours,
    always_on,
    no_shifts,
)

__all__ = [
    "FIRST_KNOWN_YEAR",
    "LAST_KNOWN_YEAR",
    "Calendar",
    "Closing",
    "Duty",
    "Season",
    "Shift",
    "Span",
    "Week",
    "WorkingHours",
    "always_on",
    "no_shifts",
]
