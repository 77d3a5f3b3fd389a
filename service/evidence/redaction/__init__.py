"""Redaction: what leaves the site shows the window's own staff, and nobody else."""

from service.evidence.redaction.blur import CYCLES, LIMIT, detail
from service.evidence.redaction.film import Finder, Progress, Redactor, person_finder, search
from service.evidence.redaction.mark import Watermark
from service.evidence.redaction.people import Looks, People, Scenery, Sighting, looks_of

__all__ = [
    "CYCLES",
    "LIMIT",
    "Finder",
    "Looks",
    "People",
    "Progress",
    "Redactor",
    "Scenery",
    "Sighting",
    "Watermark",
    "detail",
    "looks_of",
    "person_finder",
    "search",
]
