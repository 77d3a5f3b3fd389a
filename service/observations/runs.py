"""Looks in order of time as stretches in which an answer stays the same: what a timeline draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from vision.observation import Observation
from vision.streamtime import SECOND, StreamTime

__all__ = ["Run", "runs"]

_LASTS: Final = 2 * SECOND
"""How long a look counts when no other follows, as for rules."""


@dataclass(frozen=True, slots=True)
class Run:
    """``value`` was answered from ``begins`` to before ``ends``."""

    begins: StreamTime
    ends: StreamTime
    value: Any


def runs(looks: Iterable[Observation], names: Sequence[str]) -> dict[str, list[Run]]:
    """The runs of each of ``names`` (an answer, or `reason`) at one window; where nobody could tell there is none."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    last: Observation | None = None
    for look in looks:
        if last is not None:
            _add(found, last, StreamTime(min(look.at, last.at + _LASTS)))
        last = look
    if last is not None:
        _add(found, last, StreamTime(last.at + SECOND))
    return found


def _add(found: dict[str, list[Run]], look: Observation, ends: StreamTime) -> None:
    for name, own in found.items():
        value = getattr(look, name)
        if value is None:
            continue
        if own and own[-1].ends == look.at and own[-1].value == value:
            own[-1] = replace(own[-1], ends=ends)
        else:
            own.append(Run(look.at, ends, value))
