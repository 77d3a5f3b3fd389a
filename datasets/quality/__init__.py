"""What may be wrong with the pictures and labels of a store, as data."""

from datasets.quality.balance import balance
from datasets.quality.boxes import boxes
from datasets.quality.disagreement import FLOOR, Finder, disagreement
from datasets.quality.duplicates import duplicates, leaks
from datasets.quality.finding import SEVERITIES, Finding, Kind, Mark, Severity, ranked
from datasets.quality.unreadable import unreadable

__all__ = [
    "FLOOR",
    "SEVERITIES",
    "Finder",
    "Finding",
    "Kind",
    "Mark",
    "Severity",
    "balance",
    "boxes",
    "disagreement",
    "duplicates",
    "leaks",
    "ranked",
    "unreadable",
]
