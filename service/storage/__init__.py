"""What is kept: tables, the questions asked of them, and their migrations."""

from service.storage.database import Database, open_database, read_database
from service.storage.events import EventFilter, EventKey, EventPage, EventQueries
from service.storage.journal import JournalQueries
from service.storage.month import MonthQueries
from service.storage.places import PlaceQueries
from service.storage.revisions import RevisionQueries, StaleRevision
from service.storage.verdicts import VerdictQueries

__all__ = [
    "Database",
    "EventFilter",
    "EventKey",
    "EventPage",
    "EventQueries",
    "JournalQueries",
    "MonthQueries",
    "PlaceQueries",
    "RevisionQueries",
    "StaleRevision",
    "VerdictQueries",
    "open_database",
    "read_database",
]
