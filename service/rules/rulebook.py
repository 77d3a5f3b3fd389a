"""The rulebook: which rules there are, what each needs to be judged, and with which figures. Data, not code."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from service.rules.duration import Duration
from service.rules.policy import Policy
from vision.errors import BadInput
from vision.observation import COUNTS, SIGNALS, Count, Observation
from vision.streamtime import seconds

__all__ = [
    "DEFAULT",
    "PARTS",
    "Consequences",
    "HalfDay",
    "Rule",
    "Rulebook",
    "RulebookError",
    "Rung",
    "Severity",
    "Text",
    "Unjudged",
    "leading_to",
    "load_rulebook",
    "overridden",
    "rulebook_schema",
]

DEFAULT: Final = Path(__file__).parent / "default.yaml"

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Severity = Literal["notice", "minor", "major", "grave"]
State = Annotated[
    Literal["on", "off", "auto"],
    # YAML 1.1 reads a bare on and off as yes and no.
    BeforeValidator(lambda given: {True: "on", False: "off"}.get(given, given) if isinstance(given, bool) else given),
]


class RulebookError(BadInput):
    """A rulebook or a change to one is wrong: names rule and key; ``key`` is the place of a wrong change, dotted."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class Text(BaseModel):
    """A text in the product's two languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


Part = Literal["begin", "end", "sum"]
_PARTS: Final[Mapping[Part, str]] = {"begin": "late", "end": "early", "sum": "absence"}
PARTS: Final = tuple(_PARTS.values())
"""The words for what rules of a shift ask."""


_ZONES: Final[Mapping[Count, str]] = {"customer_count": "customer", "queue_count": "queue"}


class While(BaseModel):
    """What must hold beside the signal: more than ``over`` of ``count``; where it does not, nobody offends."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: Count
    over: int = Field(ge=0)

    def holds(self, observation: Observation) -> bool | None:
        seen: int | None = getattr(observation, self.count)
        return None if seen is None else seen > self.over


class Step(BaseModel):
    """From ``after`` on since it began, an event weighs ``severity``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Duration = Field(gt=0)
    severity: Severity


class Rule(BaseModel):
    """One rule. It offends where ``signal`` answers ``answer``, or counts more than ``over``; ``during``: and while
    this holds. ``shift``: of a vacancy at a shift's begin or end, or of all of a shift's together (see `shift.py`).

    ``state`` auto means: judged as soon as a model answers the signal. Shares are of clear time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    text: Text
    severity: Severity
    sources: tuple[str, ...]
    signal: str
    answer: bool | None = None
    over: int | None = Field(default=None, ge=0)
    during: While | None = None
    shift: Part | None = None
    state: State = "on"
    after: Duration = Field(gt=0)
    window: Duration | None = Field(default=None, gt=0)
    begin_share: float = Field(default=0.8, gt=0, le=1)
    end_share: float = Field(default=0.2, ge=0, lt=1)
    clear_share: float = Field(default=0.5, gt=0, le=1)
    clear_after: Duration = Field(gt=0)
    clear_looks: int | None = Field(default=None, ge=1)
    merge_gap: Duration = 0.0
    cool_down: Duration = 0.0
    min_looks: int = Field(default=1, ge=1)
    spread: Duration = 0.0
    max_silence: Duration = Field(default=2.0, gt=0)
    hold: Duration = Field(default=300.0, gt=0)
    escalation: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _asks_one_question(self) -> "Rule":
        if self.signal not in (*SIGNALS, *COUNTS):
            raise ValueError(f"signal {self.signal!r} is none of {', '.join((*SIGNALS, *COUNTS))}")
        if (self.signal in SIGNALS) != (self.answer is not None) or (self.signal in COUNTS) != (self.over is not None):
            raise ValueError("a signal needs answer (yes or no), a count needs over (a number)")
        if self.shift is not None and (self.signal, self.answer, self.during) != ("occupied", False, None):
            raise ValueError("shift is of a vacant post: signal occupied, answer no")
        if self.begin_share <= self.end_share:
            raise ValueError(f"begin_share {self.begin_share} must be more than end_share {self.end_share}")
        if [step.after for step in self.escalation] != sorted({step.after for step in self.escalation}):
            raise ValueError("escalation: each step must come later than the one before it")
        return self

    def offends(self, observation: Observation) -> bool | None:
        """Whether this look breaks the rule; None where the look cannot tell."""
        seen = getattr(observation, self.signal)
        if seen is None or observation.reason is not None:
            return None
        done = bool(seen > self.over) if self.over is not None else seen is self.answer
        if not done or self.during is None:
            return done
        return self.during.holds(observation)

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones in which people are counted for it; where one is not drawn nobody can ever tell."""
        counts = (self.signal, self.during.count if self.during is not None else "")
        return tuple(zone for count, zone in _ZONES.items() if count in counts)

    @property
    def asks(self) -> str:
        """The word for what is asked: the signal's, or that of a part of the shift."""
        return self.signal if self.shift is None else _PARTS[self.shift]

    def severity_after(self, lasted: float) -> Severity:
        """What an event weighs that has lasted so many seconds."""
        return next((step.severity for step in reversed(self.escalation) if lasted >= step.after), self.severity)

    def policy(self) -> Policy:
        """The figures in stream time."""
        return Policy(
            after=seconds(self.after),
            window=seconds(self.window or self.after),
            begin_share=self.begin_share,
            end_share=self.end_share,
            clear_share=self.clear_share,
            clear_after=seconds(self.clear_after),
            clear_looks=self.clear_looks,
            merge_gap=seconds(self.merge_gap),
            cool_down=seconds(self.cool_down),
            min_looks=self.min_looks,
            spread=seconds(self.spread),
            max_silence=seconds(self.max_silence),
            hold=seconds(self.hold),
        )


class Unjudged(BaseModel):
    """A rule of the sources that nothing here can judge, and what that would take; it is off and stays so."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    text: Text
    sources: tuple[str, ...]
    needs: Text


class Rung(BaseModel):
    """A step of the ladder: what the ``at``-th breach of a month leads to, and every one after it up to the next."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: int = Field(ge=1)
    name: Text
    text: Text
    sources: tuple[str, ...] = ()


class HalfDay(BaseModel):
    """So many upheld events (``times``) of these ``rules``, each ``lasts`` long at least, are half a day's absence.

    ``unless``: where one of these rules judged the same time, its event decides and not this entry.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[str, ...] = Field(min_length=1)
    times: int = Field(default=1, ge=1)
    lasts: Duration = 0.0
    unless: tuple[str, ...] = ()
    text: Text
    sources: tuple[str, ...] = ()


class Consequences(BaseModel):
    """What upheld events of one month lead to. ``one_act``: rules whose events are one breach where they overlap."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ladder: tuple[Rung, ...] = ()
    half_days: tuple[HalfDay, ...] = ()
    one_act: tuple[tuple[str, ...], ...] = ()

    @model_validator(mode="after")
    def _ascends(self) -> "Consequences":
        steps = [rung.at for rung in self.ladder]
        if steps != sorted(set(steps)):
            raise ValueError("ladder: each rung must stand at a later breach than the one before it")
        acts = [name for act in self.one_act for name in act]
        double = next((name for name in acts if acts.count(name) > 1), None)
        if double is not None:
            raise ValueError(f"one_act: {double} stands there twice")
        return self

    def check(self, known: Collection[str]) -> None:
        """Raises ValueError naming the key where a rule that is not ``known`` is named."""
        named = {
            "half_days": [one for entry in self.half_days for one in (*entry.rules, *entry.unless)],
            "one_act": [one for act in self.one_act for one in act],
        }
        for key, names in named.items():
            unknown = next((one for one in names if one not in known), None)
            if unknown is not None:
                raise ValueError(f'consequences.{key}: there is no rule "{unknown}"')

    def rung(self, breaches: int) -> Rung | None:
        """The step that so many breaches of a month lead to; None before the first."""
        return next((rung for rung in reversed(self.ladder) if breaches >= rung.at), None)


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
