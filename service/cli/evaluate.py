"""`zaigang evaluate`: how good the networks are on sets of real pictures."""

import json
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.progress import Terminal
from service.cli.report import write_out
from service.cli.tables import show, table
from vision.card import SHIPPED
from vision.errors import BadInput

if TYPE_CHECKING:
    from training.evaluation import Film, Report

__all__ = ["add_to"]

_ROOT = "Where the sets are: folders called counter-scenes, phone-cctv and so on; or one set."


def evaluate(
    root: Annotated[Path, typer.Option("--root", help=_ROOT, show_default=False)],
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FOLDER=KIND[:THEIRS=OURS,...]",
            help="Measure a folder of another name as this kind, its classes being called so: "
            "events=badge-web:id_card=badge.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="PATTERN", help="Only these measures or sets, such as 'phone.*' or badge-torso."
        ),
    ] = None,
    films: Annotated[
        Path | None,
        typer.Option("--films", help="Films with NAME.truth.json beside [the folder footage near --root, if any]."),
    ] = None,
    person: Annotated[
        Path | None, typer.Option("--person", help="Another network for people: a folder, or a run of zaigang train.")
    ] = None,
    objects: Annotated[Path | None, typer.Option("--objects", help="Another network for things and conduct.")] = None,
    uniform: Annotated[Path | None, typer.Option("--uniform", help="Another network for uniforms.")] = None,
    base: Annotated[
        Path | None,
        typer.Option("--base", help="Untuned networks to compare with, from python -m training.evaluation.base."),
    ] = None,
    speed: Annotated[bool, typer.Option("--speed", help="Also time looks against those of --base.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Also show figures by size and group.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the table for a page.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Also write the JSON here.")] = None,
    sheets: Annotated[
        Path | None, typer.Option("--sheets", help="Write contact sheets of the worst misses and false alarms here.")
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=0, help="Cores to use [all].", show_default=False)] = 0,
    resamples: Annotated[int, typer.Option("--resamples", min=0, help="Sets drawn for an interval.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what is drawn.")] = 7,
) -> None:
    """Measure networks on sets of real pictures, each figure with its 95 % interval.

    zaigang evaluate --root data/eval --base build/base --sheets build/sheets
    """
    from training import evaluation
    from training.model_folder import named

    networks = evaluation.NetworkFolders(
        named("--person", person or "person"),
        named("--objects", objects or "objects"),
        named("--uniform", uniform) if uniform is not None else _shipped("uniform"),
    )
    bases = evaluation.find_bases(base) if base is not None else evaluation.Bases()
    cards = networks.cards()
    plan = evaluation.planned(
        root,
        [evaluation.parse_map(text) for text in maps or ()],
        evaluation.find_films(films) if films is not None else _films_near(root),
        only or (),
        also=tuple(dict.fromkeys(name for card in cards for name in card.classes)),
    )
    if sheets is not None and sheets.exists() and not sheets.is_dir():
        raise BadInput(f"--sheets {sheets}: is a file; name a folder")
    times = evaluation.timed(networks, bases, threads) if speed else []
    pictures, done = plan.pictures(bases), count(1)
    with Terminal().bar("looking") as moved:
        resampling = evaluation.Resampling(resamples, seed)
        report = evaluation.evaluate(plan, networks, bases, threads, resampling, lambda: moved(next(done), pictures))
    report.rows += times
    if sheets is not None:
        for file in evaluation.write_sheets(report.cases, sheets):
            typer.echo(f"wrote {file}", err=True)
    if out is not None:
        write_out(evaluation.as_json(report), out)
    if as_json:
        typer.echo(json.dumps(evaluation.as_json(report), ensure_ascii=False, indent=1))
    elif as_markdown:
        typer.echo(evaluation.markdown(report.rows if details else evaluation.headline(report)))
    else:
        _print(report, details)


def _print(report: "Report", details: bool) -> None:
    from training import evaluation

    filled = table(" + ".join(f"{card.name} {card.version}" for card in report.cards), *evaluation.HEADINGS)
    rows = report.rows if details else evaluation.headline(report)
    for row in rows:
        filled.add_row(*evaluation.cells(row))
    show(filled)
    if any(row.measure.drawn == "pictures" for row in rows):
        typer.echo("* too few groups to draw: single pictures were drawn, so the interval is too narrow")
    for one in report.passed:
        typer.echo(f"not measured: {one.set}: {one.reason}")
    for note in report.notes:
        typer.echo(f"note: {note}")


def _shipped(name: str) -> Path | None:
    folder = SHIPPED / name
    return folder if folder.is_dir() else None


def _films_near(root: Path) -> "list[Film]":
    """Those of the folder ``footage`` beside the sets, or up to two folders above them."""
    from training import evaluation

    for folder in (root.resolve(), *root.resolve().parents[:2]):
        if (folder / "footage").is_dir():
            return evaluation.find_films(folder / "footage")
    return []


def add_to(app: typer.Typer) -> None:
    app.command()(evaluate)
