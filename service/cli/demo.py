"""`zaigang demo`: a staged hall before the real service, or the user's own camera."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from service.settings import GivenSettings, Settings
from vision.address import address

if TYPE_CHECKING:
    from service.demo import Hall

__all__ = ["add_to"]

_RULES: Final = {
    "leave_post": {"after": "10s", "clear_after": "4s", "cool_down": "1s"},
    "phone_use": {"after": "5s", "clear_after": "4s", "cool_down": "1s"},
}
_STAGED: Final = {**_RULES, "badge_missing": {"state": "off"}}
"""The people of the staged hall are photographs without badges: this hall asks for none."""


def demo(
    source: Annotated[
        str | None,
        typer.Option("--source", help="Your own camera instead of the staged hall: rtsp://…, 0 (a webcam), or a film."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8600,
    folder: Annotated[Path, typer.Option("--folder", help="Where the demo keeps its films and events.")] = Path(
        "demo-hall"
    ),
) -> None:
    """Show the whole product on this machine: a staged hall with three windows, or your own camera.

    Short waiting times: an absence of 10 s and 5 s with a phone are events here.
    """
    if source is not None:
        address(source)
        _serve(_site(folder / _own_folder(source), [_own_camera(source)], _RULES), port, _say_zones, lambda: None)
        return
    with _on_air(folder) as staged:
        cameras = [
            {
                "id": camera.id,
                "name": camera.name,
                "source": camera.url,
                "windows": [
                    {
                        "id": window.id,
                        "name": window.name,
                        "zones": {name: _numbers(zone) for name, zone in window.zones.items()},
                    }
                    for window in staged.windows
                    if window.camera == camera.id
                ],
            }
            for camera in staged.cameras
        ]
        _serve(_site(folder, cameras, _STAGED), port, _say_happenings, staged.broadcast.begin)


def _serve(settings: Settings, port: int, say: Callable[[str], None], opened: Callable[[], None]) -> None:
    from service.cli.serving import run

    run(settings, "127.0.0.1", port, insecure=False, ready=say, opened=opened)


def _site(folder: Path, cameras: list[dict[str, Any]], rules: Mapping[str, Mapping[str, Any]]) -> Settings:
    return GivenSettings(  # a site's environment may name its own data folder, which is no place for a demo
        hall={"id": "demo", "name": "演示大厅"},
        data=folder / "site",
        duty={"always": True},
        rules=rules,
        cameras=cameras,
    )


def _own_folder(source: str) -> str:
    """Events and zones of another camera, or of the staged hall, are none of this one's."""
    return f"camera-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def _own_camera(source: str) -> dict[str, Any]:
    return {"id": "camera", "name": "摄像头", "source": source, "windows": [{"id": "w1", "name": "1号"}]}


def _numbers(zone: Any) -> list[float]:
    return [float(number) for corner in zone for number in corner]


@contextmanager
def _on_air(folder: Path) -> Iterator["Hall"]:
    """The staged hall, with a bar while its films are made the first time."""
    from service.demo import hall

    columns = (TextColumn("staging the hall"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("staging the hall", total=None)
        staged = hall(folder, waits=True, progress=lambda done, total: bar.update(task, completed=done, total=total))
        on_air = staged.__enter__()
    try:
        yield on_air
    finally:
        staged.__exit__(None, None, None)


def _say_happenings(where: str) -> None:
    typer.echo(
        f"""
  在岗 · demo hall   {where}

  Open the page; the hall begins when it is open. Within a minute and a half you will see
    1号   leaves at 0:12, an absence from 0:22, back at 0:37
    2号   uses a phone from 0:35
    3号   the lens is covered at 0:50: unknown, no offence
  and later a bend behind the counter, a cover, passers-by, a lost stream. Ctrl-C ends it.
"""
    )


def _say_zones(where: str) -> None:
    typer.echo(
        f"""
  在岗   {where}

  The whole picture is the post of window 1号 for now; draw its zones at {where}/zones/w1
  An absence of 10 s and 5 s with a phone are events here. Ctrl-C ends it.
"""
    )


def add_to(app: typer.Typer) -> None:
    app.command()(demo)
