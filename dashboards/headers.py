"""Tells browsers what the pages may load, and that nobody may frame them."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders"]

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# FastAPI's own reader of the API description brings scripts of its own.
_OWN_SCRIPTS: Final = ("/docs", "/redoc")


class SecurityHeaders:
    """Adds the same headers to every answer: no foreign or inline script, no sniffing of types, no frame around it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["X-Frame-Options"] = "DENY"
                headers["Referrer-Policy"] = "same-origin"
                if not scope["path"].startswith(_OWN_SCRIPTS):
                    headers["Content-Security-Policy"] = _POLICY
            await send(message)

        await self._app(scope, receive, guarded)
