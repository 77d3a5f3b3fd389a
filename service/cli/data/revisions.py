"""`zaigang data freeze` and `diff`: what a store held at a moment, by a hash, and what changed since."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.data.options import AsJson, Folder, here

if TYPE_CHECKING:
    from datasets.revisions import Revision
    from datasets.store import Store

__all__ = ["add_to"]

_SHOWN = 5


def freeze(store: Folder = here, as_json: AsJson = False) -> None:
    """Freeze what the store holds now.

    Pictures, labels, groups and splits become a revision; the same content gives the same one. What a revision
    names is never deleted; a training run that names it can be made again.

    For example: zaigang data freeze --store pictures
    """
    from datasets.revisions import freeze as write
    from datasets.store import open_store

    with open_store(store, writes=True) as opened:
        revision, new = write(opened)
    splits = Counter(one.split or "no split" for one in revision.samples)
    if as_json:
        body = {"revision": revision.sha256, "new": new, "pictures": len(revision.samples), "splits": dict(splits)}
        typer.echo(json.dumps(body, indent=1))
        return
    shares = ", ".join(f"{name} {count}" for name, count in sorted(splits.items()))
    typer.echo(f"revision {revision.sha256}\n{len(revision.samples)} pictures: {shares}")
    if not new:
        typer.echo("nothing has changed since it was frozen")


def diff(
    before: Annotated[str, typer.Argument(help="A revision: 6 signs of its hash or more.", show_default=False)],
    after: Annotated[str | None, typer.Argument(help="Another one [what the store holds now].")] = None,
    store: Folder = here,
    as_json: AsJson = False,
) -> None:
    """Say what changed since a revision.

    Pictures that were added, removed, replaced, relabelled, moved between splits or regrouped.

    For example: zaigang data diff 3fa9c1 --store pictures
    """
    from datasets.revisions import difference, read
    from datasets.store import open_store

    with open_store(store) as opened:
        changes = asdict(difference(read(store, before), _after(opened, store, after)))
    if as_json:
        typer.echo(json.dumps(changes, ensure_ascii=False, indent=1))
        return
    if not any(changes.values()):
        typer.echo("nothing has changed")
    for what, titles in changes.items():
        if titles:
            more = f" and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
            typer.echo(f"{what} {len(titles)}: {', '.join(titles[:_SHOWN])}{more}")


def _after(opened: "Store", folder: Path, name: str | None) -> "Revision":
    from datasets.revisions import current, read

    return current(opened) if name is None else read(folder, name)


def add_to(app: typer.Typer) -> None:
    app.command()(freeze)
    app.command()(diff)
