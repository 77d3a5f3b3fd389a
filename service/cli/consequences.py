"""`zaigang consequences`: what a month's upheld events lead to, per window or per person of the roster."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from service.api.consequences import consequences_out
from service.api.month_table import table_of
from service.api.schemas.consequences import ConsequencesOut
from service.cli.options import Config
from service.cli.sources import site_in_force
from service.cli.tables import say
from service.models import refusal_by
from service.month import Month, month_at, month_named, people_of, report_of
from service.parts import Effective
from service.rules.consequences.accounts import PeopleAt
from service.settings import load_settings
from service.storage import read_database
from service.worker.worker import utc_now
from vision.errors import BadInput

__all__ = ["add_to"]


def consequences(
    month: Annotated[
        str | None, typer.Argument(help="As 2026-11 [the present one by the hall's clock].", show_default=False)
    ] = None,
    config: Config = None,
    by_person: Annotated[
        bool | None,
        typer.Option("--person/--window", help="For whom events count [--person where there is a roster]."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the API says.")] = False,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every line into this table.", show_default=False)
    ] = None,
) -> None:
    """Say what a month's upheld events lead to, line by line. It is computed from the verdicts that hold now."""
    given = load_settings(config)
    now = site_in_force(given, refusal_by(given.models))
    zone = now.settings.hall.zone
    wanted = month_at(utc_now(), zone) if month is None else month_named(month, zone)
    people_at = people_of(now.settings) if by_person is not False else None
    if by_person and people_at is None:
        raise BadInput("--person: nobody is on the roster, so events count for windows only")
    found = asyncio.run(_found(now, wanted, people_at))
    if table is not None:
        _write(table, found)
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
        return
    for line in _lines(found):
        say(line)


async def _found(now: Effective, month: Month, people_at: PeopleAt | None) -> ConsequencesOut:
    settings, book = now.settings, now.hall_book
    file = settings.data / "zaigang.db"
    if not file.is_file():
        raise BadInput(f"data: {settings.data} holds no events yet: there is no {file.name}; --config names the site")
    by: Literal["window", "person"] = "window" if people_at is None else "person"
    database = read_database(file)
    try:
        async with database.session() as session:
            report = await report_of(session, month, book, settings.hall.zone, people_at)
    finally:
        await database.close()
    return consequences_out(report, book, settings.hall.zone, by)


def _lines(found: ConsequencesOut) -> Iterator[str]:
    yield f"{found.says.zh} {found.says.en}"
    for account in found.accounts:
        yield ""
        yield f"{account.says.zh} {account.says.en}"
        for says in (*(line.says for line in account.lines), *(half.says for half in account.absences)):
            yield f"  {says.zh}"
            yield f"  {says.en}"


def _write(file: Path, found: ConsequencesOut) -> None:
    try:
        file.write_text(table_of(found), encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"--csv: {file} cannot be written ({(error.strerror or str(error)).lower()})") from error


def add_to(app: typer.Typer) -> None:
    app.command()(consequences)
