"""`zaigang data check`: what may be wrong with the pictures and labels of a store."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.data.options import AsJson, Folder, Sets, here, parse_map, telling
from service.cli.tables import show, table

if TYPE_CHECKING:
    from datasets.quality import Finding, Mark
    from datasets.store import Store, StoredSample
    from vision.detector import Detector

__all__ = ["add_to"]


def check(
    store: Folder = here,
    sets: Sets = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FOLDER", help="Also compare the labels with what this network sees."),
    ] = None,
    sure: Annotated[
        float, typer.Option("--sure", help="Score from which the network is taken at its word.", min=0.05, max=1)
    ] = 0.6,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="LABEL=NETWORK", help="Which of the network's classes a label's class is."),
    ] = None,
    near: Annotated[
        int, typer.Option("--near", help="Bits of 64 in which pictures that look alike may differ.", min=0, max=20)
    ] = 6,
    tiny: Annotated[
        float, typer.Option("--tiny", help="Shorter side in pixels below which a box is too small.", min=0)
    ] = 4.0,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE.png", help="Draw the worst findings on a contact sheet.")
    ] = None,
    count: Annotated[int, typer.Option("--count", help="How many of a kind to list, and to draw.", min=1)] = 5,
    as_json: AsJson = False,
) -> None:
    """Check pictures and labels.

    Finds what is unreadable, double, on both sides of a split, oddly drawn or scarce, and with --model where a network
    and the labels disagree. Exit code 2 if there is an error.

    For example: zaigang data check --store pictures --model vision/models/person --sheet worst.png
    """
    from datasets.quality import ranked
    from datasets.store import open_store

    with open_store(store, writes=model is not None) as opened:
        samples = opened.samples(sets or ())
        found = ranked(_findings(opened, samples, near, tiny))
        if model is not None:
            found = ranked([*found, *_compared(opened, samples, model, sure, parse_map(maps))])
        if sheet is not None:
            _draw(opened, samples, found, sheet, count)
    if as_json:
        body = {"pictures": len(samples), "findings": [_said(one) for one in found]}
        typer.echo(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        _print(found, len(samples), count)
    if any(one.severity == "error" for one in found):
        raise typer.Exit(2)


def _findings(store: "Store", samples: "Sequence[StoredSample]", near: int, tiny: float) -> "Iterator[Finding]":
    from datasets.quality import balance, boxes, duplicates, leaks, unreadable

    with telling("reading") as tell:
        yield from unreadable(store, samples, tell)
    yield from duplicates(samples, near)
    yield from leaks(samples, near)
    yield from boxes(samples, tiny)
    yield from balance(samples)


def _compared(
    store: "Store", samples: "Sequence[StoredSample]", model: Path, sure: float, mapping: dict[str, str]
) -> "Iterator[Finding]":
    from datasets.quality import disagreement
    from vision.detector import load_detector

    with telling("looking") as tell:
        yield from disagreement(store, samples, _Network(load_detector(model)), sure, mapping, tell)


class _Network:
    """A detector as the check asks it."""

    def __init__(self, detector: "Detector") -> None:
        self._detector = detector
        self.name = detector.card.sha256
        self.classes = detector.card.classes

    def find(self, pictures: Sequence[Any]) -> "list[list[Mark]]":
        from datasets.quality import FLOOR, Mark

        found = []
        for seen in self._detector.detect(pictures, floor=FLOOR):
            boxes, scores, names = seen.arrays()
            rows = zip(boxes.tolist(), scores.tolist(), names, strict=True)
            found.append([Mark(name, tuple(box), score) for box, score, name in rows])
        return found


def _said(one: "Finding") -> dict[str, Any]:
    body = asdict(one)
    return {**body, "marks": [{**mark, "corners": list(mark["corners"])} for mark in body["marks"]]}


def _print(found: "list[Finding]", pictures: int, count: int) -> None:
    if not found:
        typer.echo(f"{pictures} pictures: nothing found")
        return
    kinds = list(dict.fromkeys((one.severity, one.kind) for one in found))
    shown = table(None, "问题 finding", "程度 severity", "数量 count", "位置 where", "说明 what")
    for severity, kind in kinds:
        alike = [one for one in found if (one.severity, one.kind) == (severity, kind)]
        for at, one in enumerate(alike[:count]):
            head = (kind, severity, str(len(alike))) if at == 0 else ("", "", "")
            shown.add_row(*head, one.where, one.what)
    show(shown)
    errors = sum(one.severity == "error" for one in found)
    more = "" if all(_few(found, kind, count) for kind in kinds) else "; --count shows more, --json all"
    typer.echo(f"{pictures} pictures: {errors} errors, {len(found) - errors} warnings and notes{more}")


def _few(found: "list[Finding]", kind: tuple[str, str], count: int) -> bool:
    return sum((one.severity, one.kind) == kind for one in found) <= count


def _draw(store: "Store", samples: "Sequence[StoredSample]", found: "list[Finding]", sheet: Path, count: int) -> None:
    from datasets.picture import decoded
    from datasets.quality import Mark
    from datasets.sheet import Cell, write_sheet

    by_title = {one.title: one for one in samples}
    drawn: dict[str, int] = {}
    cells = []
    for one in found:
        named = [title for title in (one.where, *one.others[:1]) if title in by_title]
        drawn[one.kind] = drawn.get(one.kind, 0) + bool(named)
        if one.kind == "unreadable" or drawn[one.kind] > count:
            continue
        for title in named:
            sample = by_title[title]
            labels = [Mark(label.kind, label.corners(sample.size)) for label in sample.annotation.labels]
            marks = one.marks if one.kind in ("no_area", "out_of_range", "tiny", "overlap") else (*labels, *one.marks)
            cells.append(Cell(decoded(store.picture(sample), title), title, f"{one.kind}: {one.what}", marks))
    if not cells:
        typer.echo("nothing was found that a sheet could show")
        return
    write_sheet(sheet, cells)
    typer.echo(f"{sheet}: {len(cells)} pictures")


def add_to(app: typer.Typer) -> None:
    app.command()(check)
