"""`zaigang data remove`: a set, or some of its pictures, out of the store."""

import sys
from typing import Annotated

import typer

from service.cli.data.options import Folder, here
from vision.errors import BadInput

__all__ = ["add_to"]


def remove(
    set_: Annotated[str, typer.Argument(metavar="SET", help="The set.", show_default=False)],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Only these of its pictures.", show_default=False)
    ] = None,
    store: Folder = here,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take a set or pictures out.

    Their files are deleted unless another set or a revision names them.

    For example: zaigang data remove hall-1 frame_000012.jpg --store pictures
    """
    from datasets.revisions import pinned_hashes
    from datasets.store import open_store

    with open_store(store, writes=True) as opened:
        samples = opened.samples([set_])
        strange = set(names or ()) - {one.name for one in samples}
        if strange:
            raise BadInput(f"set {set_!r} has no picture {sorted(strange)[0]!r}")
        gone = [one for one in samples if not names or one.name in names]
        if not yes and not sys.stdin.isatty():
            raise BadInput("remove: nobody is there to be asked; say --yes")
        if not yes:
            typer.confirm(f"Take {len(gone)} pictures out of {set_}?", abort=True)
        kept = pinned_hashes(store)
        opened.forget(gone)
        files = opened.sweep(*kept)
    typer.echo(f"{len(gone)} pictures taken out of {set_}; {files} files deleted")


def add_to(app: typer.Typer) -> None:
    app.command()(remove)
