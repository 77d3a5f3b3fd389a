"""`zaigang data show`: pictures with their boxes on a contact sheet."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.data.options import Folder, Sets, SplitName, here, parse_split, telling
from vision.errors import BadInput

if TYPE_CHECKING:
    from datasets.store import StoredSample

__all__ = ["add_to"]


def show(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.png", help="The contact sheet.")] = Path("sheet.png"),
    store: Folder = here,
    sets: Sets = None,
    split: SplitName = "",
    class_: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Only pictures with a box or tag of this class.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Only pictures that were checked and are empty.")] = False,
    count: Annotated[int, typer.Option("--count", help="How many, taken evenly from all.", min=1, max=400)] = 24,
    columns: Annotated[int, typer.Option("--columns", help="Pictures in a row.", min=1, max=20)] = 4,
) -> None:
    """Draw a contact sheet.

    Pictures with their boxes and classes, their set, group and split.

    For example: zaigang data show --store pictures --class badge --out badges.png
    """
    from datasets.picture import decoded
    from datasets.quality import Mark
    from datasets.sheet import Cell, write_sheet
    from datasets.store import open_store

    wanted = parse_split(split)
    with open_store(store) as opened, telling("drawing") as tell:
        found = [
            one
            for one in opened.samples(sets or ())
            if (not wanted or one.split == wanted)
            and (class_ is None or class_ in _kinds(one))
            and (not empty or one.annotation.checked_empty)
        ]
        if not found and class_ is not None:
            there = sorted({kind for one in opened.samples(sets or ()) for kind in _kinds(one)})
            if class_ not in there:
                raise BadInput(f"--class {class_!r}: no picture has it; there are {', '.join(there) or 'none'}")
        if not found:
            raise BadInput(f"{store}: no picture is like that; look at what there is with: zaigang data list")
        chosen = found if len(found) <= count else [found[at * len(found) // count] for at in range(count)]
        cells = []
        for one in chosen:
            marks = [Mark(label.kind, label.corners(one.size)) for label in one.annotation.labels]
            cells.append(Cell(decoded(opened.picture(one), one.title), one.title, _note(one), marks))
            tell(len(cells), len(chosen))
        write_sheet(out, cells, columns)
    typer.echo(f"{out}: {len(cells)} of {len(found)} pictures")


def _kinds(one: "StoredSample") -> set[str]:
    return {*(label.kind for label in one.annotation.labels), *one.annotation.tags}


def _note(one: "StoredSample") -> str:
    said = one.annotation
    state = "" if said.labels else "checked empty" if said.labelled else "unlabelled"
    parts = (", ".join(said.tags) or state, one.group and f"group {one.group}", one.split)
    return " · ".join(part for part in parts if part)


def add_to(app: typer.Typer) -> None:
    app.command()(show)
