"""What a site is: one `zaigang.yaml`, checked key by key, any of it overridden by the environment (ZAIGANG_...)."""

from service.settings.consequences import ConsequencesSettings
from service.settings.duty import ClosedSettings, DutySettings, OwnDutySettings, SeasonSettings
from service.settings.keeping import JournalSettings, RetentionSettings
from service.settings.leave import LeaveSettings
from service.settings.places import CameraSettings, HallSettings, WindowSettings
from service.settings.reading import SettingsError, faults, load_settings, plain_yaml
from service.settings.roster import RosterEntry
from service.settings.running import EMBEDDER, ModelSettings, RecorderSettings, ServerSettings, WornSettings
from service.settings.site import GivenSettings, Settings

__all__ = [
    "EMBEDDER",
    "CameraSettings",
    "ClosedSettings",
    "ConsequencesSettings",
    "DutySettings",
    "GivenSettings",
    "HallSettings",
    "JournalSettings",
    "LeaveSettings",
    "ModelSettings",
    "OwnDutySettings",
    "RecorderSettings",
    "RetentionSettings",
    "RosterEntry",
    "SeasonSettings",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "WindowSettings",
    "WornSettings",
    "faults",
    "load_settings",
    "plain_yaml",
]
