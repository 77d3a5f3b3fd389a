"""Serves the pages' modules, styles and shapes under an address that changes with their content."""

import hashlib
import re
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles

__all__ = ["STATIC", "Assets", "modules", "version"]

STATIC: Final = Path(__file__).parent / "static"

_IMPORT: Final = re.compile(r'^import (?:[^"]* from )?"\./([^"]+)"', re.MULTILINE)


def version(folder: Path = STATIC) -> str:
    """A short hash over every file in ``folder``: modules import each other, so they change address together."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def modules(*entries: str) -> tuple[str, ...]:
    """The modules that ``entries`` import, and theirs, themselves included: a page names them all at once."""
    found: list[str] = []
    waiting = list(entries)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += _IMPORT.findall((STATIC / name).read_text(encoding="utf-8"))
    return tuple(found)


class Assets(StaticFiles):
    """Static files that a browser may keep for good, since a changed one has another address."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
