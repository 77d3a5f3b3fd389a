"""`zaigang site import` and `template`: hours, closed days, leave, rosters and uniforms from tables."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Config
from service.cli.site import By, DryRun, Why, Yes, change
from service.cli.sources import site_in_force, site_settings
from service.cli.tables import say
from service.imports import Part, Template, content_with, import_part, write_template
from service.models import refusal_by
from vision.errors import BadInput

__all__ = ["add_to"]


def import_file(
    part: Annotated[
        Part, typer.Argument(help="duty (hours or closed days), leave, roster, uniform_timetable.", show_default=False)
    ],
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
    refusal = refusal_by(settings.models)
    now = site_in_force(settings, refusal)
    found = import_part(part, file, now.settings, sheet, refusal.of_uniform)
    for note in found.notes:
        say(note)
    if not skips_bad:
        found.check()
    for fault in found.faults:
        typer.echo(f"zaigang: not taken: {fault}", err=True)
    if not found.rows:
        raise BadInput(f"{file}: there is no row to take")
    say(f"rows taken: {found.rows}")
    change(config, part, content_with(now, found), by, why, is_dry=is_dry, is_agreed=is_agreed)


def template(
    kind: Annotated[
        Template, typer.Argument(help="duty, closed, leave, roster or uniform_timetable.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", help="The workbook (.xlsx) to write.", show_default=False)],
) -> None:
    """Write a workbook to fill in, with examples and what there is to know."""
    if out.exists():
        raise BadInput(f"--out {out}: is there already; name another file")
    write_template(kind, out)
    say(f"written to {out}")


def add_to(site: typer.Typer) -> None:
    site.command("import")(import_file)
    site.command("template")(template)
