"""Which pictures are trained on and which measured on: groups as a whole, in shares as they allow."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from datasets.formats import SPLITS
from datasets.likeness import NEAR, joined, near_pairs
from datasets.store import StoredSample

__all__ = ["divided", "is_held_out"]

_SET: Final = 0.25  # how much a set's share counts beside a class's
_STRICTEST: Final = ("test", "val", "train")


def is_held_out(name: str, group: str, share: float, seed: int) -> bool:
    """Whether ``group`` of the set ``name`` is held out; the answer depends on these four values alone.

    A group (scene, person, clip) is on one side as a whole, and adding pictures moves no other group.
    """
    digest = hashlib.sha256(f"{seed}/{name}/{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def divided(
    samples: Sequence[StoredSample],
    shares: Mapping[str, float],
    seed: int,
    fixed: Mapping[str, str],
    anew: bool = False,
    near: int = NEAR,
) -> list[str]:
    """The split of every sample, by its index.

    What belongs together (one group of a set, one picture in several sets, pictures that look alike) gets one split.
    ``fixed`` names sets that belong to a split as a whole. Unless ``anew``, what has a split keeps it; where things
    that belong together have several, all go to the one that is measured on. The rest is dealt out, the largest
    first, each to where its classes and its set are scarcest against ``shares`` (split to share, together 1).
    """
    units = joined(len(samples), [*_together(samples), *near_pairs(samples, near)])
    counts, weights = _counts(samples, units)
    totals = counts.sum(axis=0)
    have = np.zeros((len(SPLITS), counts.shape[1]))
    wanted = np.array([shares.get(split, 0.0) for split in SPLITS])
    chosen: dict[int, str] = {}
    for number, unit in enumerate(units):
        settled = _settled([samples[at] for at in unit], fixed, anew)
        if settled:
            chosen[number] = settled
            have[SPLITS.index(settled)] += counts[number] / totals
    names = {number: min(samples[at].title for at in unit) for number, unit in enumerate(units)}
    open_ = [number for number in range(len(units)) if number not in chosen]
    for number in sorted(open_, key=lambda one: (-len(units[one]), _chance(seed, names[one]))):
        part = counts[number] / totals
        worse = ((have + part - wanted[:, None]) ** 2 - (have - wanted[:, None]) ** 2) @ weights
        worse[wanted <= 0] = np.inf
        best = int(np.argmin(worse))
        chosen[number] = SPLITS[best]
        have[best] += part
    splits = [""] * len(samples)
    for number, unit in enumerate(units):
        for at in unit:
            splits[at] = chosen[number]
    return splits


def _together(samples: Sequence[StoredSample]) -> list[tuple[int, int]]:
    first: dict[tuple[str, ...], int] = {}
    pairs = []
    for at, sample in enumerate(samples):
        pairs.append((first.setdefault(("picture", sample.picture), at), at))
        if sample.group:
            pairs.append((first.setdefault(("group", sample.set, sample.group), at), at))
    return pairs


def _counts(
    samples: Sequence[StoredSample], units: Sequence[Sequence[int]]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Boxes of each class, and pictures of each set and without a box, in each unit: shape (units, kinds of these);
    and how much each of these counts.
    """
    columns: dict[tuple[str, str], int] = {}
    rows: list[dict[int, int]] = []
    for unit in units:
        row: dict[int, int] = {}
        for at in unit:
            said = samples[at].annotation
            keys = [("class", label.kind) for label in said.labels] + [("class", tag) for tag in said.tags]
            keys += [("set", samples[at].set), *([] if said.labels else [("set without", samples[at].set)])]
            for key in keys:
                column = columns.setdefault(key, len(columns))
                row[column] = row.get(column, 0) + 1
        rows.append(row)
    counts = np.zeros((len(units), len(columns)))
    for number, row in enumerate(rows):
        counts[number, list(row)] = list(row.values())
    weights = np.array([1.0 if key[0] == "class" else _SET for key in columns])
    weights[((counts > 0).sum(axis=0) < 2) & (weights < 1)] = 0  # a set of one unit is on one side in any case
    return counts, weights


def _settled(members: Sequence[StoredSample], fixed: Mapping[str, str], anew: bool) -> str:
    whole = {fixed.get(one.set, "") for one in members}
    own = set() if anew else {one.split for one in members}
    return next((split for known in (whole, own) for split in _STRICTEST if split in known), "")


def _chance(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}/{name}".encode()).digest()
