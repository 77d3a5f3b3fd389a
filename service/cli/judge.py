"""`zaigang judge`: the rules alone, on recorded looks."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Config, Out, Set, Start, parse_changes, parse_start
from service.cli.report import report, write_out
from service.looks import read_looks
from service.rules.duty import always_on
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import overridden
from service.settings import load_settings
from vision.streamtime import SECOND

__all__ = ["add_to"]


def judge(
    looks: Annotated[Path, typer.Argument(help="Recorded looks, one JSON object a line.", show_default=False)],
    changes: Set = None,
    config: Config = None,
    start: Start = None,
    out: Out = None,
) -> None:
    """Judge recorded looks by the rulebook: no picture is needed."""
    recorded = read_looks(looks, parse_start(start), given=start is not None)
    began = recorded.start
    if recorded.unknown_keys:
        typer.echo(
            f"zaigang: {looks}: keys that mean nothing were ignored: {', '.join(recorded.unknown_keys)}", err=True
        )
    settings = load_settings(config)
    set_here = parse_changes(changes)
    base = settings.hall_book()
    hall_book = overridden(base, set_here, "--set")
    configured = settings.books()
    windows = dict.fromkeys(look.window for look in recorded.looks)
    strange = [window for window in windows if window not in configured]
    if config and configured and strange:
        typer.echo(f"zaigang: {config} names no window {', '.join(strange)}: the hall's rules and duty apply", err=True)
    books = {window: overridden(configured.get(window, base), set_here, "--set") for window in windows}
    rules, site = Judge(books, always_on), settings if config else None
    if config:
        rules = Judge(books, settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
    events: dict[str, Event] = {}
    for look in recorded.looks:
        events.update((event.id, event) for event in rules.observe(look))
    events.update((event.id, event) for event in rules.unreported())
    duration_s = (recorded.looks[-1].at - began) / SECOND if recorded.looks else 0.0
    write_out(report(str(looks), duration_s, events.values(), began, hall_book.version, None, books, site), out)


def add_to(app: typer.Typer) -> None:
    app.command()(judge)
