"""What a network is for in a hall, and what it must have for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args

Role = Literal["person", "objects", "uniform"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

NEEDS: Final[dict[Role, str]] = {"objects": "cell phone", "person": "person", "uniform": "uniform"}
"""The class without which a network is no use in that role."""

EMBEDDING: Final = "embedding"
"""The output of a network that knows no classes and by which uniforms are enrolled."""


def role_of(classes: Sequence[str], output: str = "yolo26") -> Role | None:
    """What a network is for: things before people, since people are seen by both; None if that is not clear."""
    order: tuple[Role, ...] = ("objects", "person", "uniform")
    return next((role for role in order if serves(role, classes, output)), None)


def serves(role: Role, classes: Sequence[str], output: str = "yolo26") -> bool:
    """Whether a network with these classes and this output can be of use in ``role``."""
    return role == "uniform" if output == EMBEDDING else NEEDS[role] in classes
