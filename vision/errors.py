"""The errors of the whole product: one family, caught once at the edge, each a sentence for whoever can mend it.

ZaigangError                something a person can mend; the command ends with exit code 2, the API with 4xx
├── BadInput                a file, key, argument or value is wrong: names it, and what would be right
│   ├── ZoneError           a zone's polygon cannot be used
│   ├── ModelError          a network's folder is missing, damaged, or does not serve what is asked of it
│   ├── DatasetError        (datasets) a set's file, line or class is not what it should be
│   └── TrainingError       (training) a recipe or a training run cannot go on
├── SourceError             a camera, stream or film cannot be opened or read
│   └── SourceRefused       the camera wants other credentials
└── StorageFull             the disk has no room left for what must not be lost
"""

import re

__all__ = [
    "BadInput",
    "ModelError",
    "SourceError",
    "SourceRefused",
    "StorageFull",
    "ZaigangError",
    "ZoneError",
    "without_password",
]


class ZaigangError(Exception):
    """Something a person can mend; ``str(error)`` is the whole sentence."""


class BadInput(ZaigangError):
    """A file, key, argument or value is wrong; raised where it is read, before anything has been done with it."""


class ZoneError(BadInput):
    """A polygon crosses itself, has no area, or lies outside the picture."""


class ModelError(BadInput):
    """A network cannot be used: its folder, its card, its classes or its output."""


class SourceError(ZaigangError):
    """A camera, stream or film cannot be opened or read; the address is given without its password."""


class SourceRefused(SourceError):
    """The camera answered, but refused the name and password given."""


class StorageFull(ZaigangError):
    """The disk refused a write; what was being written is still held by the caller."""


# A quote mark belongs to the password where a later @ follows without a space, else it ends a quoted address.
_CREDENTIALS = re.compile(r"(?<=://)([^/@\s:]*):(?:(?!://)(?:[^\"'\n]|[\"'](?=[^\s]*@)))*@")
_NAMED = re.compile(r"(?i)((?<![a-z])(?:password|passwd|pass|pwd|psw|pw|loginpas|token|secret|auth|key)=)[^&\s\"']+")


def without_password(text: str) -> str:
    """``text`` with the password of every address in it replaced by ``***``; the user name stays.

    A password is what stands between the first colon and the last ``@``, for it may hold either, slashes and spaces
    too, and what a camera's address calls one: ``rtsp://camera/user=admin&password=secret&channel=1``.
    """
    return _NAMED.sub(r"\1***", _CREDENTIALS.sub(r"\1:***@", text))
