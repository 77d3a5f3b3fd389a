"""How long evidence is kept: by what came of its event, and never less while somebody holds it."""

from dataclasses import dataclass

from service.rules.event import VerdictWord
from vision.streamtime import StreamTime

__all__ = ["Case", "Retention"]


@dataclass(frozen=True, slots=True)
class Case:
    """What retention asks of an event. ``judged_at``: when the verdict that holds was given, None while pending."""

    verdict: VerdictWord
    is_over: bool
    ended_at: StreamTime
    judged_at: StreamTime | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class Retention:
    """Microseconds that evidence is kept: from the event's end while nobody has judged it, else from the verdict."""

    pending: int
    upheld: int
    dismissed: int

    def by_verdict(self) -> tuple[tuple[VerdictWord, int], ...]:
        """How long evidence of each verdict is kept."""
        return ("dismissed", self.dismissed), ("pending", self.pending), ("upheld", self.upheld)

    def kept_until(self, case: Case) -> StreamTime | None:
        """When the evidence may be deleted; None while it may not: the event is open, or under a legal hold."""
        if case.is_held or not case.is_over:
            return None
        since = max(case.ended_at, case.judged_at or case.ended_at)
        return StreamTime(since + getattr(self, case.verdict))
