"""One live camera on a thread of its own: reconnects, records every packet, and keeps the newest picture to look at."""

import threading
from collections.abc import Callable
from typing import Final

from av.video.frame import VideoFrame

from vision.address import address
from vision.anchor import Anchor, Clock
from vision.errors import SourceRefused, StorageFull, ZaigangError, without_password
from vision.picture import Picture
from vision.recorder import Recorder
from vision.source import (
    Packet,
    Sampler,
    Stream,
    StreamSummary,
    camera_time,
    open_stream,
    packet_time,
    picture_time,
    pixels,
)
from vision.streamtime import SECOND, StreamTime

__all__ = ["Camera"]

_BACK_OFF: Final = (0.5, 1.0, 2.0, 4.0)
_AHEAD: Final = 5 * SECOND


class Camera:
    """Follows one source until stopped. ``clock`` gives UTC in stream time; ``arrived`` is set when a picture is due.

    The newest picture wins: one that nobody took is replaced, never queued. A film as a source is played in real time,
    over and over.
    """

    def __init__(
        self,
        source: str,
        rate: float,
        clock: Callable[[], StreamTime],
        recorder: Recorder | None = None,
        arrived: threading.Event | None = None,
    ) -> None:
        self._source = source
        self._rate = rate
        self._clock = clock
        self._recorder = recorder
        self._arrived = arrived or threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._seen = False
        self._thread = threading.Thread(target=self._follow, name="camera", daemon=True)
        self.summary: StreamSummary | None = None
        self.arrival: StreamTime | None = None
        self.trouble: str | None = None
        self.recording_trouble: str | None = None
        self.connects = 0
        self._anchor = Anchor()

    @property
    def clock(self) -> Clock | None:
        """How the camera's time stamps stand to ours, None before its first picture."""
        return self._anchor.clock

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the thread end; ``stop`` waits for it."""
        self._stop.set()

    def stop(self, limit_s: float = 10.0) -> None:
        """Ask the thread to end and wait for it."""
        self._stop.set()
        self._thread.join(limit_s)

    def take(self) -> Picture | None:
        """The newest picture due for a look that was not taken yet."""
        with self._lock:
            picture, self._picture = self._picture, None
            return picture

    def _follow(self) -> None:
        failures = 0
        while not self._stop.is_set():
            pause = self._attempt(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
            failures = 0 if self._seen else failures + 1
            self._stop.wait(pause)

    def _attempt(self, back_off: float) -> float:
        """Open the source and read it to its end; returns the seconds to wait before the next attempt."""
        stream: Stream | None = None
        self._seen = False
        began = self._clock()
        try:
            where = address(self._source)
            stream = open_stream(where)
            self.summary, self.trouble = stream.summary, None
            self.connects += 1
            self._watch(stream)
            if self._stop.is_set():
                return 0.0
            if not self._seen:
                self.trouble = f'source "{where}": it holds no picture that can be decoded'
                return back_off
            if where.live:
                self.trouble = f'source "{where}": the stream ended'
            # A film begins anew at once; one of a few pictures would be opened and recorded hundreds of times a second.
            lasted = 0.0 if where.live else max(0.0, (self._clock() - began) / SECOND)
            return max(0.0, _BACK_OFF[0] - lasted)
        except SourceRefused as error:
            self.trouble = str(error)
            return _BACK_OFF[-1]  # asking often with a wrong password locks accounts on many cameras
        except ZaigangError as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001  # whatever one camera sends must not blind those beside it
            kind, reason = type(error).__name__, without_password(str(error))
            self.trouble = f'source "{without_password(self._source)}": it cannot be followed ({kind}: {reason})'
        finally:
            # Last, since to close a line that hangs takes seconds, and trouble is to be told at once.
            if stream is not None:
                stream.close()
            if self._recorder is not None:
                self._recorder.close()
        return back_off

    def _watch(self, stream: Stream) -> None:
        """Read the stream to its end."""
        anchor, sampler = Anchor(), Sampler(self._rate)
        self._anchor = anchor
        for packet in stream.packets():
            if self._stop.is_set():
                break
            own = packet_time(packet) if stream.timed else None
            due = self._wait_until_due(anchor, own) if own is not None and not stream.address.live else None
            arrival = self._clock()
            at = anchor.place(own, arrival if due is None else due)
            if (taken := camera_time(packet)) is not None:
                anchor.told(taken, at)
            frames = []
            for frame in stream.decode(packet):
                own = picture_time(frame) if stream.timed else None
                shown = anchor.at(own) if own is not None else None
                frames.append((at if shown is None else shown, frame))
                self._seen = True
                self.arrival = arrival
                if sampler.takes(frames[-1][0]):
                    self._offer(Picture(frames[-1][0], pixels(frame)))
            if self._recorder is not None:
                self._record(self._recorder, packet, frames, at, stream)

    def _wait_until_due(self, anchor: Anchor, own: int) -> StreamTime | None:
        """Wait for the moment at which a film's picture is shown, and return it; None where the film begins anew.

        With the moment itself for its arrival, a film as a camera is looked at in the very places as when replayed.
        """
        due = anchor.at(own)
        if due is None:
            return None
        if due > self._clock():
            self._stop.wait(min(due - self._clock(), _AHEAD) / SECOND)
        return due if self._clock() - due < _AHEAD else None

    def _offer(self, picture: Picture) -> None:
        with self._lock:
            self._picture = picture
        self._arrived.set()

    def _record(
        self,
        recorder: Recorder,
        packet: Packet,
        frames: list[tuple[StreamTime, VideoFrame]],
        at: StreamTime,
        stream: Stream,
    ) -> None:
        try:
            recorder.write(packet, frames, at, stream)
            self.recording_trouble = None
        except (StorageFull, OSError) as error:
            # The camera is still judged: an event without a clip says so, a camera without judgement says nothing.
            self.recording_trouble = str(error)
