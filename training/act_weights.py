"""How an act's box and its posture are weighed together, and the score that counts: fitted on held-out people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.compose import Composed
from training.held_out import Answers, even, lowest_quiet
from training.look import Found
from training.recipe import ActWish, Recipe
from vision.card import ActWeights
from vision.conduct import ACTS, Act, joined, logit, thing_seen
from vision.detector import Detections

ROUNDS = 200
RIDGE = 1.0
"""Prior of both weights at 0.5: a few dozen people must not decide that one word counts for nothing."""


THING_ALONE = (0.0, 1.0, 0.0)
"""The act's score is its thing's: nothing seen is no sign at all, half a threshold is half of it."""


@dataclass(frozen=True, slots=True)
class People:
    """Of held-out people the best box's score, the posture's, whether they do it, whether a threshold is read off them,
    and the set that each is from; all of shape (n,).
    """

    thing: NDArray[np.float64]
    posture: NDArray[np.float64]
    done: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    source: NDArray[np.str_]


def act_weights(recipe: Recipe, answers: Answers) -> dict[str, ActWeights]:
    """For every act of the recipe its weights and the threshold that the recipe wishes."""
    found: dict[str, ActWeights] = {}
    for act in ACTS:
        if act in recipe.acts and act in recipe.answers:
            wish, people = recipe.acts[act], _people(recipe, answers, act)
            bias, thing, posture = fitted(people) if wish.posture else THING_ALONE
            weights = ActWeights(1.0, round(bias, 3), round(thing, 3), round(posture, 3))
            scores = np.array(
                [joined(weights, one, other) for one, other in zip(people.thing, people.posture, strict=True)]
            )
            found[act] = replace(weights, threshold=round(max(wish.least, _threshold(wish, scores, people)), 2))
    return found


def _threshold(wish: ActWish, scores: NDArray[np.float64], people: People) -> float:
    done, others = people.judged & people.done, people.judged & ~people.done
    counts = even(people.source[others].tolist())
    if wish.alarms is not None:
        return lowest_quiet(scores[others], counts, wish.alarms)
    return break_even(scores[done], even(people.source[done].tolist()), scores[others], counts)


def break_even(
    done: NDArray[np.float64],
    done_counts: NDArray[np.float64],
    others: NDArray[np.float64],
    other_counts: NDArray[np.float64],
) -> float:
    """The threshold (in steps of 0.01) at which the share of ``done`` scores below it comes nearest to the share of
    ``others`` that reach it; 1, never, where either is missing.
    """
    if not len(done) or not len(others):
        return 1.0
    steps = [step / 100 for step in range(1, 100)]
    apart = [abs(float(done_counts[done < step].sum()) - float(other_counts[others >= step].sum())) for step in steps]
    return steps[int(np.argmin(apart))]


def fitted(people: People) -> tuple[float, float, float]:
    """Bias and the weights of both logits: logistic regression by Newton's steps, both classes weighing the same and
    within each every source, no weight below zero (a sign of an act never speaks against it).
    """
    inputs = np.column_stack(
        [np.ones(len(people.done)), [logit(one) for one in people.thing], [logit(one) for one in people.posture]]
    )
    each = np.zeros(len(people.done))
    for side in (people.done, ~people.done):
        each[side] = even(people.source[side].tolist()) * len(people.done) / 2
    prior, ridge = np.array([0.0, 0.5, 0.5]), np.array([1e-3, RIDGE, RIDGE])

    def cost(weights: NDArray[np.float64]) -> float:
        sums = inputs @ weights
        wrong = each @ (np.logaddexp(0, sums) - people.done * sums)
        return float(wrong + ridge @ (weights - prior) ** 2 / 2)

    weights = prior.copy()
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (each * (chance - people.done)) + ridge * (weights - prior)
        curve = (inputs * (each * chance * (1 - chance))[:, None]).T @ inputs + np.diag(ridge)
        step, share = np.linalg.solve(curve, slope), 1.0
        while share > 1e-6 and cost(_no_less(weights - share * step)) >= cost(weights):
            share /= 2
        if share <= 1e-6:
            break
        weights = _no_less(weights - share * step)
    return float(weights[0]), float(weights[1]), float(weights[2])


def _no_less(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([weights[:1], np.maximum(weights[1:], 0.0)])


def _people(recipe: Recipe, answers: Answers, act: Act) -> People:
    rows = [
        (row, found)
        for row, found in answers.rows()
        if act in row.acts and row.person is not None and found.acts is not None
    ]
    column = recipe.answers.index(act)
    thing = [_thing(recipe, row, found, act) for row, found in rows]
    return People(
        np.array(thing, dtype=np.float64),
        np.array([float(found.acts[column]) for _, found in rows if found.acts is not None], dtype=np.float64),
        np.array([row.acts[act] for row, _ in rows], dtype=np.bool_),
        np.array([row.kind in recipe.acts[act].kinds for row, _ in rows], dtype=np.bool_),
        np.array([row.source for row, _ in rows], dtype=str),
    )


def _thing(recipe: Recipe, row: Composed, found: Found, act: Act) -> float:
    things = Detections(found.boxes, found.scores, found.classes.astype(np.intp), tuple(recipe.classes))
    x1, y1, x2, y2 = row.person or (0.0, 0.0, 0.0, 0.0)
    return thing_seen((x1, y1, x2, y2), things, act)[1]
