"""How far a long command is: sentences on standard error, and bars where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

__all__ = ["Terminal"]


class Terminal:
    """Tells whoever sits there; a file or another program gets the sentences alone."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        self._console.print(text, markup=False)

    @contextmanager
    def bar(self, text: str) -> Iterator[Callable[[int, int], None]]:
        """A bar that is moved by (done, of how many) and goes when it is over."""
        if not sys.stderr.isatty():
            yield lambda done, of: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console, transient=True) as shown:
            task = shown.add_task(text, total=None)
            yield lambda done, of: shown.update(task, completed=done, total=of)
