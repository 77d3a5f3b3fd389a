"""Tables on a terminal, and whole ones where the output goes to a file or another program."""

import sys

from rich.console import Console
from rich.table import Table

__all__ = ["say", "show", "table"]

_WIDE = 160


def table(title: str | None, *headings: str) -> Table:
    """An empty table whose first column is never cut off."""
    empty = Table(title=title, title_justify="left")
    for index, heading in enumerate(headings):
        empty.add_column(heading, no_wrap=index == 0, overflow="fold")
    return empty


def show(filled: Table) -> None:
    """Print the table, as wide as it needs where no terminal sets a limit."""
    Console(width=None if sys.stdout.isatty() else _WIDE).print(filled)


def say(text: str) -> None:
    """Print a line in a terminal's own letters; click would write UTF-8 to one that has only ASCII."""
    sys.stdout.write(f"{text}\n")
