"""`zaigang data split`: train, val and test by group."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.data.options import AsJson, Folder, here
from service.cli.tables import show, table
from vision.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasets.store import StoredSample

__all__ = ["add_to"]


def split(
    store: Folder = here,
    val: Annotated[float, typer.Option("--val", help="Share to choose thresholds on.", min=0, max=1)] = 0.15,
    test: Annotated[float, typer.Option("--test", help="Share to measure on, never looked at.", min=0, max=1)] = 0.15,
    seed: Annotated[int, typer.Option("--seed", help="Another number deals otherwise.")] = 7,
    near: Annotated[
        int, typer.Option("--near", help="Bits of 64 in which pictures that look alike may differ.", min=0, max=20)
    ] = 6,
    anew: Annotated[bool, typer.Option("--anew", help="Deal out again what has a split already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deal out to train, val and test.

    A group, and pictures that look alike, go to one side as a whole. What has a split keeps it, so a test set stays
    one when pictures are added. Sets imported with --split stay there.

    For example: zaigang data split --store pictures --val 0.1 --test 0.2
    """
    from datasets.splits import divided
    from datasets.store import open_store

    if val + test >= 1:
        raise BadInput(f"--val {val:g} and --test {test:g} leave nothing to train on; together they must be under 1")
    with open_store(store, writes=True) as opened:
        samples = opened.samples()
        fixed = {one.name: one.split for one in opened.sets() if one.split}
        shares = {"train": 1 - val - test, "val": val, "test": test}
        splits = divided(samples, shares, seed, fixed, anew, near)
        moves = [(one, new) for one, new in zip(samples, splits, strict=True) if one.split != new]
        opened.move(moves)
    moved = sum(bool(one.split) for one, _ in moves)
    counts = {name: _counted(samples, splits, name) for name in shares}
    if as_json:
        body = {"pictures": len(samples), "moved": moved, "new": len(moves) - moved, "splits": counts}
        typer.echo(json.dumps(body, ensure_ascii=False, indent=1))
        return
    boxes = Counter(label.kind for one in samples for label in one.annotation.labels)
    shown = table(None, "类别 class", "训练 train", "验证 val", "测试 test")
    shown.add_row("图片 pictures", *(_share(counts[name]["pictures"], len(samples)) for name in shares))
    for kind, total in boxes.most_common():
        shown.add_row(kind, *(_share(counts[name]["boxes"].get(kind, 0), total) for name in shares))
    show(shown)
    stayed = len(samples) - len(moves)
    typer.echo(f"{len(moves) - moved} pictures were dealt out, {moved} changed sides, {stayed} stayed")


def _counted(samples: "Sequence[StoredSample]", splits: "Sequence[str]", name: str) -> dict[str, Any]:
    own = [one for one, split in zip(samples, splits, strict=True) if split == name]
    boxes = Counter(label.kind for one in own for label in one.annotation.labels)
    return {"pictures": len(own), "boxes": dict(boxes)}


def _share(count: int, total: int) -> str:
    return f"{count} ({count / max(1, total):.0%})"


def add_to(app: typer.Typer) -> None:
    app.command()(split)
