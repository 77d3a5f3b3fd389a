"""One shape for every error of the API: ``{"error": {"code", "message", "field"}}``."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from vision.errors import BadInput, ZaigangError

__all__ = [
    "ApiError",
    "BadRows",
    "ErrorBody",
    "ErrorOut",
    "NotFound",
    "Refused",
    "RowFaultOut",
    "TableErrorOut",
    "add_error_handlers",
]


class ErrorBody(BaseModel):
    """``code`` for programs, ``message`` for people, ``field`` where one value of the request is to blame."""

    code: str
    message: str
    field: str | None = None


class ErrorOut(BaseModel):
    error: ErrorBody


class RowFaultOut(BaseModel):
    """What is wrong in a row, counted as spreadsheets do, under the heading ``column``; "" where it is all the row."""

    row: int
    column: str
    what: str


class TableErrorBody(ErrorBody):
    """An error of which rows of a table are to blame, the first thousand faults of them."""

    faults: list[RowFaultOut] = []


class TableErrorOut(BaseModel):
    error: TableErrorBody


class ApiError(Exception):
    """Ends a request with a status and the one error shape."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status, self.body = status, ErrorBody(code=code, message=message, field=field)


class BadRows(ApiError):
    """Rows of the table that a request brings are wrong."""

    def __init__(self, message: str, faults: list[RowFaultOut]) -> None:
        super().__init__(422, "bad_input", message, "body")
        self.body = TableErrorBody(**self.body.model_dump(), faults=faults)


class NotFound(ApiError):
    """The thing that the path names does not exist."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(404, "not_found", f'there is no {what} "{name}"')


class Refused(ApiError):
    """The caller may not do this."""

    def __init__(self, message: str) -> None:
        super().__init__(403, "refused", message)


def add_error_handlers(app: FastAPI) -> None:
    """Give every error of ``app`` the one shape."""

    @app.exception_handler(ApiError)
    async def _api_error(_request: Request, error: ApiError) -> JSONResponse:
        return _response(error.status, error.body)

    @app.exception_handler(ZaigangError)
    async def _known_error(_request: Request, error: ZaigangError) -> JSONResponse:
        status, code = (422, "bad_input") if isinstance(error, BadInput) else (503, "unavailable")
        return _response(status, ErrorBody(code=code, message=str(error)))

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        fault: dict[str, Any] = dict(error.errors()[0])
        place = () if fault["type"] == "json_invalid" else fault["loc"][1:]
        field = ".".join(str(part) for part in place) or str(fault["loc"][0])
        message = str(fault["msg"]).removeprefix("Value error, ")
        return _response(422, ErrorBody(code="bad_input", message=f"{field}: {message}", field=field))

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "not_allowed"}.get(error.status_code, "refused")
        return _response(error.status_code, ErrorBody(code=code, message=str(error.detail).lower()))


def _response(status: int, body: ErrorBody) -> JSONResponse:
    return JSONResponse(_encodable({"error": body.model_dump()}), status_code=status)


def _encodable(value: Any) -> Any:
    """``value`` with a ? for half a character, as JSON can bring it (\\ud800) and no answer can say it."""
    if isinstance(value, dict):
        return {key: _encodable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_encodable(one) for one in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
