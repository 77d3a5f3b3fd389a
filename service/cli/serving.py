"""Composes the service with its workers and serves it: what `serve` and `demo` share."""

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from service.api.board import Board
from service.api.guard import LOOPBACK
from service.api.site import Site
from service.api.taking_up import follow_revisions
from service.app import create_app
from service.cli.sources import site_in_force, watchable
from service.engine import LocalEngine
from service.evidence.signing import SiteKey
from service.evidence.upkeep import Upkeep
from service.exporting import exports_of
from service.foresight import open_questions
from service.lock import Held, held
from service.logs import set_up_logs
from service.models import load_eye, load_uniforms, refusal_by
from service.parts import Effective, InForce, Refusal
from service.scratch import clear
from service.settings import CameraSettings, Settings
from service.storage import PlaceQueries, open_database
from service.storage.places import Camera, Hall, Window
from service.worker.plan import Drawn, WorkerPlan
from service.worker.spool import windows_kept
from service.worker.worker import utc_now
from vision.errors import BadInput, StorageFull, without_password
from vision.observation import WindowId
from vision.recorder import give_way

__all__ = ["compose", "groups", "run"]

log = structlog.get_logger()

_PER_WORKER = 16
_PATIENCE_S = 2.0


def run(
    settings: Settings,
    host: str,
    port: int,
    insecure: bool,
    ready: Callable[[str], None] | None = None,
    opened: Callable[[], None] | None = None,
) -> None:
    """Serve ``settings`` on ``host``.

    ``ready`` is called with the address once it listens, ``opened`` when the first page follows the live state.
    Raises BadInput when the port or the data folder is in use, the address is not this machine's alone, or a network
    does not serve the rulebook.
    """
    set_up_logs()
    if host not in LOOPBACK and not insecure:
        raise BadInput(
            f"server.host: {host} can be reached by other machines, and there is no login yet; "
            "use 127.0.0.1, or --insecure if you know who is on that network"
        )
    for camera in settings.cameras:
        watchable(camera)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, _hold(settings))
        _check_room(settings)
        refusal = refusal_by(settings.models)
        now = site_in_force(settings, refusal)
        for trouble in now.troubles:
            log.warning("what was edited does not fit any longer", why=trouble)
        eye = load_eye(now.settings.models, now.books.values())
        load_uniforms(now.settings.models, settings.hall.zone)
        model = f"{eye.person.card.name} {eye.person.card.version}"
        del eye
        listening = stack.enter_context(_listen(host, port))
        address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        app = compose(now, refusal, address, model, None if insecure else LOOPBACK, opened)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3))
        if ready is not None:
            ready(address)
        else:
            typer.echo(f"zaigang: {address}")
            for question in open_questions(now.settings, datetime.now(settings.hall.zone).date()):
                log.warning(question)
        asyncio.run(server.serve(sockets=[listening]))


def compose(
    now: Effective,
    refusal: Refusal,
    address: str,
    model: str,
    hosts: tuple[str, ...] | None,
    opened: Callable[[], None] | None = None,
) -> FastAPI:
    """The service and its engine, started and stopped with the application."""
    settings, in_force = now.given, InForce(now)
    data = settings.data
    database = open_database(data / "zaigang.db")
    token = secrets.token_urlsafe(32)
    placed = groups(settings.cameras, data / "spool")

    async def plan(worker: str) -> WorkerPlan:
        async with database.session() as session:
            drawn = await PlaceQueries(session).drawn()
        present = in_force.now.settings
        return WorkerPlan(
            worker,
            present,
            tuple(camera for camera in present.cameras if camera.id in placed[worker]),
            {WindowId(window): Drawn(one.zones, one.size) for window, one in drawn.items()},
            data,
            address,
            token,
        )

    engine = LocalEngine(placed, plan)
    key, retention = SiteKey.load_or_make(data / "keys"), settings.retention.retention()
    upkeep = Upkeep(
        database,
        data / "evidence",
        key,
        retention,
        heads=data,
        second=settings.journal.second,
        every_s=settings.journal.every,
        low_water=settings.recorder.min_free_mb * 1_000_000,
        clock=utc_now,
        free=lambda: shutil.disk_usage(data).free,
    )
    site = Site(
        in_force=in_force,
        refusal=refusal,
        database=database,
        board=Board(utc_now, opened),
        evidence=data / "evidence",
        model=model,
        token=token,
        workers=engine,
        key=key,
        retention=retention,
        troubles=upkeep.troubles,
        disk=lambda: _disk(data),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        clear(exports_of(data))
        async with database.session() as session:
            await PlaceQueries(session).follow(*_places(settings))
        await engine.start()
        following = asyncio.create_task(follow_revisions(site), name="follow what is edited")
        try:
            async with upkeep.running():
                yield
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await engine.stop()
            await database.close()

    return create_app(site, lifespan, hosts)


def groups(cameras: Sequence[CameraSettings], spools: Path, most: int = _PER_WORKER) -> dict[str, list[str]]:
    """Cameras by worker, at most ``most`` each: a camera stays with the worker whose spool holds its windows' state.

    With another one its open events would end here and begin anew there. A spool of a worker that has no camera any
    longer gets one all the same: it may hold what is not delivered yet.
    """
    found: dict[str, list[str]] = {file.stem: [] for file in sorted(spools.glob("worker*.db"))}
    kept = {window: worker for worker in found for window in windows_kept(spools / f"{worker}.db")}
    new = []
    for camera in cameras:
        known = next((kept[window.id] for window in camera.windows if window.id in kept), None)
        if known is not None and len(found[known]) < most:
            found[known].append(camera.id)
        else:
            new.append(camera.id)
    numbers = (f"worker{number}" for number in count(1))
    worker = next(numbers)
    for id_ in new:
        while len(found.get(worker, ())) >= most:
            worker = next(numbers)
        found.setdefault(worker, []).append(id_)
    return found


def _places(settings: Settings) -> tuple[Hall, list[Camera], list[Window]]:
    hall = settings.hall
    cameras = [Camera(one.id, hall.id, one.title, without_password(one.source)) for one in settings.cameras]
    windows = [
        Window(window.id, hall.id, camera.id, window.title) for camera in settings.cameras for window in camera.windows
    ]
    return Hall(hall.id, hall.name, hall.time_zone), cameras, windows


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        reason = (error.strerror or str(error)).lower()
        raise BadInput(f"server.port: cannot listen on {host}:{port} ({reason}); choose another with --port") from error
    return listening


def _hold(settings: Settings) -> int:
    """Take the data folder for this service alone."""
    data = settings.data
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)  # pictures of people are for this account alone
        return held(data / ".lock", _PATIENCE_S)
    except Held as error:
        raise BadInput(
            f"data: {data} is served by process {error.holder} already; end that, or name another folder"
        ) from None
    except OSError as error:
        raise BadInput(f"data: {data} cannot be written ({(error.strerror or str(error)).lower()})") from error


def _check_room(settings: Settings) -> None:
    """Raise where the disk holds less room than a start needs.

    Recordings of before give way first: a site that was killed with its disk full starts again.
    """
    data, least = settings.data, settings.recorder.min_free_mb
    give_way(data / "ring", least * 1_000_000 - shutil.disk_usage(data).free)
    free, _ = _disk(data)
    if free < least:
        raise StorageFull(
            f"data: {free} MB are left on the disk of {data}, recording needs {least}; "
            "free some, or set recorder.min_free_mb"
        )


def _disk(data: Path) -> tuple[int, float]:
    usage = shutil.disk_usage(data)
    return usage.free // 1_000_000, round(usage.used / usage.total, 3)
