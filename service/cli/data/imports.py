"""`zaigang data import`: labelled pictures of any known format into the store."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.data.options import AsJson, Folder, here, parse_map, parse_split, split_words, telling
from service.cli.tables import show, table
from vision.errors import BadInput

if TYPE_CHECKING:
    from datasets.intake import Intake

__all__ = ["add_to"]


def import_(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE...", help="Folders, .zips, or label files (.json, .xml).", show_default=False),
    ],
    store: Folder = here,
    set_: Annotated[
        str, typer.Option("--set", metavar="NAME", help="What the set is called; {name} is the source's own name.")
    ] = "{name}",
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="FOLDER|ZIP", help="Where the pictures are, if the source has labels only."),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="yolo, coco, voc, cvat or labelstudio [told by what lies there]."),
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="Under what the pictures may be used.")] = "",
    author: Annotated[str, typer.Option("--author", help="Who drew the labels, where the source does not say.")] = "",
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="OLD=NEW", help="Rename a class; OLD= leaves it out, *= all that are not named."),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option("--classes", metavar="A,B,...", help="The classes that are wanted; refuse boxes of any other."),
    ] = None,
    labelled: Annotated[
        str | None,
        typer.Option(
            "--labelled", metavar="A,B,...", help="The classes that have a box wherever one is seen [the source's]."
        ),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(
            "--group-by",
            metavar="folder|set|REGEX",
            help="What keeps pictures on one side of a split: their folder, or a part of their name in brackets.",
        ),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", help="Keep the whole set for train, val or test.", metavar="SPLIT")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Import labelled pictures.

    Run it again after a stop, or when labels were mended: nothing is double, nothing is lost. A picture that cannot
    be read is left out and named, with exit code 2; a fault in the labels refuses the source.

    For example: zaigang data import hall.zip --set hall-1 --group-by '(cam[0-9]+)_' --map 'cell phone=phone'
    """
    from datasets.formats import FORMATS, checked_words, sets_in
    from datasets.intake import Wish, take_in
    from datasets.store import open_store

    if format_ is not None and format_ not in FORMATS:
        raise BadInput(f"--format {format_!r}: it is {', '.join(FORMATS)}")
    parts = [(source, *part) for source in sources for part in sets_in(source).items()]
    names = [set_.replace("{name}", folder or _own_name(source)) for source, folder, _ in parts]
    if len(set(names)) < len(parts):
        raise BadInput("--set: several sources would be one set; write {name} in it, or import them one by one")
    taken: list[Intake] = []
    with open_store(store, writes=True, make=True) as opened:
        for name, (source, folder, files) in zip(names, parts, strict=True):
            wish = Wish(
                source=source,
                set=name,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                pictures=pictures,
                format=format_,
                licence=checked_words(licence, "--licence"),
                author=checked_words(author, "--author"),
                mapping=parse_map(maps),
                classes=split_words(classes),
                labelled=split_words(labelled),
                group_by=group_by,
                split=parse_split(split),
                adds="{name}" not in set_,
                folder=folder,
                files=files,
            )
            with telling(name) as tell:
                taken.append(take_in(opened, wish, tell))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in taken], ensure_ascii=False, indent=1))
    else:
        _print(taken, store)
    if any(one.left_out for one in taken):
        raise typer.Exit(2)


def _own_name(source: Path) -> str:
    return source.resolve().name if source.is_dir() else source.stem


def _print(taken: "list[Intake]", store: Path) -> None:
    headings = ("图片 pictures", "框 boxes", "无目标 empty", "未标注 unlabelled", "新增 new", "更新 changed")
    shown = table(None, "数据集 set", "格式 format", *headings)
    for one in taken:
        numbers = (one.pictures, one.boxes, one.checked_empty, one.unlabelled, one.added, one.changed)
        shown.add_row(one.set, one.format, *map(str, numbers))
    show(shown)
    for one in taken:
        for note in one.notes:
            typer.echo(f"{one.set}: {note}")
        if one.unlabelled:
            typer.echo(f"{one.set}: {one.unlabelled} pictures without labels are kept; every class is unknown in them")
        if one.gone:
            typer.echo(
                f"{one.set}: {len(one.gone)} pictures of the set are not in this source ({one.gone[0]} …); they stay. "
                f"Take them out with: zaigang data remove {one.set} NAME --store {store}"
            )
        for fault in one.left_out:
            typer.echo(f"zaigang: left out: {fault}", err=True)


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)
