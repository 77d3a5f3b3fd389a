"""What a rulebook says that a month's upheld events lead to: the ladder, half days of absence, what is one act."""

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.rules.duration import Duration
from service.rules.rule import Text

__all__ = ["Consequences", "HalfDay", "Rung"]


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
