"""The site that a configuration describes, what was edited since, and which of its sources can be watched live."""

from pathlib import Path

from service.parts import Effective, Refusal, effective, unchanged
from service.settings import CameraSettings, Settings, load_settings
from vision.address import Address, address
from vision.errors import BadInput, SourceError, without_password

__all__ = ["site_in_force", "site_settings", "watchable"]


def site_settings(config: Path | None) -> Settings:
    """The settings of a site to be watched, from ``config`` or else from the zaigang.yaml of this folder.

    Raises BadInput where they name no camera: there is nothing to watch.
    """
    here = Path("zaigang.yaml")
    file = config or (here if here.is_file() else None)
    settings = load_settings(file)
    if not settings.cameras:
        raise BadInput(
            f"{file or 'no configuration'}: no camera is named; write cameras: with id, source and windows into "
            "zaigang.yaml and name it with --config, or try: zaigang demo"
        )
    return settings


def site_in_force(given: Settings, refusal: Refusal) -> Effective:
    """``given`` with what was edited while it ran; no database is made or migrated for it."""
    file = given.data / "zaigang.db"
    if not file.is_file():
        return unchanged(given)
    from service.storage.revisions import stored_revisions

    return effective(given, stored_revisions(file), refusal)


def watchable(camera: CameraSettings) -> Address | None:
    """Where ``camera``'s pictures come from, None for a device that is not plugged in now.

    Raises BadInput naming the camera for a film that is not there, and for a folder of pictures.
    """
    name = f'cameras: source of camera "{camera.id}"'
    try:
        where = address(camera.source)
    except SourceError as error:
        if camera.source.isdecimal() or camera.source.startswith("/dev/"):
            return None
        raise BadInput(f"{name}: there is no such file as {without_password(camera.source)}") from error
    if where.kind == "folder":
        raise BadInput(
            f"{name}: {where} is a folder of pictures, which is no live camera; "
            f"name a stream, a device or a film, or use: zaigang replay {where}"
        )
    return where
