"""Says in a page, in the reader's language, what the API would say in JSON: not found, not possible, broken."""

from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from dashboards.rendering import rendered
from service.api.errors import ApiError
from vision.errors import BadInput, ZaigangError

__all__ = ["add_fault_pages"]

_NO_PAGES: Final = ("/api/", "/static/", "/docs", "/redoc", "/openapi.json")


def add_fault_pages(app: FastAPI) -> None:
    """Let errors under a page's path be pages; every other path keeps the handler that it has."""
    for kind in (HTTPException, RequestValidationError, ApiError, ZaigangError):
        app.add_exception_handler(kind, _page_or(app.exception_handlers[kind]))
    app.add_exception_handler(Exception, _broken)


def _page_or(otherwise: Any) -> Any:
    async def handler(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(_NO_PAGES):
            response: Response = await otherwise(request, error)
            return response
        status, message = _said(error)
        kind = "not_found" if status in (404, 405) else "not_possible" if status < 500 else "broken"
        return await rendered(request, "error.html", status, kind=kind, message=message)

    return handler


def _said(error: Exception) -> tuple[int, str]:
    if isinstance(error, ApiError):
        return error.status, error.body.message
    if isinstance(error, HTTPException):
        return error.status_code, ""
    if isinstance(error, RequestValidationError):
        return 422, str(error.errors()[0]["msg"])
    return (422 if isinstance(error, BadInput) else 503), str(error)


async def _broken(request: Request, _error: Exception) -> Response:
    """The last resort needs no database and no template, since either may be what is broken."""
    if request.url.path.startswith(_NO_PAGES):
        return Response(
            '{"error": {"code": "broken", "message": "internal error", "field": null}}',
            500,
            media_type="application/json",
        )
    return HTMLResponse(
        '<!doctype html><html lang="zh"><meta charset="utf-8"><title>在岗</title>'
        "<h1>服务出错了</h1><p>页面未能生成，原因已写入服务日志。</p>"
        "<p>The page could not be made; the service's log says why.</p>",
        500,
    )
