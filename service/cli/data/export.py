"""`zaigang data export`: pictures and labels in a format that others read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.data.options import Folder, Sets, SplitName, here, parse_split, split_words, telling
from vision.errors import BadInput

if TYPE_CHECKING:
    from datasets.outlet import Outgoing
    from datasets.store import Store

__all__ = ["add_to"]


def export(
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER|ZIP", help="What to write; must not be there yet.")],
    format_: Annotated[str, typer.Option("--format", help="yolo, coco, voc, cvat or labelstudio.")] = "yolo",
    store: Folder = here,
    sets: Sets = None,
    split: SplitName = "",
    revision: Annotated[
        str | None,
        typer.Option("--revision", metavar="HASH", help="What this revision holds [the store now]."),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option("--classes", metavar="A,B,...", help="These classes in this order, for every set; no others."),
    ] = None,
) -> None:
    """Export pictures and labels.

    Several sets become a folder each, as training reads them. What the format has no place for is said, and groups,
    splits, licences go into a groups.csv beside.

    For example: zaigang data export --store pictures --revision 3fa9c1 --format coco --to hall-coco.zip
    """
    from datasets.formats import FORMATS
    from datasets.outlet import export as write
    from datasets.store import open_store

    if format_ not in FORMATS:
        raise BadInput(f"--format {format_!r}: it is {', '.join(FORMATS)}")
    wanted = parse_split(split)
    with open_store(store) as opened:
        samples, facts = _chosen(opened, store, revision, sets or [])
        samples = [one for one in samples if not wanted or one.split == wanted]
        with telling("writing") as tell:
            lost = write(opened, samples, facts, to, format_, split_words(classes), tell)
    count = len({one.set for one in samples})
    typer.echo(f"{to}: {len(samples)} pictures of {count} {'set' if count == 1 else 'sets'} as {format_}")
    for note in (*lost, *_unheard_of(classes, facts)):
        typer.echo(note)


def _unheard_of(classes: str | None, facts: "dict[str, dict[str, object]]") -> list[str]:
    """A class that no set has may be wanted for its place in the order, or be a slip."""
    known = {name for fact in facts.values() if isinstance(fact["classes"], list) for name in fact["classes"]}
    return [
        f"--classes {name!r}: no set has it, so it is on no picture; there are {', '.join(sorted(known))}"
        for name in split_words(classes)
        if name not in known
    ]


def _chosen(
    opened: "Store", folder: Path, revision: str | None, sets: list[str]
) -> "tuple[list[Outgoing], dict[str, dict[str, object]]]":
    from datasets.outlet import outgoing
    from datasets.revisions import current, read

    frozen = current(opened) if revision is None else read(folder, revision)
    strange = [name for name in sets if name not in frozen.sets]
    if strange:
        raise BadInput(f"--set {strange[0]!r}: there is no such set; there are {', '.join(frozen.sets)}")
    return [outgoing(opened, one) for one in frozen.samples if not sets or one.set in sets], frozen.sets


def add_to(app: typer.Typer) -> None:
    app.command()(export)
