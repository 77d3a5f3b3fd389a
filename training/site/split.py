"""Which groups of a trainer's sets are kept out of training, so that thresholds are found on rooms it never saw."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.errors import TrainingError

Key = tuple[str, str]
"""The set's name and the group's."""

_MEND = "add pictures of another room, day or person, or say in groups.csv (file,group) what belongs together"


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one scene, person or clip; ``boxes`` counts those of every class of the network.

    ``split`` is where the set puts it, ``train`` or ``val``, empty where it does not say.
    """

    key: Key
    pictures: int
    boxes: Counter[str]
    split: str = ""

    def __str__(self) -> str:
        return f'"{self.key[1]}" of {self.key[0]}'


def held_out_groups(groups: Sequence[Group], share: float, seed: int, needed: Iterable[str]) -> frozenset[Key]:
    """Groups with together about ``share`` of the pictures; whatever is drawn, every class can still be learnt.

    What a set puts into ``val`` is held out, the rest drawn by a hash among those of which sets say nothing, so that
    the same sets give the same groups. A class seen in two groups or more is held out with at least one of them.
    Raises TrainingError when nothing can be held out, or a class of ``needed`` lies in one group.
    """
    if len(groups) < 2:
        named = str(groups[0]) if groups else "none"
        raise TrainingError(f"all pictures are of one group ({named}), so none is left to find thresholds on: {_MEND}")
    having = Counter(kind for group in groups for kind in group.boxes)
    alone = next((kind for kind in needed if having[kind] == 1), None)
    if alone is not None:
        only = next(group for group in groups if alone in group.boxes)
        raise TrainingError(
            f"{alone}: all its {only.boxes[alone]} boxes are of one group ({only}), so none is left to find its "
            f"threshold on: {_MEND}"
        )
    chosen = {group.key for group in groups if group.split == "val"}
    left = Counter(kind for group in groups if group.key not in chosen for kind in group.boxes)
    wanted = share * sum(group.pictures for group in groups)
    taken = sum(group.pictures for group in groups if group.key in chosen)
    free = [group for group in groups if not group.split]
    order = sorted(free, key=lambda group: hashlib.sha256(f"{seed}/{group.key[0]}/{group.key[1]}".encode()).digest())

    def can_go(group: Group) -> bool:
        return group.key not in chosen and len(chosen) < len(groups) - 1 and all(left[kind] > 1 for kind in group.boxes)

    def take(group: Group) -> int:
        chosen.add(group.key)
        left.subtract(group.boxes.keys())
        return group.pictures

    for kind in sorted(kind for kind, count in having.items() if count > 1):
        if left[kind] == having[kind]:
            candidates = [group for group in order if kind in group.boxes and can_go(group)]
            taken += take(min(candidates, key=lambda group: group.pictures)) if candidates else 0
    for group in order:
        if can_go(group) and taken + group.pictures / 2 <= wanted:
            taken += take(group)
    if not chosen:
        raise TrainingError(
            "no group can be held out to find thresholds on, since every one holds the only boxes of some class: "
            + _MEND
        )
    return frozenset(chosen)
