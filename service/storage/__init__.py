"""What is kept: tables, the questions asked of them, and their migrations."""

from service.storage.database import Database, open_database
from service.storage.events import EventFilter, EventKey, EventPage, EventQueries
from service.storage.places import PlaceQueries

__all__ = ["Database", "EventFilter", "EventKey", "EventPage", "EventQueries", "PlaceQueries", "open_database"]
