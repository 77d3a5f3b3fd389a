"""`zaigang evidence`: what is done with the evidence of one event, such as handing it out."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, said
from service.cli.progress import Terminal
from service.cli.sources import site_in_force
from service.evidence.export import Exported, Format, Order
from service.evidence.redaction import Progress
from service.evidence.signing import SiteKey
from service.models import refusal_by
from service.settings import Settings, load_settings
from vision.errors import BadInput

if TYPE_CHECKING:
    from service.storage import Database

__all__ = ["add_to"]

group = typer.Typer(
    help="The evidence of one event: hand it out, forbid that it is deleted.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@group.command()
def export(
    event: Annotated[str, typer.Argument(help="The event's id.", show_default=False)],
    by: Annotated[str, typer.Option("--by", help="Who exports it: stands in every picture.", show_default=False)],
    why: Annotated[str, typer.Option("--why", help="What it is needed for.", show_default=False)] = "",
    form: Annotated[Format, typer.Option("--format", help="A zip with everything, or the one page alone.")] = "zip",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it here [EVENT.zip or EVENT.pdf].", show_default=False)
    ] = None,
    despite: Annotated[
        bool, typer.Option("--despite", help="Also evidence that is not what was recorded; the export says so.")
    ] = False,
    reasons: Annotated[
        bool, typer.Option("--reasons", help="With the verdicts' own words, which may name people; else their kind.")
    ] = False,
    config: Config = None,
) -> None:
    """Export an event's evidence: redacted, marked with who and when, signed; with a verifier that runs alone.

    zaigang evidence export 3f0c… --by 张三 --why 申诉复核 --config zaigang.yaml
    """
    by, why = said("--by", by, 40), said("--why", why, 500, least=0)
    given = load_settings(config)
    target = out or Path(f"{event}.{form}")
    if not target.parent.is_dir():
        raise BadInput(f"--out {target}: there is no folder {target.parent}")
    if target.exists():
        raise BadInput(f"--out {target}: is there already, and is not written over")
    settings = site_in_force(given, refusal_by(given.models)).settings
    order = Order(by, why, datetime.now(UTC), form, despite, reasons)
    with _bars(Terminal()) as progress:
        made = asyncio.run(_made(settings, event, order, target, progress))
    for one in made.differs:
        typer.echo(f"the original differs from what was recorded: {one.file} {one.what}")
    typer.echo(f"{made.file}: exported, {made.file.stat().st_size / 1e6:.1f} MB; SHA-256 in the journal: {made.record}")


By = Annotated[str, typer.Option("--by", help="Who says so.", show_default=False)]
Why = Annotated[str, typer.Option("--why", help="What for; stands in the journal.", show_default=False)]


@group.command()
def hold(
    event: Annotated[str, typer.Argument(help="The event's id.", show_default=False)],
    by: By,
    why: Why,
    config: Config = None,
) -> None:
    """Put an event under a legal hold: its evidence is not deleted, not even when its time is over.

    zaigang evidence hold 3f0c… --by 王主任 --why 申诉中 --config zaigang.yaml
    """
    changed = asyncio.run(_held(load_settings(config), event, said("--by", by, 40), said("--why", why, 500), True))
    typer.echo(f"{event}: its evidence is held" if changed else f"{event}: its evidence was held already")


@group.command()
def release(
    event: Annotated[str, typer.Argument(help="The event's id.", show_default=False)],
    by: By,
    why: Why,
    config: Config = None,
) -> None:
    """End the legal hold on an event: retention applies again."""
    changed = asyncio.run(_held(load_settings(config), event, said("--by", by, 40), said("--why", why, 500), False))
    typer.echo(f"{event}: the hold is over" if changed else f"{event}: was under no hold")


async def _held(settings: Settings, event: str, by: str, why: str, is_held: bool) -> bool:
    from service.storage import EventQueries, VerdictQueries
    from service.storage.verdicts import LegalHold
    from vision.streamtime import from_datetime

    database = _database(settings)
    try:
        async with database.session() as session:
            if await EventQueries(session).find(event) is None:
                raise BadInput(f"{event}: there is no such event; --config names the site")
            queries, at = VerdictQueries(session), from_datetime(datetime.now(UTC))
            if is_held:
                return await queries.hold(event, LegalHold(by, why, at))
            return await queries.release(event, by, why, at)
    finally:
        await database.close()


def _database(settings: Settings) -> "Database":
    # The database's packages take a second to import, which a wrong argument should not pay.
    from service.storage import open_database

    file = settings.data / "zaigang.db"
    if not file.is_file():
        raise BadInput(f"{file}: there is no database of a site; --config names the site")
    return open_database(file)


async def _made(settings: Settings, event: str, order: Order, target: Path, progress: "_Begin") -> Exported:
    from service.exporting import hand_out

    database = _database(settings)
    try:
        key = SiteKey.load_or_make(settings.data / "keys")
        return await hand_out(database, settings, settings.data, key, event, order, target, progress=progress)
    finally:
        await database.close()


class _Begin:
    """Shows one bar at a time: the next one takes the place of the last."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal, self._shown = terminal, ExitStack()

    def __call__(self, text: str) -> Progress:
        self.end()
        return self._shown.enter_context(self._terminal.bar(text))

    def end(self) -> None:
        self._shown.close()


@contextmanager
def _bars(terminal: Terminal) -> Iterator[_Begin]:
    begin = _Begin(terminal)
    try:
        yield begin
    finally:
        begin.end()


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="evidence")
