"""The demo hall: renders its cameras once, serves them live, and says where windows and zones are."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event

from service.demo.broadcast import Broadcast, Reel
from service.demo.cast import Figure, load_cast
from service.demo.footage import Progress, encode
from service.demo.room import HEIGHT, LOOKS, WIDTH, Polygon, zones
from service.demo.script import CameraScript, Script, demo_script
from service.demo.stage import Stage
from vision.errors import StorageFull

__all__ = ["DemoCamera", "DemoWindow", "Hall", "demo_windows", "hall", "render"]


@dataclass(frozen=True, slots=True)
class DemoCamera:
    """A camera of the demo: its id and name, where its stream is, and the size of its pictures in pixels."""

    id: str
    name: str
    url: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class DemoWindow:
    """A window of the demo, the id of the camera that sees it, and its zones (``staff``, ``seat``, ``customer``)."""

    id: str
    name: str
    camera: str
    zones: Mapping[str, Polygon]


@dataclass(frozen=True, slots=True)
class Hall:
    """The demo hall while it is on air; ``broadcast.begin()`` starts the script over."""

    cameras: tuple[DemoCamera, ...]
    windows: tuple[DemoWindow, ...]
    script: Script
    broadcast: Broadcast


@contextmanager
def hall(
    folder: Path,
    *,
    progress: Progress | None = None,
    script: Script | None = None,
    pace: float = 1.0,
    waits: bool = False,
) -> Iterator[Hall]:
    """The demo hall on air on 127.0.0.1, until the context ends.

    ``waits``: until ``broadcast.begin()`` it shows only the calm before the first happening, over and over.

    What is rendered is kept in ``folder``, so only the first run with a script takes its time (``progress`` is called
    from the calling thread). Raises CastError where the demo's packages are missing.
    """
    played = script or demo_script()
    reels = render(folder, played, progress=progress)
    first = min((happening.at for camera in played.cameras for happening in camera.happenings), default=None)
    calm = max(first - 1.0, 1.0) if waits and first is not None else None
    with Broadcast(reels, pace=pace, overture=calm) as broadcast:
        cameras = tuple(DemoCamera(id, camera.name, broadcast.url(id)) for id, camera in _by_id(played).items())
        yield Hall(cameras, demo_windows(played), played, broadcast)


def demo_windows(script: Script) -> tuple[DemoWindow, ...]:
    """The windows of a script with their zones in pixels; renders nothing."""
    return tuple(
        DemoWindow(camera.window, camera.title, id, zones(LOOKS[camera.room])) for id, camera in _by_id(script).items()
    )


def _by_id(script: Script) -> dict[str, CameraScript]:
    return {f"camera-{number}": camera for number, camera in enumerate(script.cameras, 1)}


def render(folder: Path, script: Script, *, progress: Progress | None = None) -> dict[str, Reel]:
    """A reel per camera (``camera-1``, ...), rendered side by side into ``folder`` unless it is there already.

    Whether it is there already goes by the script and by this package's code: older reels are deleted. Raises
    CastError, or StorageFull where the folder takes nothing.
    """
    total = round(script.duration * script.fps)
    reels = {}
    for id, camera in _by_id(script).items():
        lost = tuple((h.at, h.until) for h in camera.of("lost"))
        reels[id] = Reel(folder / f"{id}-{_fingerprint(script, camera)}.ts", total / script.fps, lost)
    missing = [(camera, path) for id, camera in _by_id(script).items() if not (path := reels[id].path).exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = {reel.path for reel in reels.values()}
        for old in set(folder.glob("camera-*.ts")) - kept:
            old.unlink()
        if missing:
            _render_all(missing, script, load_cast(folder), total, progress)
    except OSError as error:
        raise StorageFull(f"the demo's films cannot be written to {folder}: {error.strerror or error}") from error
    return reels


def _render_all(
    missing: list[tuple[CameraScript, Path]],
    script: Script,
    cast: dict[str, Figure],
    total: int,
    progress: Progress | None,
) -> None:
    steps: SimpleQueue[int] = SimpleQueue()
    stop = Event()

    def rendered(camera: CameraScript, path: Path) -> None:
        unfinished = path.with_suffix(".unfinished.ts")
        for _ in encode(Stage(script, camera, cast), unfinished, total, script.fps):
            steps.put(1)
            if stop.is_set():
                return
        unfinished.replace(path)

    with ThreadPoolExecutor(min(len(missing), os.cpu_count() or 1), thread_name_prefix="demo stage") as pool:
        try:
            futures = [pool.submit(rendered, camera, path) for camera, path in missing]
            done = 0
            while not all(future.done() for future in futures):
                if any(future.done() and future.exception() for future in futures):
                    stop.set()
                try:
                    done += steps.get(timeout=0.25)
                except Empty:
                    continue
                if progress:
                    progress(done, total * len(missing))
            for future in futures:
                future.result()
        finally:
            stop.set()
    if progress:
        progress(total * len(missing), total * len(missing))


def _fingerprint(script: Script, camera: CameraScript) -> str:
    """Changes whenever the reel would come out differently."""
    digest = hashlib.sha256(f"{script.duration} {script.fps} {camera!r}".encode())
    for package in ("av", "matplotlib", "numpy", "opencv-python-headless", "scikit-image"):
        digest.update(version(package).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
