"""The rulebook: all rules and consequences of a hall under one version; read from its file, and changed key by key."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.rules.consequences.ladder import Consequences
from service.rules.rule import Rule, Unjudged
from vision.errors import BadInput

__all__ = [
    "DEFAULT",
    "Rulebook",
    "RulebookError",
    "leading_to",
    "load_rulebook",
    "overridden",
    "rulebook_schema",
]

DEFAULT: Final = Path(__file__).parent / "default.yaml"

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class RulebookError(BadInput):
    """A rulebook or a change to one is wrong: names rule and key; ``key`` is the place of a wrong change, dotted."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class Rulebook(BaseModel):
    """All rules of a hall, under one version that every event names; ``unjudged``: those that no camera judges yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(min_length=1)
    rules: Mapping[str, Rule]
    unjudged: Mapping[str, Unjudged] = Field(default_factory=dict)
    consequences: Consequences = Consequences()

    @model_validator(mode="after")
    def _named_once(self) -> "Rulebook":
        double = sorted(set(self.rules) & set(self.unjudged))
        if double:
            raise ValueError(f"{double[0]} stands in rules and in unjudged")
        parts = [rule.shift for rule in self.rules.values() if rule.shift is not None]
        if len(set(parts)) < len(parts):
            raise ValueError("two rules are of the same part of a shift; one each of begin, end and sum")
        strange = [name for name in (*self.rules, *self.unjudged) if not _ID.fullmatch(name)]
        if strange:
            raise ValueError(f"{strange[0]!r} is no id; write it in small letters, digits and _")
        self.consequences.check(self.rules)
        return self

    def waiting_for_zones(self, drawn: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The rules that nobody can judge where only these zones are ``drawn``, each with those that it lacks."""
        lacking = {name: tuple(z for z in rule.zones if z not in drawn) for name, rule in self.judged().items()}
        return {name: zones for name, zones in lacking.items() if zones}

    def judged(self) -> dict[str, Rule]:
        """The rules that are on, or are as soon as a model answers."""
        return {name: rule for name, rule in self.rules.items() if rule.state != "off"}


def load_rulebook(path: Path = DEFAULT) -> Rulebook:
    """The rulebook in ``path``; raises RulebookError naming file, rule and key."""
    return _shipped() if path == DEFAULT else _read(path)


@cache  # it is asked for at every change of a figure, and takes some 30 ms to read
def _shipped() -> Rulebook:
    return _read(DEFAULT)


def _read(path: Path) -> Rulebook:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulebookError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RulebookError(f"{path}: not readable as YAML ({error})") from error
    try:
        return Rulebook.model_validate(entries)
    except ValidationError as error:
        raise RulebookError(f"{path}: {_first(error)}") from error


def rulebook_schema() -> dict[str, Any]:
    """The JSON Schema of a rulebook's file; durations are written as 2.5s, 5min or 2h."""
    schema: dict[str, Any] = Rulebook.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "zaigang rulebook"} | schema


def overridden(book: Rulebook, changes: Mapping[str, Mapping[str, Any]], where: str) -> Rulebook:
    """``book`` with ``changes`` (rule to key to value), under a version that names them; the book itself without any.

    A change of ``after`` alone takes the other durations with it: none stays longer than the new ``after`` (who calls
    an absence of 3 s a breach cannot mean that it ends after 20 s). Raises RulebookError naming rule and key.
    """
    rules = dict(book.rules)
    for name, change in changes.items():
        if name in book.unjudged:
            raise RulebookError(f"{where}: {name} cannot be judged: it needs {book.unjudged[name].needs.en}", name)
        if name not in rules:
            raise RulebookError(f'{where}: there is no rule "{name}"; the book has {", ".join(rules)}', name)
        unknown = sorted(set(change) - set(Rule.model_fields))
        if unknown:
            raise RulebookError(
                f"{where}: {name}.{unknown[0]} is no key of a rule; known: {', '.join(_FIGURES)}",
                f"{name}.{unknown[0]}",
            )
        rules[name] = _changed(rules[name], change, where, name)
    if not any(changes.values()):
        return book
    token = json.dumps({name: rules[name].model_dump(mode="json") for name in sorted(changes)}, sort_keys=True)
    version = f"{book.version}+{hashlib.sha256(token.encode()).hexdigest()[:8]}"
    return Rulebook(version=version, rules=rules, unjudged=book.unjudged, consequences=book.consequences)


def leading_to(book: Rulebook, changes: Mapping[str, Any]) -> Rulebook:
    """``book`` with ``changes`` of its consequences, list by list; raises RulebookError naming the key.

    Its version stays: by it looks are judged, and these judge none.
    """
    if not changes:
        return book
    try:
        consequences = Consequences.model_validate(book.consequences.model_dump() | dict(changes))
        consequences.check(book.rules)
    except ValidationError as error:
        raise RulebookError(f"consequences.{_first(error)}") from error
    except ValueError as error:
        raise RulebookError(str(error)) from error
    return book.model_copy(update={"consequences": consequences})


_FIGURES: Final = (
    "state after window begin_share end_share clear_share clear_after clear_looks merge_gap cool_down min_looks spread "
    "max_silence hold over during severity escalation"
).split()
_FOLLOWING: Final = ("window", "clear_after", "merge_gap", "cool_down", "spread")


def _changed(rule: Rule, change: Mapping[str, Any], where: str, name: str) -> Rule:
    try:
        changed = Rule.model_validate({**rule.model_dump(), **change})
    except ValidationError as error:
        place = ".".join((name, *(str(part) for part in error.errors(include_url=False)[0]["loc"])))
        raise RulebookError(f"{where}: {name}.{_first(error)}", place) from error
    if "after" not in change:
        return changed
    following = {
        key: min(value, changed.after)
        for key in _FOLLOWING
        if key not in change and (value := getattr(changed, key)) is not None
    }
    return changed.model_copy(update=following)


def _first(error: ValidationError) -> str:
    """The first fault as ``key: what is wrong``."""
    fault = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    given = fault.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{key}: {message}{shown}" if key else message
