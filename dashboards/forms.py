"""What forms bring that work without scripts, and who filled in the last one."""

from typing import Final
from urllib.parse import parse_qs, quote, unquote

from fastapi import Request
from starlette.responses import Response

from service.api.errors import ApiError

__all__ = ["author_of", "fields_of", "remember_author"]

_BY: Final = "judged_by"
_A_YEAR_S: Final = 365 * 24 * 3600
_LONGEST: Final = 20_000


async def fields_of(request: Request) -> dict[str, list[str]]:
    """The values of each field, in order."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST:
            raise ApiError(413, "bad_input", "the form is too long")
    found = parse_qs(body.decode("utf-8", errors="replace"), keep_blank_values=True)
    return {name: [value.strip() for value in values] for name, values in found.items()}


def author_of(request: Request) -> str:
    """Whose name the last form of this browser had, "" where none was filled in."""
    return unquote(request.cookies.get(_BY, ""))[:40]


def remember_author(response: Response, name: str) -> None:
    if name := name[:40]:
        response.set_cookie(_BY, quote(name), max_age=_A_YEAR_S, samesite="lax", httponly=True)
