"""Serves encoded loops as live cameras: MPEG-TS over HTTP in real time, with the outages of their script."""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote, unquote

import av
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

__all__ = ["Broadcast", "Reel"]

TICKS: Final = 90_000
"""Clock of MPEG-TS in ticks per second."""

_TIME_BASE: Final = Fraction(1, TICKS)
_JUST_BEGUN = 0.3
"""Seconds within which a group of pictures is still sent whole to somebody who comes in."""

_STUCK_CLIENT = 10.0
"""Seconds a client may refuse to take anything before it is dropped."""


@dataclass(frozen=True, slots=True)
class Reel:
    """One camera's loop: an MPEG-TS file of ``duration`` seconds, and when it is lost, as (from, to) in seconds."""

    path: Path
    duration: float
    lost: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is due ``at`` a second of the loop: a packet, or (None) the end of the connection."""

    at: float
    key: bool
    packet: bytes | None


class _Loop:
    """A reel in memory."""

    def __init__(self, reel: Reel) -> None:
        self.reel = reel
        self.container: InputContainer = av.open(str(reel.path))
        self.stream: VideoStream = self.container.streams.video[0]
        packets = [packet for packet in self.container.demux(self.stream) if packet.pts is not None]
        first = min(packet.pts or 0 for packet in packets)
        base = packets[0].time_base or _TIME_BASE
        cues = [_Cue(float(((p.pts or 0) - first) * base), bool(p.is_keyframe), bytes(p)) for p in packets]
        cues += [_Cue(start, False, None) for start, _ in reel.lost]
        self.cues = sorted(cues, key=lambda cue: (cue.at, cue.packet is not None))

    def lost_until(self, position: float) -> float | None:
        """The second of the loop at which the outage at ``position`` ends, None if there is none."""
        return next((end for start, end in self.reel.lost if start <= position < end), None)


def _from(loop: _Loop, position: float) -> Iterator[tuple[float, _Cue]]:
    """Cues from the first key picture at ``position`` (seconds since the script began) on, with when they are due."""
    turn = math.floor(max(position, 0.0) / loop.reel.duration)
    started = False
    while True:
        for cue in loop.cues:
            due = turn * loop.reel.duration + cue.at
            if not started and (due < position - _JUST_BEGUN or not cue.key):
                continue
            started = True
            yield due, cue
        turn += 1


class _Pipe:
    """A client as a file to write to; once it has gone, writes go nowhere and ``broken`` says so."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self.broken = False

    def write(self, chunk: bytes) -> int:
        """Takes the whole chunk."""
        if not self.broken:
            try:
                self._connection.sendall(chunk)
            except OSError:
                self.broken = True
        return len(chunk)


@contextmanager
def _muxed(pipe: _Pipe, template: VideoStream) -> Iterator[tuple[OutputContainer, VideoStream]]:
    """An MPEG-TS writer to ``pipe`` that keeps time stamps as they are and sends every packet at once."""
    options = {"mpegts_copyts": "1", "flush_packets": "1", "max_delay": "0"}
    with av.open(pipe, "w", format="mpegts", options=options) as container:
        yield container, container.add_stream_from_template(template)


class Broadcast:
    """A server on 127.0.0.1 whose cameras play their reels from the same moment on, over and over.

    The script begins when the first client connects, or when ``begin`` is called; calling it again starts the script
    over. With an ``overture`` no more than its first so many seconds are played, over and over, until ``begin`` is
    called. The time stamps go on through loops and restarts, and are the same for every client. ``pace`` is how much
    faster than life it plays: 1 but in tests. A context manager: the port is free and every thread gone after it.
    """

    def __init__(self, reels: Mapping[str, Reel], *, pace: float = 1.0, overture: float | None = None) -> None:
        self._loops = {name: _Loop(reel) for name, reel in reels.items()}
        self._pace = pace
        self._origin = time.monotonic()
        self._began: float | None = None
        self._overture = overture
        self._closed = False
        self._change = threading.Condition()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo broadcast")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        for loop in self._loops.values():
            loop.container.close()

    def url(self, name: str) -> str:
        """Where the camera called ``name`` is."""
        if name not in self._loops:
            raise KeyError(name)
        return f"http://127.0.0.1:{self._server.server_address[1]}/{quote(name)}.ts"

    def begin(self) -> None:
        """Plays the script from its first second from now on, for whoever watches and whoever comes."""
        with self._change:
            self._overture = None
            self._began = self._now()
            self._change.notify_all()

    def _waits(self, due: float, began: float) -> bool:
        """Whether what is ``due`` comes after the overture, which is then played again by all cameras."""
        with self._change:
            if self._overture is None or due < self._overture:
                return False
            if self._began == began:
                self._began = self._now()
                self._change.notify_all()
            return True

    @property
    def position(self) -> float | None:
        """Seconds since the script began, loops counted on; None before."""
        with self._change:
            return None if self._began is None else self._now() - self._began

    def _now(self) -> float:
        return (time.monotonic() - self._origin) * self._pace

    def _begun(self) -> float:
        with self._change:
            if self._began is None:
                self._began = self._now()
            return self._began

    def _wait_until(self, due: float, began: float) -> bool:
        """Waits for a moment; False if the server closed or the script was started over before it."""
        with self._change:
            while not self._closed and self._began == began:
                left = due - self._now()
                if left <= 0:
                    return True
                self._change.wait(left / self._pace)
            return False

    def camera(self, path: str) -> _Loop | None:
        """The loop that a request's path asks for."""
        name, dot, ending = unquote(path).removeprefix("/").rpartition(".")
        return self._loops.get(name) if dot and ending == "ts" else None

    def lost_for(self, loop: _Loop) -> float | None:
        """Seconds for which this camera is still lost, None if it is not."""
        began = self._begun()
        position = (self._now() - began) % loop.reel.duration
        until = loop.lost_until(position)
        return None if until is None else until - position

    def play(self, loop: _Loop, pipe: _Pipe) -> None:
        """Sends a camera's packets when they are due, until the outage, the client's or the server's end."""
        with _muxed(pipe, loop.stream) as (container, stream):
            last = -1
            while not self._closed and not pipe.broken:
                began = self._begun()
                for due, cue in _from(loop, self._now() - began):
                    if not self._wait_until(began + due, began) or self._waits(due, began):
                        break
                    if cue.packet is None:
                        return
                    pts = round((began + due) * TICKS)
                    if pts <= last:
                        continue
                    last = pts
                    packet = av.Packet(cue.packet)
                    packet.stream, packet.time_base = stream, _TIME_BASE
                    packet.pts = packet.dts = pts
                    packet.is_keyframe = cue.key
                    container.mux(packet)
                    if pipe.broken:
                        return

    @property
    def closed(self) -> bool:
        """Whether the server is going down."""
        return self._closed


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, broadcast: Broadcast) -> None:
        self.broadcast = broadcast
        self._clients: set[socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def remember(self, client: socket) -> None:
        with self._lock:
            self._clients.add(client)

    def forget(self, client: socket) -> None:
        with self._lock:
            self._clients.discard(client)

    def hang_up(self) -> None:
        """Ends every connection, so that no thread is left waiting for a client that does not read."""
        with self._lock:
            for client in self._clients:
                try:
                    client.shutdown(SHUT_RDWR)
                except OSError:
                    continue


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _STUCK_CLIENT

    def do_GET(self) -> None:
        broadcast = self.server.broadcast
        loop = broadcast.camera(self.path)
        if loop is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        lost = broadcast.lost_for(loop)
        if lost is not None or broadcast.closed:
            self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
            self.send_header("Retry-After", str(math.ceil(lost or 1)))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "video/mp2t")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.server.remember(self.connection)
        try:
            broadcast.play(loop, _Pipe(self.connection))
        finally:
            self.server.forget(self.connection)

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the worker that reads the camera does."""
