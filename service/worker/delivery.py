"""Brings what the worker has to the service: the spool over HTTP until each message is taken, live state as it is."""

import json
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import structlog
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from service.worker.spool import Message, Spool
from service.worker.watched import Watched
from vision.errors import ZaigangError

__all__ = ["Deliverer", "LiveLink"]

log = structlog.get_logger()

_BACK_OFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0)


class Deliverer:
    """Delivers the spool in order, on a thread of its own, again and again until the service has taken it."""

    def __init__(self, worker: str, spool: Spool, service: str, token: str, failed: Callable[[], None]) -> None:
        self._worker, self._spool = worker, spool
        headers = {"Authorization": f"Bearer {token}"}
        # The environment's proxy is for the way out of the house: the service is in it, and the token stays there too.
        self._client = httpx.Client(base_url=service, headers=headers, timeout=10.0, trust_env=False)
        self._news = threading.Event()
        self.thread = Watched("delivery", self._run, failed)
        self.trouble: str | None = None
        self.waiting = 0

    def stop(self) -> None:
        self.thread.stopping.set()
        self._news.set()
        self.thread.stop(15)
        self._client.close()

    def nudge(self) -> None:
        """There is something new in the spool."""
        self._news.set()

    def _run(self) -> None:
        failures = 0
        while not self.thread.stopping.is_set():
            self._news.clear()
            try:
                self.waiting = self._spool.waiting()
                messages = self._spool.next_messages()
                for message in messages:
                    self._deliver(message)
                    failures = 0
                refused = self._spool.refused()
                self.trouble = (
                    f"{refused} messages were refused by the service and are set aside in the spool"
                    if refused
                    else None
                )
                if not messages:
                    self._news.wait(1.0)
            except httpx.HTTPError as error:
                self.trouble = f"events wait in the spool: the service does not take them ({_reason(error)})"
            except ZaigangError as error:
                self.trouble = str(error)
            else:
                continue
            self.thread.stopping.wait(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
            failures += 1

    def _deliver(self, message: Message) -> None:
        content = {"worker": self._worker, "seq": message.seq, "kind": message.kind, "body": message.body}
        answer = self._client.post("/api/v1/ingest", json=content)
        if answer.status_code in (404, 422) and _is_ours(answer):
            # It will never be taken: the window is no longer known, or the two are of different versions.
            why = answer.text[:500]
            log.error("message refused by the service, set aside in the spool", seq=message.seq, why=why)
            self._spool.refuse(message, why)
            return
        answer.raise_for_status()
        self._spool.delivered(message.seq)


def _is_ours(answer: httpx.Response) -> bool:
    """Whether this answer is the service's own, and not of another program that has taken its port."""
    try:
        return "code" in answer.json()["error"]
    except (ValueError, LookupError, TypeError):
        return False


def _reason(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"it answers {error.response.status_code}"
    return {"ConnectError": "it cannot be reached", "ReadTimeout": "it does not answer"}.get(
        type(error).__name__, type(error).__name__
    )


class LiveLink:
    """Sends live state and pictures, the latest alone; nothing waits for it and nothing depends on it."""

    def __init__(
        self,
        service: str,
        token: str,
        state: Callable[[], Mapping[str, Any]],
        failed: Callable[[], None],
        every_s: float = 0.5,
    ) -> None:
        self._address = service.replace("http", "ws", 1) + "/api/v1/worker"
        self._token = token
        self._state = state
        self._every = every_s
        self._pictures: dict[str, tuple[int, bytes]] = {}
        self._lock = threading.Lock()
        self.thread = Watched("live", self._run, failed)

    def stop(self) -> None:
        self.thread.stop(5)

    def show(self, camera: str, at: int, jpeg: bytes) -> None:
        """Send this picture next, in place of one that was not sent yet."""
        with self._lock:
            self._pictures[camera] = (at, jpeg)

    def _run(self) -> None:
        failures = 0
        while not self.thread.stopping.is_set():
            try:
                headers = {"Authorization": f"Bearer {self._token}"}
                with connect(
                    self._address, additional_headers=headers, open_timeout=5, close_timeout=1, proxy=None
                ) as socket:
                    failures = 0
                    self._send_until_stopped(socket)
            except (OSError, WebSocketException, TimeoutError):
                self.thread.stopping.wait(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
                failures += 1

    def _send_until_stopped(self, socket: ClientConnection) -> None:
        while not self.thread.stopping.is_set():
            with self._lock:
                pictures, self._pictures = self._pictures, {}
            for camera, (at, jpeg) in pictures.items():
                socket.send(_packed({"type": "picture", "camera": camera, "at": at}, jpeg))
            socket.send(_packed({"type": "state", **self._state()}, b""))
            self.thread.stopping.wait(self._every)


def _packed(head: Mapping[str, Any], body: bytes) -> bytes:
    text = json.dumps(head, ensure_ascii=False).encode()
    return struct.pack(">I", len(text)) + text + body
