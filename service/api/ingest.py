"""What workers bring: spooled events and evidence over HTTP, live state and pictures over a WebSocket."""

import hmac
import json
import struct
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError

from service.api.errors import ApiError, NotFound, Refused
from service.api.events import tell_pages
from service.api.schemas import IngestIn, IngestOut
from service.api.site import Site, SiteDep
from service.rules.event import Event
from service.storage import EventQueries, PlaceQueries
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = ["router"]

router = APIRouter(tags=["workers"])

_NEWS_FOR: Final = 15 * 60 * SECOND


class _EventBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    window: str
    rule: str
    rulebook: str
    state: str
    started_at: int
    satisfied_at: int
    until: int
    confidence: float
    repeat_of: str | None
    book: dict[str, Any] | None

    def event(self) -> Event:
        values = self.model_dump(exclude={"book"})
        values["window"] = WindowId(self.window)
        for name in ("started_at", "satisfied_at", "until"):
            values[name] = StreamTime(values[name])
        return Event(**values)


class _EvidenceBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    event: str
    folder: str
    manifest: dict[str, Any]


@router.post("/ingest")
async def ingest(site: SiteDep, message: IngestIn, authorization: Annotated[str, Header()] = "") -> IngestOut:
    """Take one message of a worker's spool; when this answers, it is kept. Repeating it changes nothing."""
    _check(site, authorization.removeprefix("Bearer "))
    try:
        if message.kind == "event":
            body = _EventBody.model_validate(message.body)
            changed = await _keep_event(site, body)
        else:
            changed = await _keep_evidence(site, _EvidenceBody.model_validate(message.body))
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(("body", *(str(part) for part in fault["loc"])))
        raise ApiError(422, "bad_input", f"{field}: {fault['msg']}", field) from error
    return IngestOut(seq=message.seq, changed=changed)


async def _keep_event(site: Site, body: _EventBody) -> bool:
    event = body.event()
    async with site.database.session() as session:
        queries = EventQueries(session)
        if event.window not in await PlaceQueries(session).window_names():
            raise ApiError(422, "bad_input", f'body.window: there is no window "{event.window}"', "body.window")
        book = body.book or await queries.rulebook(event.rulebook)
        if book is None:
            raise ApiError(422, "bad_input", f'body.book: rulebook "{event.rulebook}" is not known here', "body.book")
        if event.rule not in book.get("rules", ()):
            raise ApiError(422, "bad_input", f'body.rule: the rulebook has no rule "{event.rule}"', "body.rule")
        is_new = await queries.find(event.id) is None
        changed = await queries.keep(event, body.book)
    if changed:
        await tell_pages(site, event.id, alert=is_new and event.repeat_of is None and _is_news(site, event))
    return changed


def _is_news(site: Site, event: Event) -> bool:
    """Whether an alert helps anybody: it goes on, or has become known a moment ago.

    Whoever left early is known once the shift is over, so that such an event comes as closed. What a hall that was
    cut off delivers after hours or days is in the list of events, and does not sound.
    """
    return event.id in site.board.going_on() or site.board.now() - event.satisfied_at <= _NEWS_FOR


async def _keep_evidence(site: Site, body: _EvidenceBody) -> bool:
    async with site.database.session() as session:
        queries = EventQueries(session)
        if await queries.find(body.event) is None:
            raise NotFound("event", body.event)
        changed = await queries.keep_evidence(body.event, body.folder, body.manifest, site.board.now())
    if changed:
        await tell_pages(site, body.event, alert=False)
    return changed


@router.websocket("/worker")
async def worker(socket: WebSocket, site: SiteDep) -> None:
    """A worker's live connection; a message is the head's length (4 bytes, big endian), the head as JSON, a JPEG."""
    if not _known(site, socket.headers.get("authorization", "").removeprefix("Bearer ")):
        await socket.close(code=4403)
        return
    await socket.accept()
    name = ""
    try:
        while True:
            head, body = _parted(await socket.receive_bytes())
            if head["type"] == "picture":
                site.board.show(head["camera"], StreamTime(head["at"]), body)
            else:
                name = head["worker"]
                site.board.hear(name, head)
    except WebSocketDisconnect:
        site.board.hang_up(name)


def _parted(message: bytes) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack_from(">I", message)
    head: dict[str, Any] = json.loads(message[4 : 4 + length])
    return head, message[4 + length :]


def _check(site: Site, token: str) -> None:
    if not _known(site, token):
        raise Refused("only this site's own workers deliver here")


def _known(site: Site, token: str) -> bool:
    return hmac.compare_digest(token.encode(), site.token.encode())
