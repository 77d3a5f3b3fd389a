"""What is exported, and who asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from service.evidence.journal import Head, Row

__all__ = ["FORMATS", "Case", "Format", "JournalProof", "Order"]

Format = Literal["zip", "pdf"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


@dataclass(frozen=True, slots=True)
class JournalProof:
    """The journal's ``row`` about a manifest, the hash ``before`` it, and what leads from it to a signed head.

    ``following``: the content digests of the rows after it, up to the head's.
    """

    row: Row
    before: str
    following: Sequence[str]
    head: Head


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of an event beside its folder of evidence.

    ``duty``: what applied when it began. ``verdicts``: oldest first, each with ``verdict``, ``by``, ``why`` and ``at``
    (ISO 8601). ``posts``: how many staff the window is for. ``proof``: what the journal says of the manifest.
    """

    folder: Path
    hall: str
    zone: ZoneInfo
    window: str
    duty: Mapping[str, Any]
    verdicts: Sequence[Mapping[str, str]] = ()
    posts: int = 1
    proof: JournalProof | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants the export, why and when.

    ``despite``: also of evidence that differs from its manifest. ``reasons``: with the free text of verdicts, which may
    name people.
    """

    by: str
    why: str
    at: datetime
    format: Format = "zip"
    despite: bool = False
    reasons: bool = False
