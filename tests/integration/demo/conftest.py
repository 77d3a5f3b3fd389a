"""A staged camera that is cheap enough for tests: six pictures a second for a dozen seconds."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from service.demo import CameraScript, Happening, Script
from service.demo.broadcast import Reel
from service.demo.cast import Figure, load_cast
from service.demo.onair import render
from service.demo.stage import Stage


def staged(*happenings: Happening, duration: float = 12, clerk: str | None = "officer") -> Script:
    camera = CameraScript(name="门口", window="w7", title="7号", room="shelves", clerk=clerk, happenings=happenings)
    return Script(duration=duration, fps=6, cameras=(camera,))


@pytest.fixture(scope="session")
def cast_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cast")


@pytest.fixture(scope="session")
def cast(cast_folder: Path) -> dict[str, Figure]:
    return load_cast(cast_folder)


TROUBLED = staged(
    Happening(at=1, what="covered", lasts=3),
    Happening(at=4.5, what="black", lasts=1.5),
    Happening(at=6.5, what="frozen", lasts=2),
    Happening(at=9, what="lost", lasts=1.5),
)


@pytest.fixture(scope="session")
def troubled(cast: dict[str, Figure]) -> Stage:
    return Stage(TROUBLED, TROUBLED.cameras[0], cast)


SHORT = staged(Happening(at=2.5, what="lost", lasts=1), duration=4)


@pytest.fixture(scope="session")
def reels(cast_folder: Path, cast: dict[str, Figure]) -> Mapping[str, Reel]:
    """One camera, camera-1: four seconds, lost from 2.5 to 3.5."""
    return render(cast_folder, SHORT)


@pytest.fixture(scope="session")
def plain(cast: dict[str, Figure]) -> Stage:
    """The officer at her post, and nothing happens."""
    script = staged()
    return Stage(script, script.cameras[0], cast)


@pytest.fixture(scope="session")
def vacant(cast: dict[str, Figure]) -> Stage:
    """Nobody at the post, ever."""
    script = staged(clerk=None)
    return Stage(script, script.cameras[0], cast)
