"""A site as a whole: its parts, what they must be to one another, and what they mean."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from service.rules.duty import Duty
from service.rules.duty.leave import Exempt, exempt_by
from service.rules.duty.roster import Roster
from service.rules.rulebook import Rulebook, RulebookError, load_rulebook, overridden
from service.settings.consequences import ConsequencesSettings
from service.settings.duty import DutyOf, DutySettings, ShiftOf, WhyOf, duty_of, shift_of, why_closed_of
from service.settings.keeping import JournalSettings, RetentionSettings
from service.settings.leave import LeaveSettings
from service.settings.places import CameraSettings, HallSettings, WindowSettings
from service.settings.roster import RosterEntry
from service.settings.running import ModelSettings, RecorderSettings, ServerSettings
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["GivenSettings", "Settings"]


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
    retention: RetentionSettings = RetentionSettings()
    journal: JournalSettings = JournalSettings()
    duty: DutySettings = DutySettings()
    leave: tuple[LeaveSettings, ...] = ()
    roster: tuple[RosterEntry, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    consequences: ConsequencesSettings = ConsequencesSettings()
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
    def _duties_go_together(self) -> "Settings":
        for window, (_, own) in self.windows().items():
            try:
                if own.duty:
                    own.duty.over(self.duty)
            except ValueError as error:
                raise ValueError(f'duty of window "{window}": {error}') from error
        return self

    @model_validator(mode="after")
    def _names_are_of_what_there_is(self) -> "Settings":
        if not self.leave and not self.roster:
            return self
        windows, rules = {window.id for camera in self.cameras for window in camera.windows}, set(load_rulebook().rules)
        for index, leave in enumerate(self.leave):
            _check_known(f"leave[{index}].windows", leave.windows, windows)
            _check_known(f"leave[{index}].rules", leave.rules, rules)
        for index, entry in enumerate(self.roster):
            _check_known(f"roster[{index}].window", (entry.window,), windows)
        return self

    @model_validator(mode="after")
    def _consequences_fit_the_book(self) -> "Settings":
        try:
            self.consequences.over(load_rulebook())
        except RulebookError as error:
            raise ValueError(str(error)) from error
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

    def hall_book(self) -> Rulebook:
        """The hall's rulebook, over which windows have their own; raises RulebookError naming the key."""
        return self.consequences.over(overridden(load_rulebook(), self.rules, "rules"))

    def books(self) -> dict[WindowId, Rulebook]:
        """The effective rulebook of every window; raises RulebookError naming the key."""
        base = self.hall_book()
        return {
            window: overridden(base, own.rules, f'rules of window "{window}"')
            for window, (_, own) in self.windows().items()
        }

    def duties(self) -> dict[WindowId, DutySettings]:
        """The whole duty of every window that does not simply follow the hall's."""
        return {window: own.duty.over(self.duty) for window, (_, own) in self.windows().items() if own.duty}

    def duty_by_window(self) -> DutyOf:
        """Whether a window is on duty at a moment; one that nobody configured follows the hall."""
        zone, exempt = self.hall.zone, self.exempt()
        hall = duty_of(self.duty, zone)
        own = {window: duty_of(duty, zone) for window, duty in self.duties().items()}

        def duty(window: WindowId, at: StreamTime) -> Duty:
            known = own.get(window, hall)(window, at)
            return "exempt" if known == "on" and exempt(window, None, at) else known

        return duty

    def exempt(self) -> Exempt:
        """What registered leave exempts windows from."""
        return exempt_by(one.leave(self.hall.zone) for one in self.leave)

    def people(self) -> Roster:
        """Who is entered for which window, as far as anybody is."""
        return Roster(entry.rostered(self.hall.zone) for entry in self.roster)

    def shifts_by_window(self) -> ShiftOf:
        """The shift that a window is on duty in at a moment, None where it has none."""
        hall = shift_of(self.duty, self.hall.zone)
        own = {window: shift_of(duty, self.hall.zone) for window, duty in self.duties().items()}
        return lambda window, at: own.get(window, hall)(window, at)

    def why_closed_by_window(self) -> WhyOf:
        """Why a window is out of service at a moment, None while it is not."""
        hall = why_closed_of(self.duty, self.hall.zone)
        own = {window: why_closed_of(duty, self.hall.zone) for window, duty in self.duties().items()}
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


def _check_known(key: str, given: tuple[str, ...], known: set[str]) -> None:
    strange = next((name for name in given if name not in known), None)
    if strange is not None and known:
        raise ValueError(f"{key}: there is no {strange!r}; there are {', '.join(sorted(known))}")
