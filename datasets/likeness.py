"""Which pictures are the same or nearly the same, so that no likeness of a training picture is measured on."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from datasets.store import StoredSample

__all__ = ["NEAR", "clusters", "joined", "near_pairs"]

NEAR: Final = 6
"""Bits of the difference hash in which near duplicates may differ."""

_ALIKE: Final = 0.8
"""Least correlation of the 16x16 thumbnails. Of 291 pairs within 6 bits among 2698 pictures of 36 sets, those of one
scene had 0.62 and more, the three that were alike by chance 0.38, 0.44 and 0.76."""


def near_pairs(samples: Sequence[StoredSample], near: int = NEAR) -> list[tuple[int, int]]:
    """Pairs of indices of samples whose pictures look alike, the smaller first; the same picture is no pair."""
    first: dict[str, int] = {}
    for at, sample in enumerate(samples):
        first.setdefault(sample.picture, at)
    places = np.array(list(first.values()), np.int64)
    prints = np.array([samples[at].fingerprint for at in places], np.uint64)
    thumbs = _normalised(np.array([np.frombuffer(samples[at].thumb, np.uint8) for at in places], np.float32))
    pairs = []
    for row in range(len(places) - 1):
        close = row + 1 + np.flatnonzero(np.bitwise_count(prints[row] ^ prints[row + 1 :]) <= near)
        alike = close[thumbs[close] @ thumbs[row] >= _ALIKE] if len(close) else close
        pairs += [(int(places[row]), int(places[other])) for other in alike]
    return pairs


def clusters(samples: Sequence[StoredSample], near: int = NEAR) -> list[list[int]]:
    """Indices of samples that look alike, in chains of likeness; each list has two different pictures or more."""
    same: dict[str, list[int]] = {}
    for at, sample in enumerate(samples):
        same.setdefault(sample.picture, []).append(at)
    pairs = near_pairs(samples, near)
    chains = joined(len(samples), [*pairs, *((every[0], other) for every in same.values() for other in every[1:])])
    return [chain for chain in chains if len({samples[at].picture for at in chain}) > 1]


def joined(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The numbers below ``count``, those that pairs connect in one list; lists by their first number."""
    root = list(range(count))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for one, other in pairs:
        a, b = find(one), find(other)
        root[max(a, b)] = min(a, b)
    lists: dict[int, list[int]] = {}
    for at in range(count):
        lists.setdefault(find(at), []).append(at)
    return list(lists.values())


def _normalised(thumbs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows of mean 0 and length 1; a plain surface has no pattern, is brought to none, and is like nothing."""
    if not len(thumbs):
        return thumbs
    centred = thumbs - thumbs.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(length, 16.0), np.float32)
