"""How a long piece of work tells how far it is."""

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Tell", "quiet"]

Tell: TypeAlias = Callable[[int, int], None]
"""Is told how many of how many are done."""


def quiet(done: int, total: int) -> None:
    """Tells nobody."""
