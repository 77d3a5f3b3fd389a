"""Which groups of a trainer's sets are kept out of training, so that thresholds are found on rooms it never saw."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.errors import TrainingError

Key = tuple[str, str]
"""The set's name and the group's."""


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one scene, person or clip; ``boxes`` counts those of every class of the network."""

    key: Key
    pictures: int
    boxes: Counter[str]


def held_out_groups(groups: Sequence[Group], share: float, seed: int, needed: Iterable[str]) -> frozenset[Key]:
    """Groups with together about ``share`` of the pictures; whatever is drawn, every class can still be learnt.

    Drawn by a hash, so the same sets give the same groups. A class seen in two groups or more is held out with at
    least one of them. Raises TrainingError when nothing can be held out, or a class of ``needed`` lies in one group.
    """
    if len(groups) < 2:
        named = f'"{groups[0].key[1]}" of {groups[0].key[0]}' if groups else "none"
        raise TrainingError(
            f"all pictures are of one group ({named}), so none is left to find thresholds on: add pictures of another "
            "room, day or person, or divide them finer in groups.csv"
        )
    order = sorted(groups, key=lambda group: hashlib.sha256(f"{seed}/{group.key[0]}/{group.key[1]}".encode()).digest())
    having = Counter(kind for group in groups for kind in group.boxes)
    alone = [kind for kind in needed if having[kind] == 1]
    if alone:
        only = next(group for group in groups if alone[0] in group.boxes)
        raise TrainingError(
            f'{alone[0]}: all its {only.boxes[alone[0]]} boxes are of one group ("{only.key[1]}" of {only.key[0]}), so '
            "none is left to find its threshold on: add pictures of another room, day or person, or divide them finer "
            "in groups.csv"
        )
    chosen: dict[Key, Group] = {}
    left = Counter(having)
    wanted = share * sum(group.pictures for group in groups)

    def take(group: Group) -> None:
        chosen[group.key] = group
        left.subtract(group.boxes.keys())

    def can_go(group: Group) -> bool:
        return group.key not in chosen and all(left[kind] > 1 for kind in group.boxes)

    for kind in sorted(kind for kind, count in having.items() if count > 1):
        if not any(kind in group.boxes for group in chosen.values()):
            candidates = [group for group in order if kind in group.boxes and can_go(group)]
            if candidates:
                take(min(candidates, key=lambda group: group.pictures))
    for group in order:
        taken = sum(one.pictures for one in chosen.values())
        if can_go(group) and taken + group.pictures / 2 <= wanted and len(chosen) < len(groups) - 1:
            take(group)
    if not chosen:
        raise TrainingError(
            "no group can be held out to find thresholds on, since every one holds the only boxes of some class: add "
            "pictures of another room, day or person, or divide them finer in groups.csv"
        )
    return frozenset(chosen)
