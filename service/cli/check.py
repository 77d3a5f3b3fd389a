"""`zaigang check`: validates a configuration by opening every camera once."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Config
from service.cli.sources import site_in_force, site_settings, watchable
from service.cli.tables import show, table
from service.foresight import open_questions
from service.models import load_eye, load_uniforms, refusal_by, waiting
from service.settings import CameraSettings, Settings
from service.storage import PlaceQueries, read_database
from service.storage.database import DatabaseError
from service.storage.places import DrawnZones
from vision.address import address
from vision.errors import ZaigangError, without_password
from vision.layout import layout
from vision.observation import WindowId
from vision.probe import probe

__all__ = ["add_to"]


@dataclass(frozen=True, slots=True)
class CameraReport:
    """What opening a camera gave; ``fault`` is why it cannot be used."""

    camera: str
    source: str
    size: tuple[int, int] | None = None
    codec: str | None = None
    fps: float | None = None
    gop: int | None = None
    picture: str | None = None
    fault: str | None = None


def check(
    config: Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check a configuration: its keys, what was edited since, its networks, and every camera once.

    Exit code 2 when anything is wrong.
    """
    given = site_settings(config)
    now = site_in_force(given, refusal_by(given.models))
    settings = now.settings
    eye = load_eye(settings.models, settings.books().values())
    uniforms = load_uniforms(settings.models, settings.hall.zone)
    reports = [_open(camera) for camera in settings.cameras]
    notes = [*now.troubles, *open_questions(settings, datetime.now(settings.hall.zone).date())]
    books = {book.version: book for book in settings.books().values()}
    waits = {name: lacking for book in books.values() for name, lacking in waiting(settings.models, book).items()}
    notes += [f"{name} waits: {lacking}" for name, lacking in waits.items()]
    notes += asyncio.run(_without_zones(settings))
    if as_json:
        typer.echo(
            json.dumps(
                {"cameras": [asdict(report) for report in reports], "notes": notes}, ensure_ascii=False, indent=1
            )
        )
    else:
        _print(reports)
        typer.echo(f"networks: {eye.person.card.name} {eye.person.card.version}, {eye.objects.card.name}")
        if uniforms is not None:
            typer.echo(f"uniforms: {', '.join(uniforms.names)}")
        for note in notes:
            typer.echo(f"note: {note}")
    if now.troubles or any(report.fault for report in reports):
        raise typer.Exit(2)


async def _without_zones(settings: Settings) -> list[str]:
    """A sentence for each rule that some windows cannot be judged by, since a zone is neither given nor drawn."""
    drawn: Mapping[str, DrawnZones] = {}
    if (settings.data / "zaigang.db").is_file():
        try:
            drawn = await _drawn_in(settings.data / "zaigang.db")
        except DatabaseError as error:
            return [f"which zones are drawn is not known: {error}"]
    books = settings.books()
    where: dict[tuple[str, str], list[str]] = {}
    for window, (_, own) in settings.windows().items():
        zones = own.zones or (drawn[window].zones if window in drawn else {})
        for rule, lacking in books[window].waiting_for_zones(zones).items():
            for zone in lacking:
                where.setdefault((rule, zone), []).append(own.title)
    return [
        f'{rule} waits at {", ".join(windows)}: the zone "{zone}" is not drawn there'
        for (rule, zone), windows in where.items()
    ]


async def _drawn_in(file: Path) -> Mapping[str, DrawnZones]:
    database = read_database(file)
    try:
        async with database.session() as session:
            return await PlaceQueries(session).drawn()
    finally:
        await database.close()


def _open(camera: CameraSettings) -> CameraReport:
    shown = without_password(camera.source)
    try:
        facts = probe(watchable(camera) or address(camera.source))
        zones = {WindowId(window.id): {str(k): v for k, v in window.zones.items()} for window in camera.windows}
        layout(camera.title, facts.size, zones)
    except ZaigangError as error:
        return CameraReport(camera.id, shown, fault=str(error))
    fps = round(facts.fps, 2)
    return CameraReport(camera.id, shown, facts.size, facts.codec, fps, facts.gop, facts.health or "clear")


def _print(reports: list[CameraReport]) -> None:
    found = table(None, "摄像头 camera", "source", "画面 picture", "codec", "fps", "GOP", "首图 first picture")
    for report in reports:
        if report.fault is not None:
            found.add_row(report.camera, report.source, "✗", "", "", "", report.fault)
        else:
            size = f"{report.size[0]}x{report.size[1]}" if report.size else ""
            gop = str(report.gop) if report.gop else "?"
            found.add_row(report.camera, report.source, size, report.codec, f"{report.fps:g}", gop, report.picture)
    show(found)


def add_to(app: typer.Typer) -> None:
    app.command()(check)
