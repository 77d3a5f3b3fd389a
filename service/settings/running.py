"""How the software runs at a site: where it listens, which networks judge, and how long recordings reach back."""

from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, model_validator

from service.rules.duration import Duration
from service.settings.moments import DatesSettings
from service.settings.strict import Strict

__all__ = ["EMBEDDER", "ModelSettings", "RecorderSettings", "ServerSettings", "WornSettings"]


class ServerSettings(Strict):
    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)


EMBEDDER: Final = "uniform"
"""The shipped network that uniforms are enrolled with; it judges nobody before one is."""


class WornSettings(DatesSettings):
    """The uniforms that are worn on some days; while two entries share a day, those of both."""

    uniforms: tuple[Path, ...] = Field(min_length=1)


class ModelSettings(Strict):
    """Networks by name (of those shipped) or by folder, and the files of the uniforms that the hall has enrolled."""

    person: str = "person"
    objects: str = "objects"
    uniform: str = EMBEDDER
    uniforms: tuple[Path, ...] = ()
    uniform_timetable: tuple[WornSettings, ...] = ()
    runtime: Literal["openvino", "onnx"] = "openvino"

    @model_validator(mode="after")
    def _all_year_or_by_date(self) -> "ModelSettings":
        if self.uniforms and self.uniform_timetable:
            raise ValueError("give uniforms or uniform_timetable; what is worn all year belongs in each entry")
        return self

    def uniform_is_known(self, day: date) -> bool:
        """Whether the timetable, where there is one, says which uniform is worn on ``day``."""
        return not self.uniform_timetable or bool(self.worn_on(day))

    def worn_on(self, day: date) -> tuple[Path, ...]:
        """The uniforms that the hall asks for on ``day``, none where nobody has said."""
        if not self.uniform_timetable:
            return self.uniforms
        entries = [one for one in self.uniform_timetable if one.dates().hold(day)]
        return tuple(dict.fromkeys(file for one in entries for file in one.uniforms))

    def worn(self) -> tuple[WornSettings, ...]:
        """The timetable, of a hall with the same uniforms all the year that of all the year."""
        if not self.uniforms:
            return self.uniform_timetable
        return (WornSettings(begins="01-01", ends="12-31", uniforms=self.uniforms),)


class RecorderSettings(Strict):
    """The ring of recorded video: how long it reaches back, and the free disk space under which it gives way."""

    keep: Duration = Field(default=1800.0, ge=60)
    pre_roll: Duration = Field(default=10.0, ge=5)
    post_roll: Duration = Field(default=6.0, ge=5)
    first: Duration = Field(default=60.0, ge=60)
    last: Duration = Field(default=30.0, ge=10)
    min_free_mb: int = Field(default=500, ge=0)
