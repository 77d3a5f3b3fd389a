"""JSON label files read with errors that name the element."""

import json
import math
from typing import Any

from datasets.errors import DatasetError
from datasets.formats.files import Files, text_of

__all__ = ["json_of", "listed", "whole"]


def json_of(files: Files, name: str) -> Any:
    """What the file holds. Raises DatasetError naming the line where it is no JSON."""
    title = files.title(name)
    try:
        return json.loads(text_of(files, name), parse_constant=_no_number, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise DatasetError(f"{title}, line {error.lineno}: is no JSON ({error.msg})") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{title}: cannot be read: its brackets are too deep or a number is none") from error


def listed(body: Any, key: str, title: str) -> list[Any]:
    """The list of objects under ``key``. Raises DatasetError where there is none."""
    entries = body.get(key) if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise DatasetError(f"{title}: has no list {key}")
    strange = next((at for at, entry in enumerate(entries) if not isinstance(entry, dict)), None)
    if strange is not None:
        raise DatasetError(f"{title}: {key}[{strange}] holds no keys and values")
    return entries


def whole(entry: Any, key: str, where: str) -> int:
    """The whole number under ``key``. Raises DatasetError, beginning with ``where``, where there is none."""
    value = entry.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DatasetError(f"{where}: {key} is {str(value)[:40]!r}; expected a whole number")
    return value


def _no_number(word: str) -> float:
    raise ValueError(word)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)
