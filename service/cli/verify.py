"""`zaigang verify`: whether the evidence of an event, or of all events in a folder, is what was recorded."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from service.cli.options import Config
from service.evidence.manifest import MANIFEST
from service.evidence.manifest import verify as differences
from service.settings import load_settings
from vision.errors import BadInput

__all__ = ["add_to"]

_EVENT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def verify(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[EVENT|FOLDER]",
            help="An event's id, a folder of evidence [all of the site's].",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check evidence against its manifests. Exit code 1 when anything differs.

    zaigang verify 3f0c… checks one event, zaigang verify evidence/2026-11 a folder with all below it.
    """
    folders = _folders(what, config)
    problems = [{"file": str(folder / one.file), "what": one.what} for folder in folders for one in differences(folder)]
    if as_json:
        report: dict[str, Any] = {"ok": not problems, "events": len(folders), "problems": problems}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for one in problems:
            typer.echo(f"{one['file']}: {one['what']}")
        typer.echo(
            f"{len(folders)} events, {len(problems)} problems" if problems else f"{len(folders)} events, all whole"
        )
    if problems:
        raise typer.Exit(1)


def _folders(what: str | None, config: Path | None) -> Sequence[Path]:
    """The folders of single events that are meant."""
    evidence = load_settings(config).data / "evidence" if what is None or _EVENT.fullmatch(what) else Path(what)
    if what is not None and _EVENT.fullmatch(what):
        found = sorted(evidence.glob(f"*/{what}"))
        if not found:
            raise BadInput(f"{what}: there is no evidence of such an event in {evidence}; --config names the site")
        return found
    if not evidence.is_dir():
        raise BadInput(f"{evidence}: is no event's id and no folder of evidence")
    # A folder with files and no manifest is an event's, too: its manifest is what is gone.
    inner = {one.parent for one in evidence.rglob("*") if one.is_file()}
    folders = sorted(one for one in inner if (one / MANIFEST).is_file() or _EVENT.fullmatch(one.name))
    if not folders and what is not None:
        raise BadInput(f"{evidence}: holds no {MANIFEST} of an event")
    return folders


def add_to(app: typer.Typer) -> None:
    app.command()(verify)
