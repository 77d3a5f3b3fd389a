"""One live camera on a thread of its own: reconnects, records every packet, and keeps the newest picture to look at."""

import threading
from collections.abc import Callable
from typing import Final

from vision.address import address
from vision.anchor import Anchor
from vision.errors import SourceError, SourceRefused, StorageFull
from vision.picture import Picture
from vision.recorder import Recorder
from vision.source import Sampler, Stream, StreamSummary, open_stream, picture_time, pixels
from vision.streamtime import SECOND, StreamTime, seconds

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
        self._thread = threading.Thread(target=self._follow, name="camera", daemon=True)
        self.summary: StreamSummary | None = None
        self.arrival: StreamTime | None = None
        self.trouble: str | None = None
        self.recording_trouble: str | None = None
        self.connects = 0

    def start(self) -> None:
        self._thread.start()

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
            pause = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
            failures += 1
            try:
                where = address(self._source)
                with open_stream(where) as stream:
                    self.summary, self.trouble = stream.summary, None
                    self.connects += 1
                    if self._watch(stream):
                        failures = 0
                        pause = _BACK_OFF[0] if where.live else 0.0
                if where.live and not self._stop.is_set():
                    self.trouble = f'source "{where}": the stream ended'
            except SourceRefused as error:
                self.trouble = str(error)
                pause = _BACK_OFF[-1]  # asking often with a wrong password locks accounts on many cameras
            except SourceError as error:
                self.trouble = str(error)
            finally:
                if self._recorder is not None:
                    self._recorder.close()
            self._stop.wait(pause)

    def _watch(self, stream: Stream) -> bool:
        """Read the stream to its end; returns whether it gave a picture."""
        anchor, sampler = Anchor(), Sampler(self._rate)
        seen = False
        for packet in stream.packets():
            if self._stop.is_set():
                break
            own = seconds(float(packet.pts * packet.time_base)) if packet.pts is not None and packet.time_base else None
            if not stream.address.live and own is not None:
                self._wait_until_due(anchor, own)
            arrival = self._clock()
            at = anchor.place(own, arrival)
            frames = []
            for frame in stream.decode(packet):
                shown = self._time_of(picture_time(frame), anchor, at)
                frames.append((shown, frame))
                seen = True
                self.arrival = arrival
                if sampler.takes(shown):
                    self._offer(Picture(shown, pixels(frame)))
            if self._recorder is not None:
                self._record(self._recorder, packet, frames, at, stream)
        return seen

    def _time_of(self, own: int | None, anchor: Anchor, at: StreamTime) -> StreamTime:
        placed = anchor.at(own) if own is not None else None
        return at if placed is None else placed

    def _wait_until_due(self, anchor: Anchor, own: int) -> None:
        due = anchor.at(own)
        if due is not None and due > self._clock():
            self._stop.wait(min(due - self._clock(), _AHEAD) / SECOND)

    def _offer(self, picture: Picture) -> None:
        with self._lock:
            self._picture = picture
        self._arrived.set()

    def _record(self, recorder: Recorder, packet, frames, at: StreamTime, stream: Stream) -> None:  # type: ignore[no-untyped-def]
        try:
            recorder.write(packet, frames, at, stream)
            self.recording_trouble = None
        except (StorageFull, OSError) as error:
            # The camera is still judged: an event without a clip says so, a camera without judgement says nothing.
            self.recording_trouble = str(error)
