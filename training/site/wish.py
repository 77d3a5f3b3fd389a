"""What a trainer asks for, and who is told how far it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from training.site.classes import Renaming


@dataclass(frozen=True, slots=True)
class Wish:
    """From which pictures to which network; paths and names as given on the command line.

    ``held_out`` is the share of pictures kept for thresholds, ``precision`` what those must hold.
    """

    data: tuple[Path, ...]
    base: str
    out: Path
    classes: str | None = None
    renamings: tuple[Renaming, ...] = ()
    held_out: float = 0.2
    precision: float = 0.9


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard: ``patience`` is the epochs without gain after which it stops, 0 for never.

    ``frozen`` is the number of first layers that keep their weights, ``camera`` the strength of a hall's camera.
    """

    epochs: int = 40
    size: int = 640
    batch: int = 16
    seed: int = 0
    patience: int = 10
    frozen: int = 4
    camera: float = 1.0


class Teller(Protocol):
    """Who is told how far things are: sentences, and a bar for what takes long, moved by (done, of how many)."""

    def say(self, text: str) -> None: ...

    def bar(self, text: str) -> AbstractContextManager[Callable[[int, int], None]]: ...
