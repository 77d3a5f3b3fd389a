"""What a site is: one `zaigang.yaml`, checked key by key, any of it overridden by the environment (ZAIGANG_...)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as EnvironmentFault

from service.rules.duration import Duration
from service.rules.duty import Calendar, Duty, Roster, Shift, Span, always_on, no_shifts
from service.rules.leave import Exempt, Leave, exempt_by
from service.rules.rulebook import Rulebook, load_rulebook, overridden
from vision.address import check_scheme
from vision.errors import BadInput, ZoneError
from vision.geometry import polygon
from vision.layout import Zone
from vision.observation import WindowId
from vision.streamtime import StreamTime, from_datetime, seconds

__all__ = [
    "CameraSettings",
    "DutySettings",
    "GivenSettings",
    "Settings",
    "SettingsError",
    "WindowSettings",
    "load_settings",
]


_WIDE: Final = frozenset("\uff1a\uff0c\u3001\uff0e\uff3b\uff3d\uff5b\uff5d\u3000")
"""Punctuation that a Chinese keyboard types instead of YAML's own."""


class SettingsError(BadInput):
    """`zaigang.yaml` or an environment variable is wrong: names the key, and what would be right."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _hours(text: object) -> Shift:
    if isinstance(text, Shift):
        return text
    try:
        parts = [part.strip().rjust(5, "0") for part in str(text).split("-")]
        begins, ends = (time.fromisoformat("00:00" if part == "24:00" else part) for part in parts)
    except ValueError as error:
        raise ValueError(f"{text!r} is no shift; write it as 09:00-12:00") from error
    return Shift(begins, ends)


def _worked(given: object) -> object:
    return {"on": True, "off": False}.get(given, given) if isinstance(given, str) else given


def _corners(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """Refuses what is a zone in no picture; whether it lies in the camera's is known with the first one."""
    try:
        polygon(numbers, "zone")
    except ZoneError as error:
        raise ValueError(str(error).removeprefix("zone: ")) from error
    return numbers


DutyOf: TypeAlias = Callable[[WindowId, StreamTime], Duty]
ShiftOf: TypeAlias = Callable[[WindowId, StreamTime], Span | None]

Hours = Annotated[
    Shift, BeforeValidator(_hours), PlainSerializer(lambda shift: f"{shift.begins:%H:%M}-{shift.ends:%H:%M}")
]
Corners = Annotated[tuple[float, ...], AfterValidator(_corners)]
Worked = Annotated[bool, BeforeValidator(_worked)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class DutySettings(_Strict):
    """When windows are judged. The defaults are the hours of source S0, on Chinese working days."""

    always: bool = False
    shifts: tuple[Hours, ...] = (Shift(time(9), time(12)), Shift(time(13), time(17)))
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    public_holidays: bool = True
    days: Mapping[date, Worked] = Field(default_factory=dict)

    def roster(self, zone: ZoneInfo) -> Roster:
        weekdays = frozenset(_WEEKDAYS.index(day) for day in self.weekdays)
        return Roster(zone, self.shifts, Calendar(weekdays, self.public_holidays, self.days))


class LeaveSettings(_Strict):
    """Leave that somebody has registered; times are the hall's unless they carry an offset of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    windows: tuple[str, ...] = ()
    begins: datetime = Field(alias="from")
    ends: datetime = Field(alias="to")
    rules: tuple[str, ...] = ()
    limit: Duration = Field(default=1800.0, gt=0)
    by: str = Field(min_length=1, max_length=40)
    why: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _ends_later(self) -> "LeaveSettings":
        if (self.begins.tzinfo is None) is not (self.ends.tzinfo is None):
            raise ValueError("write from and to both with a UTC offset, or both without")
        if self.ends <= self.begins:
            raise ValueError("it ends before it begins: to must be later than from")
        return self

    def leave(self, zone: ZoneInfo) -> Leave:
        begins, ends = (
            from_datetime(one if one.tzinfo is not None else one.replace(tzinfo=zone))
            for one in (self.begins, self.ends)
        )
        return Leave(
            begins, ends, frozenset(self.windows), frozenset(self.rules), seconds(self.limit), self.by, self.why
        )


class WindowSettings(_Strict):
    """One window as one camera sees it. Zones that are not given here are drawn in the page."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    name: str = Field(default="", max_length=40)
    zones: Mapping[Zone, Corners] = Field(default_factory=dict)
    duty: DutySettings | None = None
    rules: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.name or self.id


class CameraSettings(_Strict):
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


class HallSettings(_Strict):
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


class ServerSettings(_Strict):
    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)


EMBEDDER: Final = "uniform"
"""The shipped network that uniforms are enrolled with; it judges nobody before one is."""


class ModelSettings(_Strict):
    """Networks by name (of those shipped) or by folder, and the files of the uniforms that the hall has enrolled."""

    person: str = "person"
    objects: str = "objects"
    uniform: str = EMBEDDER
    uniforms: tuple[Path, ...] = ()
    runtime: Literal["openvino", "onnx"] = "openvino"


class RecorderSettings(_Strict):
    """The ring of recorded video: how long it reaches back, and the free disk space under which it gives way."""

    keep: Duration = Field(default=1800.0, ge=60)
    pre_roll: Duration = Field(default=10.0, ge=5)
    post_roll: Duration = Field(default=6.0, ge=5)
    first: Duration = Field(default=60.0, ge=60)
    min_free_mb: int = Field(default=500, ge=0)


class Settings(BaseSettings):
    """A site. The file's keys are the fields; ``ZAIGANG_SERVER__PORT=9000`` overrides ``server: {port: ...}``."""

    model_config = SettingsConfigDict(
        env_prefix="ZAIGANG_", env_nested_delimiter="__", extra="forbid", frozen=True, yaml_file=None
    )

    hall: HallSettings = HallSettings()
    data: Path = Path("zaigang-data")
    server: ServerSettings = ServerSettings()
    looks_per_second: float = Field(default=5.0, gt=0, le=30)
    models: ModelSettings = ModelSettings()
    recorder: RecorderSettings = RecorderSettings()
    duty: DutySettings = DutySettings()
    leave: tuple[LeaveSettings, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    cameras: tuple[CameraSettings, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Settings":
        for kind, ids in (
            ("camera", [camera.id for camera in self.cameras]),
            ("window", [window.id for camera in self.cameras for window in camera.windows]),
        ):
            double = next((name for name in ids if ids.count(name) > 1), None)
            if double is not None:
                raise ValueError(f'two {kind}s have the id "{double}"; every {kind} needs its own')
        return self

    @model_validator(mode="after")
    def _leave_is_of_what_there_is(self) -> "Settings":
        if not self.leave:
            return self
        windows, rules = {window.id for camera in self.cameras for window in camera.windows}, set(load_rulebook().rules)
        for index, one in enumerate(self.leave):
            for key, given, known in (("windows", one.windows, windows), ("rules", one.rules, rules)):
                strange = [name for name in given if name not in known]
                if strange and known:
                    there = ", ".join(sorted(known))
                    raise ValueError(f"leave[{index}].{key}: there is no {strange[0]!r}; there are {there}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    def windows(self) -> dict[WindowId, tuple[CameraSettings, WindowSettings]]:
        """Every window with the camera that sees it, in the order of the file."""
        return {WindowId(window.id): (camera, window) for camera in self.cameras for window in camera.windows}

    def books(self) -> dict[WindowId, Rulebook]:
        """The effective rulebook of every window; raises RulebookError naming the key."""
        base = overridden(load_rulebook(), self.rules, "rules")
        return {
            window: overridden(base, own.rules, f'rules of window "{window}"')
            for window, (_, own) in self.windows().items()
        }

    def duty_by_window(self) -> DutyOf:
        """Whether a window is on duty at a moment; one that nobody configured follows the hall."""
        hall = duty_of(self.duty, self.hall.zone)
        own = {window: duty_of(own.duty, self.hall.zone) for window, (_, own) in self.windows().items() if own.duty}
        exempt = self.exempt()

        def duty(window: WindowId, at: StreamTime) -> Duty:
            known = own.get(window, hall)(window, at)
            return "exempt" if known == "on" and exempt(window, None, at) else known

        return duty

    def exempt(self) -> Exempt:
        """What registered leave exempts windows from."""
        return exempt_by(one.leave(self.hall.zone) for one in self.leave)

    def shifts_by_window(self) -> ShiftOf:
        """The shift that a window is on duty in at a moment, None where it has none."""
        hall = shift_of(self.duty, self.hall.zone)
        own = {window: shift_of(own.duty, self.hall.zone) for window, (_, own) in self.windows().items() if own.duty}
        return lambda window, at: own.get(window, hall)(window, at)


class GivenSettings(Settings):
    """A site exactly as it is given: the environment, which was asked already or is not meant, changes nothing."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def duty_of(duty: DutySettings, zone: ZoneInfo) -> DutyOf:
    """The duty that ``duty`` means by the clock of ``zone``."""
    if duty.always:
        return always_on
    roster = duty.roster(zone)
    return lambda _window, at: roster.at(at)


def shift_of(duty: DutySettings, zone: ZoneInfo) -> ShiftOf:
    """The shifts that ``duty`` means by the clock of ``zone``."""
    if duty.always:
        return no_shifts
    roster = duty.roster(zone)
    return lambda _window, at: roster.shift(at)


def load_settings(path: Path | None) -> Settings:
    """The site in ``path``, or the defaults; raises SettingsError naming file, key and what would be right."""
    values: Any = {}
    if path is not None:
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except OSError as error:
            raise SettingsError(f"{path}: {(error.strerror or str(error)).lower()}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: not readable as YAML: {_place(error)}") from error
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            raise SettingsError(f"{path}: must hold keys and values, such as cameras: and rules:")
    try:
        settings = Settings(**values)
        settings.books()
    except ValidationError as error:
        raise SettingsError(f"{path or 'environment'}: {_faults(error)}") from error
    except EnvironmentFault as error:
        raise SettingsError(f"environment: {_unread(error)}") from error
    except BadInput as error:
        raise SettingsError(f"{path or 'environment'}: {error}") from error
    return settings


def _place(error: Exception) -> str:
    """What is wrong with a text and where."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _unread(error: EnvironmentFault) -> str:
    """Which variable holds no JSON; nothing of what it holds, which may be a camera's password."""
    named = re.search(r'field "(\w+)"', str(error))
    return f'ZAIGANG_{named[1].upper() if named else "..."}: its value must be JSON, such as {{"port": 9000}}'


def _faults(error: ValidationError) -> str:
    """Every fault as ``key: what is wrong``, each key written as in the file, no value shown that may be a password."""
    sentences = []
    for fault in error.errors(include_url=False):
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).lstrip(".")
        message = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such key"
        elif fault["type"] == "string_pattern_mismatch":
            message = "write it in letters, digits, - and _, at most 40 of them; name: takes any words"
        given = str(fault["input"]) if fault["type"].endswith("_parsing") else key
        if wide := _WIDE.intersection(given):
            message += f" (it holds a full-width {min(wide)}; type the narrow one)"
        sentences.append(f"{key}: {message}" if key else message)
    return "; ".join(sentences)
