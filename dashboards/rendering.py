"""Renders a template for the person who asked: language and theme by cookie, the hall and its health in the bar."""

from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from dashboards.assets import modules, version
from dashboards.texts import LANGUAGES, Language, texts
from service.api.live import live_now
from service.api.schemas import LiveOut
from service.api.site import Site

__all__ = ["LANGUAGE", "THEME", "THEMES", "language_of", "rendered"]

LANGUAGE: Final = "language"
THEME: Final = "theme"
THEMES: Final = ("dark", "light")

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
_VERSION: Final = version()


def language_of(request: Request) -> Language:
    """The language that was chosen, Chinese where none was."""
    chosen = request.cookies.get(LANGUAGE, LANGUAGES[0])
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


async def rendered(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page ``template``. Beside ``values`` it knows ``t``, ``hall``, ``live``, ``theme`` and where it stands."""
    site: Site = request.app.state.site
    theme = request.cookies.get(THEME)
    query = f"?{request.url.query}" if request.url.query else ""
    live: LiveOut = values.pop("live", None) or await live_now(site)
    content = _ENVIRONMENT.get_template(template).render(
        t=texts(language_of(request)),
        theme=theme if theme in THEMES else None,
        hall=site.settings.hall,
        live=live,
        here=f"{request.url.path}{query}",
        static=f"/static/{_VERSION}",
        modules=modules,
        **values,
    )
    return HTMLResponse(content, status, headers={"Cache-Control": "no-cache"})
