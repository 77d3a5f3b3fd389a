"""What a network is for in a hall, and the classes that it must have for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

Role = Literal["person", "objects", "uniform"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

NEEDS: Final[dict[Role, str]] = {"objects": "cell phone", "person": "person", "uniform": "uniform"}
"""The class without which a network is no use in that role."""


def role_of(classes: Sequence[str]) -> Role | None:
    """What a network with ``classes`` is for: things before people, since people are seen by both; None if unclear."""
    if NEEDS["objects"] in classes:
        return "objects"
    if NEEDS["person"] in classes:
        return "person"
    return "uniform" if NEEDS["uniform"] in classes else None
