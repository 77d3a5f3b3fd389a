"""What another rulebook would have made of what was seen: judged side by side, told event by event."""

from service.whatif.answer import Answer, Question, Span, answer, judge_log, plain, trial_of
from service.whatif.differences import KINDS, Difference, Kind, differences
from service.whatif.recorded import Recorded, RecordedEvent, compared
from service.whatif.summary import Tally, tallies
from service.whatif.trial import Trial, changed_rules, other_books

__all__ = [
    "KINDS",
    "Answer",
    "Difference",
    "Kind",
    "Question",
    "Recorded",
    "RecordedEvent",
    "Span",
    "Tally",
    "Trial",
    "answer",
    "changed_rules",
    "compared",
    "differences",
    "judge_log",
    "other_books",
    "plain",
    "tallies",
    "trial_of",
]
