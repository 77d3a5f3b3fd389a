"""`zaigang whatif`: what another rulebook would have made of what was seen, event by event."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from service.cli.options import Config, Set, Start, parse_changes, parse_start
from service.cli.progress import Terminal
from service.cli.sources import site_in_force
from service.cli.whatif_told import local, tell
from service.looks import read_looks
from service.models import refusal_by
from service.observations import ObservationReader
from service.rules.rulebook import Rulebook
from service.settings import Settings, load_settings
from service.settings.moments import begin_of, end_of
from service.whatif import Question, Span, answer, answer_of_log, other_books, plain, trial_of
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import StreamTime, to_datetime

__all__ = ["add_to"]

_DAYS: Final = 7


def whatif(
    changes: Set = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules", help="Another rulebook, or figures as rules: of zaigang.yaml has them.", show_default=False
        ),
    ] = None,
    config: Config = None,
    window: Annotated[
        list[str] | None, typer.Option("--window", help="Only this window; may be given more than once.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="A date, or a time by the hall's clock [the log's last 7 days]."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="To when; a date means all of that day.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The folder of the site's data [the configuration's].", show_default=False),
    ] = None,
    looks: Annotated[
        Path | None,
        typer.Option("--looks", help="Recorded looks, as judge reads them, not the site's log.", show_default=False),
    ] = None,
    start: Start = None,
    every: Annotated[bool, typer.Option("--all", help="Tell of events that stay the same, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Judge what was seen by another rulebook, and tell what would have been different.

    zaigang whatif --config zaigang.yaml --set phone_use.after=20s --since 2026-01-05
    """
    set_here = parse_changes(changes)
    if not set_here and rules is None:
        raise BadInput("whatif: say what would be different, with --set phone_use.after=20s or with --rules FILE")
    settings = load_settings(config)
    if looks is not None:
        seen = read_looks(looks, parse_start(start)).looks
        now = _books(settings, dict.fromkeys(look.window for look in seen), window)
        question = Question(settings, now, other_books(settings, now, rules, set_here), None)
        trial = trial_of(question, on_duty=config is None)
        for look in seen:
            trial.observe(look)
        told = answer(question, trial, 0, None, "looks of a file have no site")
    else:
        folder = data if data is not None else settings.data
        given = settings.model_copy(update={"data": folder})
        settings = site_in_force(given, refusal_by(given.models)).settings
        now = _books(settings, settings.windows(), window)
        then = other_books(settings, now, rules, set_here)
        question = Question(settings, now, then, span := _span(settings.hall.zone, folder, since, until))
        with Terminal().bar("judging, hours") as moved:
            told = answer_of_log(question, span, folder, moved)
    if as_json:
        typer.echo(json.dumps(plain(told), ensure_ascii=False, indent=1))
    else:
        tell(told, every)


def _books(settings: Settings, known: Iterable[WindowId], only: list[str] | None) -> dict[WindowId, Rulebook]:
    """The book in force at each window that is meant."""
    windows = list(known)
    strange = next((name for name in only or () if name not in windows), None)
    if strange is not None:
        raise BadInput(f"--window {strange}: there is no such window; there are {', '.join(windows) or 'none'}")
    if not windows:
        raise BadInput("whatif: there is no window; name the site with --config")
    configured, hall = settings.books(), settings.hall_book()
    return {window: configured.get(window, hall) for window in windows if not only or window in only}


def _span(zone: ZoneInfo, folder: Path, since: str | None, until: str | None) -> Span:
    """What is asked about, by the hall's clock; the last days of the log where nobody says."""
    kept = ObservationReader(folder / "observations").span()
    if kept is None:
        raise BadInput(
            f"{folder}: holds no observation log; a site that is served keeps one (retention.observations). "
            "--data names another folder, --looks a file of looks"
        )
    ends = end_of(_moment("--until", until), zone) if until is not None else kept[1]
    first, last = (to_datetime(at).astimezone(zone).date() for at in (kept[0], StreamTime(ends - 1)))
    days_back = max(first, last - timedelta(days=_DAYS - 1))
    begins = begin_of(_moment("--since", since) if since is not None else days_back, zone)
    if begins >= ends:
        raise BadInput(f"--since {since}: is not before {local(ends, zone)}, where what is asked about ends")
    return Span(begins, ends)


def _moment(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-01-05") else datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{option} {text!r}: write it as 2026-01-05, or as 2026-01-05T10:00") from error


def add_to(app: typer.Typer) -> None:
    app.command()(whatif)
