"""`zaigang replay`: a recorded film, or a folder of pictures, to the events a camera would have given."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.options import Config, Out, Set, Start, Zones, parse_changes, parse_start, parse_zones
from service.cli.report import report, write_out
from service.looks import written_look
from service.models import load_eye, load_uniforms
from service.rules.duty import always_on
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import overridden
from service.settings import CameraSettings, Settings, load_settings
from vision.address import address
from vision.errors import BadInput
from vision.film import open_film
from vision.layout import layout
from vision.observation import WindowId
from vision.pipeline import CameraPipeline, Look, look_through
from vision.streamtime import StreamTime

__all__ = ["add_to"]


def replay(
    source: Annotated[str, typer.Argument(help="A film, or a folder of pictures with times.", show_default=False)],
    zones: Zones = None,
    changes: Set = None,
    config: Config = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="Whose windows and zones of the configuration apply.")
    ] = None,
    start: Start = None,
    out: Out = None,
    looks_out: Annotated[
        Path | None, typer.Option("--looks", help="Write what was seen here, one look a line, as judge reads it.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Looks a second [the configuration's, or 5].", min=0.1, max=60)
    ] = None,
) -> None:
    """Replay a recorded film to the discipline events in it."""
    began = parse_start(start)
    where = address(source)
    if where.live:
        raise BadInput(
            f'replay {where}: a live source cannot be replayed; use "zaigang demo --source" or "zaigang serve"'
        )
    settings = load_settings(config)
    drawn = parse_zones(zones)
    seen_by = _camera(settings, camera)
    windows: dict[WindowId, Mapping[str, Sequence[float]]] = {}
    if seen_by is not None:
        windows = {
            WindowId(window.id): {str(zone): numbers for zone, numbers in window.zones.items()}
            for window in seen_by.windows
        }
    for window, own in drawn.items():
        windows[window] = {**windows.get(window, {}), **own}
    windows = windows or {WindowId("w1"): {}}
    set_here = parse_changes(changes)
    base = settings.hall_book()
    hall_book = overridden(base, set_here, "--set")
    configured = settings.books()
    books = {window: overridden(configured.get(window, base), set_here, "--set") for window in windows}
    eye = load_eye(settings.models, books.values())
    uniforms = load_uniforms(settings.models, settings.hall.zone)
    worn = uniforms.at if uniforms is not None else None
    if uniforms is not None and (trouble := uniforms.trouble(began)) is not None:
        typer.echo(f"zaigang: {trouble}", err=True)
    rules, site = Judge(books, always_on), settings if config else None
    if config:
        rules = Judge(books, settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
    with open_film(where, began) as film:
        plan = layout(Path(where.text).name, film.size, windows)
        pictures = film.pictures(rate or settings.looks_per_second)
        with closing(look_through(pictures, CameraPipeline(plan, eye, worn), eye)) as looks:
            events = _judged(_progress(looks, film.expected_s, began), rules, looks_out, began)
        if film.damaged:
            typer.echo(f"zaigang: {source}: {film.damaged} damaged packets were passed over", err=True)
        duration_s = film.duration_s
    write_out(report(source, duration_s, events.values(), began, hall_book.version, eye.person.card, books, site), out)


def _judged(looks: Iterable[Look], rules: Judge, looks_out: Path | None, began: StreamTime) -> dict[str, Event]:
    lines = []
    events: dict[str, Event] = {}
    for look in looks:
        for observation in look.observations:
            lines.append(written_look(observation, began) + "\n")
            events.update((event.id, event) for event in rules.observe(observation))
    events.update((event.id, event) for event in rules.unreported())
    if looks_out is not None:
        try:
            looks_out.write_text("".join(lines), encoding="utf-8")
        except OSError as error:
            raise BadInput(
                f"--looks {looks_out}: cannot be written ({(error.strerror or str(error)).lower()})"
            ) from error
    return events


def _camera(settings: Settings, name: str | None) -> CameraSettings | None:
    known = ", ".join(camera.id for camera in settings.cameras)
    if name is None:
        if len(settings.cameras) > 1:
            raise BadInput(f"--config names {len(settings.cameras)} cameras ({known}); say which with --camera")
        return settings.cameras[0] if settings.cameras else None
    found = [camera for camera in settings.cameras if camera.id == name]
    if not found:
        raise BadInput(f"--camera {name}: there is no such camera; the configuration has {known or 'none'}")
    return found[0]


def _progress(looks: Iterator[Look], expected_s: float | None, began: StreamTime) -> Iterator[Look]:
    """The looks, with a bar on a terminal's stderr while they are made."""
    if not sys.stderr.isatty() or not expected_s:
        yield from looks
        return
    columns = (TextColumn("looking"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking", total=expected_s)
        for look in looks:
            bar.update(task, completed=(look.at - began) / 1e6)
            yield look


def add_to(app: typer.Typer) -> None:
    app.command()(replay)
