"""The observation log: what looks answered, a line a second and camera, kept for weeks for timeline and what-if."""

from service.observations.format import SecondsReader, SecondsWriter, Unreadable
from service.observations.log import ObservationLog
from service.observations.read import Coverage, ObservationReader
from service.observations.store import compress, give_way, hours, trim

__all__ = [
    "Coverage",
    "ObservationLog",
    "ObservationReader",
    "SecondsReader",
    "SecondsWriter",
    "Unreadable",
    "compress",
    "give_way",
    "hours",
    "trim",
]
