"""`zaigang data list`: the sets and revisions of a store."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from service.cli.data.options import AsJson, Folder, here
from service.cli.tables import show, table

if TYPE_CHECKING:
    from datasets.store import StoredSample, StoredSet

__all__ = ["add_to"]

_SPLITS: Final = ("train", "val", "test", "")
_SHOWN: Final = 6


def list_(store: Folder = here, as_json: AsJson = False) -> None:
    """List sets and revisions.

    For example: zaigang data list --store pictures
    """
    from datasets.revisions import revisions
    from datasets.store import open_store

    with open_store(store) as opened:
        members: dict[str, list[StoredSample]] = {one.name: [] for one in opened.sets()}
        for sample in opened.samples():
            members[sample.set].append(sample)
        rows = [_row(one, members[one.name]) for one in opened.sets()]
    frozen = [{"revision": file.stem, "frozen_at": _written_at(file)} for file in revisions(store)]
    if as_json:
        typer.echo(json.dumps({"sets": rows, "revisions": frozen}, ensure_ascii=False, indent=1))
    else:
        _print(rows, frozen)


def _row(one: "StoredSet", members: "list[StoredSample]") -> dict[str, Any]:
    splits = Counter(sample.split for sample in members)
    return {
        "set": one.name,
        "pictures": len(members),
        "boxes": sum(len(sample.annotation.labels) for sample in members),
        "classes": list(one.classes),
        "groups": len({sample.group for sample in members if sample.group}),
        "splits": {split: splits[split] for split in _SPLITS if splits[split]},
        "licences": sorted({sample.licence for sample in members if sample.licence}),
        "format": one.format,
        "source": one.source,
        "finished_at": one.finished_at,
    }


def _print(rows: list[dict[str, Any]], frozen: list[dict[str, str]]) -> None:
    headings = ("图片 pictures", "框 boxes", "分组 groups", "train / val / test / –", "许可 licence", "类别 classes")
    shown = table(None, "数据集 set", *headings)
    for row in rows:
        name = row["set"] if row["finished_at"] else f"{row['set']} (broken off: run its import again)"
        numbers = (str(row[key]) for key in ("pictures", "boxes", "groups"))
        divided = " / ".join(str(row["splits"].get(split, 0)) for split in _SPLITS)
        more = len(row["classes"]) - _SHOWN
        known = ", ".join(row["classes"][:_SHOWN]) + (f" and {more} more" if more > 0 else "")
        shown.add_row(name, *numbers, divided, ", ".join(row["licences"]), known)
    show(shown)
    for entry in frozen:
        typer.echo(f"revision {entry['revision'][:12]}   {entry['frozen_at']}")


def _written_at(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")


def add_to(app: typer.Typer) -> None:
    app.command("list")(list_)
