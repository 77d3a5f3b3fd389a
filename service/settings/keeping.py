"""How long evidence is kept, and where the journal's signed head is written besides."""

from pathlib import Path

from pydantic import Field

from service.evidence.retention import Retention
from service.rules.duration import Duration
from service.settings.strict import Strict
from vision.streamtime import seconds

__all__ = ["JournalSettings", "RetentionSettings"]

_DAY = 86400.0


class RetentionSettings(Strict):
    """How long evidence is kept: from an event's end while nobody has judged it, else from its verdict.

    Footage of nobody's breach is kept for `recorder.keep`; what looks answered, without pictures, as ``observations``,
    0 for not at all.
    """

    pending: Duration = Field(default=180 * _DAY, ge=_DAY)
    upheld: Duration = Field(default=730 * _DAY, ge=_DAY)
    dismissed: Duration = Field(default=30 * _DAY, ge=_DAY)
    observations: Duration = Field(default=30 * _DAY)

    def retention(self) -> Retention:
        return Retention(seconds(self.pending), seconds(self.upheld), seconds(self.dismissed))


class JournalSettings(Strict):
    """Where the journal's head goes besides the data folder, such as a disk of another machine, and how often."""

    second: Path | None = None
    every: Duration = Field(default=3600.0, ge=60, le=_DAY)
