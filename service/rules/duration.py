"""Durations as people write them in a rulebook: ``2.5s``, ``5min``, ``2h``, or a plain number of seconds."""

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

__all__ = ["Duration", "parse", "written"]

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


def parse(text: object) -> float:
    """Seconds meant by ``text``; raises ValueError saying how a duration is written."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(text)
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no duration; write it as 2.5s, 5min or 2h")
    return float(found[1]) * _UNITS[found[2]]


def written(duration: float) -> str:
    """Seconds as people write them, in the largest unit that stays whole: ``300.0`` is ``5min``."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if duration >= size and duration % size == 0:
            return f"{duration / size:g}{unit}"
    return f"{duration:g}s"


Duration = Annotated[float, BeforeValidator(parse), PlainSerializer(written, when_used="json")]
"""A pydantic field of seconds that reads and writes the forms above."""
