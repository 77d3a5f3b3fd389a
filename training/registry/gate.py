"""Whether a network may take another's place: no measure of the frozen evaluation set may fall by more than allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from training.errors import TrainingError

DEFAULT_DROP: Final = 0.02
_STRICTER: Final = {"flagged": 0.01}
_LOOSER: Final = {"calibration": 0.05}
_LOWER_IS_BETTER: Final = frozenset(("flagged", "calibration", "cannot", "missed", "false", "phantoms"))


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of ``zaigang evaluate``: on ``n`` things of ``set``; None where it could not be taken.

    ``answers``: ``n`` counts what the network said, which is another number for another network.
    """

    name: str
    set: str
    value: float | None
    n: int
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of the networks with these hashes."""

    networks: frozenset[str]
    measures: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a measure may fall, 0..1, by its name or else for all; ``root`` is the folder of the evaluation set.

    Alarms are held stricter, since each accuses somebody; calibration looser, since little hangs on it.
    """

    default: float = DEFAULT_DROP
    by_measure: Mapping[str, float] = field(default_factory=dict)
    root: Path | None = None

    def of(self, name: str) -> float:
        if name in self.by_measure:
            return self.by_measure[name]
        words = _words(name)
        stricter = min((drop for word, drop in _STRICTER.items() if word in words), default=1.0)
        looser = max((drop for word, drop in _LOOSER.items() if word in words), default=0.0)
        return max(min(self.default, stricter), looser)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure of the deployed network (``before``) and of the candidate; ``fault`` is why it forbids the change."""

    name: str
    set: str
    n: int
    before: float | None
    after: float | None
    allowed: float
    fault: str | None = None


def lower_is_better(name: str) -> bool:
    """Whether a measure counts what should not be: ``smoking.flagged``, ``phone.flagged_others``."""
    return bool(_words(name) & _LOWER_IS_BETTER)


def compared(before: Sequence[Measured], after: Sequence[Measured], limits: Limits) -> list[Comparison]:
    """Every measure of both, those of the deployed network first.

    Raises TrainingError for a limit of a measure that there is not.
    """
    mine = {(one.name, one.set): one for one in after}
    names = {one.name for one in (*before, *after)}
    strange = sorted(set(limits.by_measure) - names)
    if strange:
        raise TrainingError(f"allowed_drop: there is no measure {strange[0]}; they are {', '.join(sorted(names))}")
    rows = [_row(one, mine.pop((one.name, one.set), None), limits.of(one.name)) for one in before]
    return [
        *rows,
        *(Comparison(one.name, one.set, one.n, None, one.value, limits.of(one.name)) for one in mine.values()),
    ]


def _row(before: Measured, after: Measured | None, allowed: float) -> Comparison:
    value = after.value if after else None
    row = Comparison(before.name, before.set, before.n, before.value, value, allowed)
    fault = _fault(before, after, allowed)
    return Comparison(row.name, row.set, row.n, row.before, row.after, allowed, fault) if fault else row


def _fault(before: Measured, after: Measured | None, allowed: float) -> str | None:
    what = f"{before.name} on {before.set}"
    if before.value is None:
        return None
    if after is None or after.value is None:
        return f"{what}: was {before.value:.3f} (n {before.n}) and is not measured on the candidate"
    if after.n != before.n and not before.answers:
        return f"{what}: was measured on {before.n} things and on the candidate on {after.n}, so not on the same set"
    fall = after.value - before.value if lower_is_better(before.name) else before.value - after.value
    if fall <= allowed + 1e-9:
        return None
    worse = "rises" if lower_is_better(before.name) else "falls"
    return f"{what} {worse} from {before.value:.3f} to {after.value:.3f} (n {before.n}; allowed {allowed:.3f})"


def _words(name: str) -> set[str]:
    return set(name.rpartition(".")[2].split("_"))


class _Network(BaseModel):
    model_config = ConfigDict(extra="ignore")
    sha256: str


class _Model(_Network):
    networks: list[_Network] = []


class _Measure(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str
    set: str
    value: float | None
    n: int = Field(ge=0)
    unit: str = ""
    detail: bool = False


class _Figures(BaseModel):
    model_config = ConfigDict(extra="ignore")
    model: _Model
    measures: list[_Measure] = Field(min_length=1)


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid")
    root: Path | None = None
    allowed_drop: dict[str, float] = {}


def read_figures(text: str, source: str) -> Figures:
    """What ``zaigang evaluate --json`` printed, without the parts of other measures (sizes, groups).

    Raises TrainingError naming ``source`` and the key that is wrong.
    """
    try:
        given = _Figures.model_validate(json.loads(text))
    except ValueError as error:
        raise TrainingError(f"{source}: is not what zaigang evaluate --json prints ({_fault_of(error)})") from error
    networks = given.model.networks or [given.model]
    measures = (
        Measured(one.name, one.set, _number(one.value), one.n, one.unit == "answers")
        for one in given.measures
        if not one.detail
    )
    return Figures(frozenset(one.sha256 for one in networks), tuple(measures))


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def read_limits(file: Path) -> Limits:
    """The site's own limits; without a file those that stand here."""
    if not file.is_file():
        return Limits()
    try:
        given: Any = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        read = _Limits.model_validate(given)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise TrainingError(f"{file}: {_fault_of(error)}") from error
    wrong = next((name for name, drop in read.allowed_drop.items() if not 0 <= drop <= 1), None)
    if wrong is not None:
        raise TrainingError(f"{file}: allowed_drop.{wrong} is {read.allowed_drop[wrong]:g}; it is a share, 0 to 1")
    by_measure = {name: drop for name, drop in read.allowed_drop.items() if name != "default"}
    return Limits(read.allowed_drop.get("default", DEFAULT_DROP), by_measure, read.root)


def _fault_of(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        if first["type"] == "extra_forbidden":
            return f"there is no key {key}; known: {', '.join(_Limits.model_fields)}"
        return f"{key}: {first['msg']}"
    return " ".join(str(error).split())[:160]
