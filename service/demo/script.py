"""What happens before each camera and when: the tables that films and the demo hall are made from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, get_args

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from service.demo.cast import MEMBERS
from service.demo.props import PhoneLook
from service.demo.room import LOOKS
from vision.errors import BadInput

__all__ = ["TROUBLES", "CameraScript", "Happening", "Script", "Trouble", "What", "demo_script", "read_script"]

Trouble = Literal["covered", "black", "frozen", "lost"]
"""What may be wrong with a camera; ``lost`` sends no pictures at all."""

What = Literal["leaves", "enters", "relieves", "bends", "phone", "passes", "dims", "covered", "black", "frozen", "lost"]
"""What may happen; docs of every kind stand at Happening."""

TROUBLES: Final[tuple[Trouble, ...]] = get_args(Trouble)
_LASTING: Final = (*TROUBLES, "bends", "phone", "passes", "dims")

Seconds = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happens ``at`` a second of the script.

    ``leaves`` and ``enters`` are staff getting up and walking out on ``side``, walking in from it and sitting down;
    ``relieves`` is ``who`` coming in opposite to ``side`` while the one on post gets up and leaves to it; ``bends``
    is going down behind the counter (``depth`` 1: out of sight) and up again within ``lasts`` seconds; ``phone`` is
    a phone in the hand; ``passes`` is ``who`` walking by on the customers' side from ``side``, standing before the
    counter as long as ``lasts`` leaves time; ``dims`` is the light falling to the share ``depth``; the rest are
    troubles of the camera, each ``lasts`` seconds long.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    at: Seconds
    what: What
    lasts: Seconds = 0.0
    who: str | None = None
    side: Literal["left", "right"] = "right"
    depth: Annotated[float, Field(ge=0, le=1)] = 1.0
    look: PhoneLook = "back"

    @property
    def until(self) -> float:
        """The second at which it is over."""
        return self.at + self.lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraScript:
    """One camera with its one window: who sits there (None: nobody) as the script begins, and what happens."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: str
    window: str = "w1"
    title: str = "1号"
    room: str = "shelves"
    clerk: str | None = "officer"
    seed: int = 1
    happenings: tuple[Happening, ...] = field(default=())

    def of(self, *kinds: What) -> tuple[Happening, ...]:
        """The happenings of these kinds, in order of time."""
        return tuple(sorted((h for h in self.happenings if h.what in kinds), key=lambda h: h.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Cameras and what happens before them in ``duration`` seconds, played at ``fps`` pictures a second."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    duration: Annotated[float, Field(gt=0)]
    fps: Annotated[int, Field(ge=2, le=60)] = 12
    cameras: tuple[CameraScript, ...]

    def camera(self, name: str) -> CameraScript:
        """The camera called ``name``; BadInput with the names there are if there is none."""
        for camera in self.cameras:
            if camera.name == name:
                return camera
        raise BadInput(f'no camera "{name}" in the script, there are: {", ".join(c.name for c in self.cameras)}')


_SCRIPT: Final[TypeAdapter[Script]] = TypeAdapter(Script)


def demo_script() -> Script:
    """The three windows of the demo hall; the last picture goes over into the first."""
    return _parsed(files("service.demo").joinpath("hall.yaml").read_text(encoding="utf-8"), "the demo's hall.yaml")


def read_script(path: Path) -> Script:
    """The script in a YAML file of the form of ``hall.yaml``; BadInput names what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"script {path}: {error}") from error
    return _parsed(text, f"script {path}")


def _parsed(text: str, name: str) -> Script:
    try:
        script = _SCRIPT.validate_python(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise BadInput(f"{name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"{name}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    for fault in _faults(script):
        raise BadInput(f"{name}: {fault}")
    return script


def _faults(script: Script) -> Iterable[str]:
    names = [camera.name for camera in script.cameras]
    if len(set(names)) != len(names):
        yield "two cameras have the same name"
    windows = [camera.window for camera in script.cameras]
    if len(set(windows)) != len(windows):
        yield "two cameras see the same window"
    for camera in script.cameras:
        if camera.room not in LOOKS:
            yield f'camera "{camera.name}": room "{camera.room}" is none of {", ".join(LOOKS)}'
        for who in (camera.clerk, *(h.who for h in camera.happenings)):
            if who is not None and who not in MEMBERS:
                yield f'camera "{camera.name}": "{who}" is none of the cast: {", ".join(MEMBERS)}'
        for happening in camera.happenings:
            where = f'camera "{camera.name}", {happening.what} at {happening.at:g} s'
            if happening.what in _LASTING and happening.lasts <= 0:
                yield f"{where}: lasts is missing"
            if happening.until > script.duration:
                yield f"{where}: goes beyond the script's {script.duration:g} s"
            if happening.what in ("enters", "relieves", "passes") and happening.who is None:
                yield f"{where}: who is missing"
