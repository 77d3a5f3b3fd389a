"""What the commands on data share: the store, maps of classes, a bar for long work."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vision.errors import BadInput

if TYPE_CHECKING:
    from datasets.telling import Tell

__all__ = ["AsJson", "Folder", "Sets", "SplitName", "here", "parse_map", "parse_split", "split_words", "telling"]

here: Final = Path("data-store")
"""The store where nobody names another."""

Folder = Annotated[Path, typer.Option("--store", metavar="FOLDER", help="The store's folder.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="SET", help="Only this set; may be given several times.")
]
SplitName = Annotated[str, typer.Option("--split", metavar="SPLIT", help="Only this split: train, val or test.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def parse_map(texts: Sequence[str] | None) -> dict[str, str]:
    """``cell phone=phone`` and its like as old name to new."""
    mapping: dict[str, str] = {}
    for text in texts or ():
        old, equals, new = (part.strip() for part in text.partition("="))
        if not equals or not old:
            raise BadInput(f"--map {text!r}: write it as OLD=NEW, such as 'cell phone=phone'")
        if mapping.setdefault(old, new) != new:
            raise BadInput(f"--map {text!r}: {old!r} is {mapping[old]!r} already")
    return mapping


def parse_split(word: str) -> str:
    """``word`` as a split, or an empty text for all of them."""
    from datasets.formats import SPLITS

    if word and word not in SPLITS:
        raise BadInput(f"--split {word!r}: it is {', '.join(SPLITS)}")
    return word


def split_words(text: str | None) -> tuple[str, ...]:
    """The names in ``badge, phone``."""
    return tuple(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))


@contextmanager
def telling(title: str) -> Iterator["Tell"]:
    """Something to tell progress to, which draws a bar on a terminal's stderr and nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
