"""Remembers language and theme: a link that works before any script has loaded."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse

from dashboards.rendering import LANGUAGE, THEME, THEMES
from dashboards.texts import LANGUAGES

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_A_YEAR_S: Final = 365 * 24 * 3600


@router.get("/preferences")
async def preferences(language: str | None = None, theme: str | None = None, back: str = "/") -> RedirectResponse:
    """Keep what was chosen and go back to the page that the link stood on."""
    response = RedirectResponse(back if _is_own(back) else "/", 303)
    for name, value, known in ((LANGUAGE, language, LANGUAGES), (THEME, theme, THEMES)):
        if value in known:
            response.set_cookie(name, str(value), max_age=_A_YEAR_S, samesite="lax", httponly=True)
    return response


def _is_own(back: str) -> bool:
    """Whether ``back`` is a path of this service: browsers take // and /\\ for the start of another host."""
    return back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
