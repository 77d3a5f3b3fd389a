"""Decides, before anything else, whether a request comes from a page of this service itself."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.errors import ErrorBody, ErrorOut

__all__ = ["LOOPBACK", "Guard"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Guard:
    """Refuses hosts that are not this service's, and requests that another site's page makes.

    Without the first, a name that an attacker points at 127.0.0.1 reads the cameras from a browser here (DNS
    rebinding); without the second, any page open in that browser opens the WebSocket. ``hosts`` None allows every host.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": refusal})
        else:
            body = ErrorOut(error=ErrorBody(code="refused", message=refusal))
            await JSONResponse(body.model_dump(), 403)(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return f'this service does not answer for the host "{_name(host)}"'
        origin = headers.get("origin")
        if origin is not None and _split(origin).netloc != host:
            return "another site's page may not ask this service"
        return None


def _name(host: str) -> str:
    return _split(f"//{host}").hostname or ""


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # such as an IPv6 address without its end
        return SplitResult("", "", "", "", "")
