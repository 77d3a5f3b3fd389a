"""Where pictures come from: which addresses are allowed, and how they are shown without their password."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from vision.errors import BadInput, SourceError, without_password

__all__ = ["SCHEMES", "Address", "address", "check_scheme"]

SCHEMES: Final = ("rtsp", "rtsps", "http", "https")
"""Of an address with a scheme, these alone are allowed."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where pictures come from. ``str()`` never shows a password."""

    text: str
    kind: Literal["stream", "file", "folder", "device"]

    def __str__(self) -> str:
        return without_password(self.text)

    @property
    def live(self) -> bool:
        """Whether pictures come when they come, rather than when asked for."""
        return self.kind in ("stream", "device")


def check_scheme(text: str) -> str | None:
    """The scheme of ``text`` if it has one; raises BadInput for one that is not allowed."""
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):(//)?", text)
    if found is None or Path(text).exists():
        return None
    if not found[2] or found[1].lower() not in SCHEMES:
        allowed = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        raise BadInput(
            f'source "{without_password(text)}": {found[1]}: is not allowed; '
            f"use {allowed}, a film, a folder of pictures or a device"
        )
    return found[1].lower()


def address(text: str) -> Address:
    """The address that ``text`` means: a stream, a camera device (0, /dev/video0), a film, or a folder of pictures.

    Raises BadInput for a scheme that is not allowed, SourceError for a path at which nothing is.
    """
    if check_scheme(text) is not None:
        return Address(text, "stream")
    if text.isdecimal():
        text = f"/dev/video{text}"
    path = Path(text)
    if text.startswith("/dev/video"):
        if not path.exists():
            raise SourceError(f'source "{text}": there is no such device')
        return Address(text, "device")
    if not path.exists():
        raise SourceError(f'source "{text}": there is no such file')
    return Address(text, "folder" if path.is_dir() else "file")
