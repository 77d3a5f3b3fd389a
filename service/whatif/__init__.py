"""What another rulebook would have made of what was seen: judged side by side, told event by event."""

from service.whatif.answer import Answer, Question, Span, answer, plain, trial_of
from service.whatif.differences import KINDS, Difference, Kind, differences
from service.whatif.recorded import Recorded, RecordedEvent, compared
from service.whatif.site_log import answer_of_log
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
    "answer_of_log",
    "changed_rules",
    "compared",
    "differences",
    "other_books",
    "plain",
    "tallies",
    "trial_of",
]
