"""One thing that may be wrong: what kind, how bad, with which picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from datasets.label import Corners

__all__ = ["SEVERITIES", "Finding", "Kind", "Mark", "Severity", "ranked"]

Kind = Literal[
    "unreadable",
    "leak",
    "no_area",
    "out_of_range",
    "duplicate",
    "near_duplicate",
    "tiny",
    "overlap",
    "missing_in_split",
    "one_group",
    "spelling",
    "no_groups",
    "rare_class",
    "unlabelled",
    "no_licence",
    "maybe_missing",
    "maybe_wrong",
]
"""What a finding can be of; docs/datasets.md says what each means."""

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to look at, in pixels of the picture; ``score`` is that of a network, None for a label."""

    kind: str
    corners: Corners
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is a sentence on ``where`` (set/name of a picture, or a set); the worst of a kind have the highest rank.

    An error makes figures wrong, a warning may, a note is to be known. ``others`` are the pictures it is about besides.
    """

    kind: Kind
    severity: Severity
    where: str
    what: str
    rank: float = 0.0
    others: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, kinds together, the worst of each kind first."""
    order = {severity: at for at, severity in enumerate(SEVERITIES)}
    return sorted(findings, key=lambda one: (order[one.severity], one.kind, -one.rank, one.where))
