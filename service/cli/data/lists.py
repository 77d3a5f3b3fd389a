"""`zaigang data list`: the sets and revisions of a store."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import typer

from service.cli.data.options import AsJson, Folder, here
from service.cli.tables import show, table

__all__ = ["add_to"]


def list_(store: Folder = here, as_json: AsJson = False) -> None:
    """List what the store holds: its sets, where they came from, its revisions.

    For example: zaigang data list --store pictures
    """
    from datasets.revisions import revisions
    from datasets.store import open_store

    with open_store(store) as opened:
        sets, samples = opened.sets(), opened.samples()
    rows = []
    for one in sets:
        members = [sample for sample in samples if sample.set == one.name]
        splits = Counter(sample.split for sample in members)
        rows.append(
            {
                "set": one.name,
                "pictures": len(members),
                "boxes": sum(len(sample.annotation.labels) for sample in members),
                "classes": list(one.classes),
                "groups": len({sample.group for sample in members if sample.group}),
                "splits": {split: splits[split] for split in ("train", "val", "test", "") if splits[split]},
                "licences": sorted({sample.licence for sample in members if sample.licence}),
                "format": one.format,
                "source": one.source,
                "finished_at": one.finished_at,
            }
        )
    frozen = [{"revision": file.stem, "frozen_at": _written_at(file)} for file in revisions(store)]
    if as_json:
        typer.echo(json.dumps({"sets": rows, "revisions": frozen}, ensure_ascii=False, indent=1))
        return
    shown = table(None, "set", "pictures", "boxes", "groups", "train / val / test / –", "licence", "classes")
    for row, one in zip(rows, sets, strict=True):
        members = [sample for sample in samples if sample.set == one.name]
        splits = Counter(sample.split for sample in members)
        divided = " / ".join(str(splits[split]) for split in ("train", "val", "test", ""))
        known = ", ".join(one.classes[:6]) + (f" and {len(one.classes) - 6} more" if len(one.classes) > 6 else "")
        name = one.name if one.finished_at else f"{one.name} (broken off: run its import again)"
        licences = ", ".join(sorted({sample.licence for sample in members if sample.licence}))
        shown.add_row(name, str(row["pictures"]), str(row["boxes"]), str(row["groups"]), divided, licences, known)
    show(shown)
    for entry in frozen:
        typer.echo(f"revision {entry['revision'][:12]}   {entry['frozen_at']}")


def _written_at(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")


def add_to(app: typer.Typer) -> None:
    app.command("list")(list_)
