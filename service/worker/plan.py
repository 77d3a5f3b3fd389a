"""What a worker is told when it starts: its cameras, their zones, the rules, and where to deliver."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.settings import CameraSettings, Settings
from vision.geometry import Size
from vision.observation import WindowId

__all__ = ["Drawn", "WorkerPlan", "read_plan", "write_plan"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Zones drawn in the page, on a picture of ``size``."""

    zones: Mapping[str, Sequence[float]]
    size: Size


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """``data`` holds spool, ring and evidence; ``service`` is the address to deliver to, with ``token``."""

    worker: str
    settings: Settings
    cameras: tuple[CameraSettings, ...]
    drawn: Mapping[WindowId, Drawn]
    data: Path
    service: str
    token: str


def write_plan(plan: WorkerPlan, file: Path) -> None:
    """Write ``plan`` for a worker process; only its owner may read it, since sources carry passwords."""
    content: dict[str, Any] = {
        "worker": plan.worker,
        "settings": plan.settings.model_dump(mode="json"),
        "cameras": [camera.id for camera in plan.cameras],
        "drawn": {
            window: {"zones": {name: list(numbers) for name, numbers in drawn.zones.items()}, "size": list(drawn.size)}
            for window, drawn in plan.drawn.items()
        },
        "data": str(plan.data.resolve()),
        "service": plan.service,
        "token": plan.token,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def read_plan(file: Path) -> WorkerPlan:
    """The plan that ``write_plan`` wrote."""
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    settings = Settings(**content["settings"])
    wanted = set(content["cameras"])
    return WorkerPlan(
        worker=content["worker"],
        settings=settings,
        cameras=tuple(camera for camera in settings.cameras if camera.id in wanted),
        drawn={
            WindowId(window): Drawn(drawn["zones"], (drawn["size"][0], drawn["size"][1]))
            for window, drawn in content["drawn"].items()
        },
        data=Path(content["data"]),
        service=content["service"],
        token=content["token"],
    )
