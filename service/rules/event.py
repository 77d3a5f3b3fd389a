"""A breach that was reported, and what its identity is made of."""

import uuid
from dataclasses import dataclass
from typing import Final, Literal

from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["Event", "EventState", "VerdictWord", "event_id"]

EventState = Literal["open", "closed", "interrupted"]
"""``interrupted``: nothing could be judged for longer than the rule holds an open event."""

VerdictWord = Literal["pending", "upheld", "dismissed"]
"""How an event stands; what the machine says is pending until somebody has judged it."""

_NAMESPACE: Final = uuid.UUID("6f3c0d8a-5f0e-5b52-9d1e-2b1a7c9b7a10")


@dataclass(frozen=True, slots=True)
class Event:
    """One reported breach of ``rule`` at ``window``.

    started_at: the first offending look. satisfied_at: when the rule's duration was reached. until: the last offending
    look so far; the end of an event that is no longer open. confidence: the share of clear time that offended, times
    how sure those looks were. repeat_of: the event before it, where this one began within the rule's cool-down.
    """

    id: str
    window: WindowId
    rule: str
    rulebook: str
    state: EventState
    started_at: StreamTime
    satisfied_at: StreamTime
    until: StreamTime
    confidence: float
    repeat_of: str | None = None

    @property
    def ended_at(self) -> StreamTime | None:
        """Where it ended, None while it is open."""
        return None if self.state == "open" else self.until


def event_id(window: WindowId, rule: str, rulebook: str, onset: StreamTime) -> str:
    """The same breach has the same id wherever and however often it is judged (UUIDv5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{window}\n{rule}\n{rulebook}\n{onset}"))
