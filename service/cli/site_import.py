"""`zaigang site import` and `template`: hours, closed days, leave and rosters from tables, as the next version."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from service.cli.options import Config
from service.cli.site import By, DryRun, Why, Yes, change
from service.cli.sources import site_in_force, site_settings
from service.cli.tables import say
from service.imports import Imported, Part, import_part, laid_over, write_template
from service.models import refusal_by
from service.parts import Effective, part_of
from vision.errors import BadInput

__all__ = ["add_to"]

Kind = Literal["duty", "closed", "leave", "roster"]


def import_file(
    part: Annotated[Part, typer.Argument(help="duty (hours or closed days), leave or roster.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="CSV, or an Excel workbook (.xlsx).", show_default=False)],
    config: Config = None,
    by: By = "",
    why: Why = "",
    sheet: Annotated[str | None, typer.Option("--sheet", help="Which sheet of a workbook, where several fit.")] = None,
    skips_bad: Annotated[bool, typer.Option("--skip-bad", help="Take the good rows, and say which were not.")] = False,
    is_dry: DryRun = False,
    is_agreed: Yes = False,
) -> None:
    """Take a table into a part: print every row that is wrong, or what it changes, and save it once agreed to."""
    settings = site_settings(config)
    now = site_in_force(settings, refusal_by(settings.models))
    found = import_part(part, file, now.settings, sheet)
    for note in found.notes:
        say(note)
    if not skips_bad:
        found.check()
    for fault in found.faults:
        typer.echo(f"zaigang: not taken: {fault}", err=True)
    if not found.rows:
        raise BadInput(f"{file}: there is no row to take")
    say(f"rows taken: {found.rows}")
    content = laid_over(found, _present(now, found))
    change(config, part, content, by, why, is_dry=is_dry, is_agreed=is_agreed)


def template(
    kind: Annotated[Kind, typer.Argument(help="duty, closed, leave or roster.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The workbook (.xlsx) to write.", show_default=False)],
) -> None:
    """Write a workbook to fill in, with examples and what there is to know."""
    if out.exists():
        raise BadInput(f"--out {out}: is there already; name another file")
    write_template(kind, out)
    say(f"written to {out}")


def _present(now: Effective, found: Imported) -> Mapping[str, Any]:
    """What the part has that the file is laid over: what was edited, and of hours that nobody has edited the file's."""
    edited = now.revisions[found.part].content if found.part in now.revisions else {}
    if found.part != "duty":
        return edited
    in_force = part_of(now.settings, "duty")
    windows = dict(edited.get("windows") or {})
    for window in found.content["windows"]:
        if window not in windows and window in in_force["windows"]:
            windows[window] = in_force["windows"][window]
    hall = edited.get("hall") or (in_force["hall"] if found.content["hall"] else None)
    return {"windows": windows} if hall is None else {"hall": hall, "windows": windows}


def add_to(site: typer.Typer) -> None:
    site.command("import")(import_file)
    site.command("template")(template)
