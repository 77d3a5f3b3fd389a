"""How the site does now: windows, cameras, workers, and what needs a person; zones as they are drawn."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.api.schemas.words import Moment, TextOut, WindowStatus

__all__ = [
    "BoxOut",
    "BreachOut",
    "CameraOut",
    "HallOut",
    "HealthOut",
    "LiveOut",
    "UpkeepOut",
    "WindowOut",
    "WorkerOut",
    "ZonesIn",
    "ZonesOut",
]


class HallOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "hall", "name": "政务服务大厅一层", "time_zone": "Asia/Shanghai"}]}
    )

    id: str
    name: str
    time_zone: str


class BreachOut(BaseModel):
    """A rule being offended now; ``event`` once it has lasted ``after_s`` and so is one.

    ``severity`` is the one that holds now: an event's rises with the rule's steps while it is open.
    """

    rule: str
    name: TextOut
    severity: str
    signal: str
    asks: str
    after_s: float
    since: Moment
    event: str | None


class WindowOut(BaseModel):
    """A window and how it stands now. ``since`` is when ``status`` began, None when nothing is known yet."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "w3",
                    "name": "3号",
                    "hall": "hall",
                    "camera": "cam3",
                    "status": "empty",
                    "since": "2026-11-20T10:19:24.000+08:00",
                    "reason": None,
                    "staff_count": 0,
                    "breaches": [],
                }
            ]
        }
    )

    id: str
    name: str
    hall: str
    camera: str
    status: WindowStatus
    since: Moment | None
    reason: str | None
    staff_count: int | None
    breaches: list[BreachOut]


class BoxOut(BaseModel):
    """A box in pixels of the camera's picture (``CameraOut.size``), xyxy."""

    label: str
    box: tuple[float, float, float, float]
    score: float
    track: int | None = None
    window: str | None = None


class CameraOut(BaseModel):
    """A camera and how it does now. ``picture_at`` changes with every picture that can be fetched."""

    id: str
    name: str
    hall: str
    source: str
    windows: list[str]
    reason: str | None
    trouble: str | None
    recording_trouble: str | None
    size: tuple[int, int] | None
    codec: str | None
    fps: float | None
    looks_per_s: float | None
    latency_ms: float | None
    picture_at: Moment | None
    boxes: list[BoxOut]


class WorkerOut(BaseModel):
    """``beat_s``: seconds since it was last heard of. ``waiting``: messages in its spool not delivered yet."""

    id: str
    state: Literal["starting", "running", "restarting", "lost"]
    pid: int | None
    restarts: int
    beat_s: float | None
    waiting: int | None
    trouble: str | None


class UpkeepOut(BaseModel):
    """Something of the service's own upkeep that needs a person: ``code`` and ``figures`` for pages, and a sentence."""

    code: str
    text: str
    figures: dict[str, Any]


class HealthOut(BaseModel):
    """``status`` is degraded while anything needs a person; ``troubles`` says what, one sentence each.

    ``upkeep``: those of them that concern the evidence that is kept, and what was edited.
    """

    status: Literal["ok", "degraded"]
    troubles: list[str]
    upkeep: list[UpkeepOut]
    cameras_ok: int
    cameras: int
    looks_per_s: float
    disk_free_mb: int
    disk_used_share: float
    model: str
    rulebook: str
    workers: list[WorkerOut]


class LiveOut(BaseModel):
    """Everything that changes from second to second; also the WebSocket's ``state`` message."""

    type: Literal["state"] = "state"
    at: Moment
    windows: list[WindowOut]
    cameras: list[CameraOut]
    health: HealthOut


class ZonesIn(BaseModel):
    """Zones in pixels of a picture of ``size``: a box (4 numbers) or a polygon (6 or more) each."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"size": [1280, 720], "zones": {"staff": [300, 180, 860, 180, 900, 560, 250, 560]}}]
        },
    )

    size: tuple[int, int]
    zones: dict[str, list[float]] = Field(min_length=1)


class ZonesOut(BaseModel):
    """``origin``: given in zaigang.yaml (then it is changed there), drawn in the page, or the whole picture.

    ``size`` is that of the picture they were drawn on, None where they were not drawn. ``asked_by``: rules that can be
    judged only where a zone is drawn, by zone.
    """

    window: str
    zones: dict[str, list[float]]
    size: tuple[int, int] | None
    origin: Literal["file", "page", "whole_picture"]
    version: int | None
    asked_by: dict[str, list[TextOut]]
