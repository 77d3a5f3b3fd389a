"""The hall, its cameras and its windows, as a site's file says them."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator

from service.settings.duty import OwnDutySettings
from service.settings.strict import Strict
from vision.address import check_scheme
from vision.errors import BadInput, ZoneError
from vision.geometry import polygon
from vision.layout import Zone

__all__ = ["CameraSettings", "HallSettings", "WindowSettings"]


def _corners(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """Refuses what is a zone in no picture; whether it lies in the camera's is known with the first one."""
    try:
        polygon(numbers, "zone")
    except ZoneError as error:
        raise ValueError(str(error).removeprefix("zone: ")) from error
    return numbers


Corners = Annotated[tuple[float, ...], AfterValidator(_corners)]


class WindowSettings(Strict):
    """One window as one camera sees it. Zones that are not given here are drawn in the page."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    name: str = Field(default="", max_length=40)
    zones: Mapping[Zone, Corners] = Field(default_factory=dict)
    duty: OwnDutySettings | None = None
    rules: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.name or self.id


class CameraSettings(Strict):
    """One stream and the windows it sees."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    name: str = Field(default="", max_length=40)
    source: str = Field(min_length=1)
    windows: tuple[WindowSettings, ...] = Field(min_length=1)

    @field_validator("source")
    @classmethod
    def _allowed(cls, source: str) -> str:
        try:
            check_scheme(source)
        except BadInput as error:
            raise ValueError(str(error)) from error
        return source

    @property
    def title(self) -> str:
        return self.name or self.id


class HallSettings(Strict):
    id: str = Field(default="hall", pattern=r"^[A-Za-z0-9_-]{1,40}$")
    name: str = Field(default="服务大厅", max_length=60)
    time_zone: str = "Asia/Shanghai"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no time zone; write it as Asia/Shanghai") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
