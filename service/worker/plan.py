"""What a worker is told when it starts: its cameras, their zones, the rules, and where to deliver."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.settings import CameraSettings, GivenSettings, Settings
from vision.errors import BadInput
from vision.geometry import Size
from vision.observation import WindowId

__all__ = ["Drawn", "WorkerPlan", "plan_of", "plan_text"]


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


def plan_text(plan: WorkerPlan) -> str:
    """``plan`` as one line, handed to a worker process on its stdin: sources carry passwords, which no file has to.

    ASCII alone, since the process reads its stdin by this machine's locale, which need not be UTF-8.
    """
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
    return json.dumps(content) + "\n"


def plan_of(text: str) -> WorkerPlan:
    """The plan that ``plan_text`` wrote; raises BadInput, which shows nothing of it."""
    try:
        content: dict[str, Any] = json.loads(text)
        settings = GivenSettings(**content["settings"])
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
    except (ValueError, LookupError, TypeError):
        raise BadInput("the worker's plan on stdin is none; workers are started by zaigang serve") from None
