"""Durations as people write them in a rulebook: ``2.5s``, ``5min``, ``2h``, ``30d``, or a plain number of seconds."""

import math
import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

__all__ = ["Duration", "parse", "written"]

_UNITS = {"": 1.0, "ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = 100 * 366 * 86400.0
_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


def parse(text: object) -> float:
    """Seconds meant by ``text``; raises ValueError saying how a duration is written."""
    duration = math.nan
    if isinstance(text, int | float) and not isinstance(text, bool):
        duration = text
    elif isinstance(text, str) and (found := _FORM.fullmatch(text)) and found[2] in _UNITS:
        duration = float(found[1]) * _UNITS[found[2]]
    if not 0 <= duration <= _LONGEST:
        raise ValueError(f"{text!r} is no duration; write it as 2.5s, 5min, 2h or 30d")
    return round(float(duration), 6)


def written(duration: float) -> str:
    """Seconds as people write them, in the largest unit that stays whole: ``300.0`` is ``5min``."""
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if duration >= size and duration % size == 0:
            return f"{duration / size:.0f}{unit}"
    return f"{duration:.6f}".rstrip("0").rstrip(".") + "s"  # :g would round, and write 1000001 as 1e+06


_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0},
        {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|sec|m|min|h|d)?\s*$"},
    ],
    "description": "Seconds, or 2.5s, 5min, 2h, 30d.",
}

Duration = Annotated[float, BeforeValidator(parse), PlainSerializer(written, when_used="json"), WithJsonSchema(_SCHEMA)]
"""A pydantic field of seconds that reads and writes the forms above."""
