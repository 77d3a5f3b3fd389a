"""Reads a site's file, and says key by key what is wrong with it."""

import re
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_settings import SettingsError as EnvironmentFault

from service.settings.site import Settings
from vision.errors import BadInput

__all__ = ["SettingsError", "faults", "load_settings", "plain_yaml"]

_MOST: Final = 1_000_000

_WIDE: Final = frozenset("\uff1a\uff0c\u3001\uff0e\uff3b\uff3d\uff5b\uff5d\u3000")
"""Punctuation that a Chinese keyboard types instead of YAML's own."""


class SettingsError(BadInput):
    """`zaigang.yaml` or an environment variable is wrong: names the key, and what would be right."""


def load_settings(path: Path | None) -> Settings:
    """The site in ``path``, or the defaults; raises SettingsError naming file, key and what would be right."""
    values: Any = {}
    if path is not None:
        try:
            values = plain_yaml(path.read_text(encoding="utf-8")) or {}
        except OSError as error:
            raise SettingsError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        except ValueError as error:
            raise SettingsError(f"{path}: not readable as YAML: {error}") from error
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            raise SettingsError(f"{path}: must hold keys and values, such as cameras: and rules:")
    try:
        settings = Settings(**values)
        settings.books()
    except ValidationError as error:
        told = "; ".join(sentence for _, sentence in faults(error))
        raise SettingsError(f"{path or 'environment'}: {told}") from error
    except EnvironmentFault as error:
        raise SettingsError(f"environment: {_unread(error)}") from error
    except BadInput as error:
        raise SettingsError(f"{path or 'environment'}: {error}") from error
    return settings


def plain_yaml(text: str) -> Any:
    """The values of a YAML text; raises ValueError saying what is wrong and where.

    Aliases may repeat a piece, but not into what no memory holds (each of ten lists naming the one before ten times).
    """
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(_place(error)) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    left, count = [values], 0
    while left:
        one = left.pop()
        count += 1
        if count > _MOST:
            raise ValueError(f"with what its aliases repeat it has more than {_MOST} values")
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
    return values


def _place(error: Exception) -> str:
    """What is wrong with a text and where."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _unread(error: EnvironmentFault) -> str:
    """Which variable holds no JSON; nothing of what it holds, which may be a camera's password."""
    named = re.search(r'field "(\w+)"', str(error))
    return f'ZAIGANG_{named[1].upper() if named else "..."}: its value must be JSON, such as {{"port": 9000}}'


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """Every fault: its dotted place, and ``key: what is wrong`` with the key written as in the file.

    No value is shown that may be a password.
    """
    found = []
    for fault in error.errors(include_url=False):
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
        message = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such key"
        elif fault["type"] == "string_pattern_mismatch":
            message = "write it in letters, digits, - and _, at most 40 of them; name: takes any words"
        given = str(fault["input"]) if fault["type"].endswith("_parsing") else key
        if wide := _WIDE.intersection(given):
            message += f" (it holds a full-width {min(wide)}; type the narrow one)"
        found.append((".".join(str(part) for part in fault["loc"]), f"{key}: {message}" if key else message))
    return found
