"""One rule of a rulebook: what it asks of a look, and the figures by which it is judged. Data, not code."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.rules.duration import Duration
from service.rules.policy import Policy
from vision.observation import COUNTS, SIGNALS, Count, Observation
from vision.streamtime import seconds

__all__ = ["PARTS", "Part", "Rule", "Severity", "State", "Step", "Text", "Unjudged", "While"]

Severity = Literal["notice", "minor", "major", "grave"]
State = Annotated[
    Literal["on", "off", "auto"],
    # YAML 1.1 reads a bare on and off as yes and no.
    BeforeValidator(lambda given: {True: "on", False: "off"}.get(given, given) if isinstance(given, bool) else given),
]


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
