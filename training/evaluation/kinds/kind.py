"""A kind of set: what its classes mean, how its pictures are looked at, and what is measured on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.evaluation.looks import Look
from training.evaluation.measure import Findings, Subject
from training.evaluation.sets import EvaluationSet
from vision.card import ModelCard
from vision.conduct import Act, act_thresholds, things_of

__all__ = ["FEW_GROUPS", "PHONE", "SMOKED", "WORN", "Kind", "lacks", "lacks_class"]

PHONE, SMOKED, WORN = "cell phone", "cigarette", "badge"

FEW_GROUPS = 12
"""A set of no more groups than this has figures of each of them."""


def _nothing_more(_: EvaluationSet) -> None:
    """Nothing but its classes has to be right."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` is that of the set it was made for. ``needs``: of each of these groups of classes, a set must have one.
    ``knows``: all classes that mean something here; others are left out. ``measures``: what it gives, details apart.
    ``check`` raises DatasetError for a set that cannot be judged, before it is looked at.
    """

    name: str
    needs: tuple[tuple[str, ...], ...]
    knows: tuple[str, ...]
    measures: tuple[str, ...]
    look: Look
    judge: Callable[[Subject], Findings]
    check: Callable[[EvaluationSet], object] = _nothing_more


def lacks(card: ModelCard, act: Act) -> str | None:
    """Why the network cannot judge ``act``, if so."""
    if act in act_thresholds(card):
        return None
    return f"network {card.name} {card.version} knows no {' or '.join(sorted(things_of(act)))}"


def lacks_class(card: ModelCard, name: str) -> str | None:
    """Why the network cannot find ``name``, if so."""
    return None if name in card.classes else f"network {card.name} {card.version} knows no {name}"
