"""Opens a camera, stream or film and gives its packets and pictures with stream time."""

import errno
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import av
import av.error
import numpy as np
from av.container import InputContainer
from av.format import Flags
from av.packet import Packet as AnyPacket
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vision.address import Address
from vision.errors import SourceError, SourceRefused
from vision.geometry import Size
from vision.picture import Pixels
from vision.streamtime import SECOND, StreamTime, seconds

Packet: TypeAlias = "AnyPacket[VideoStream]"

__all__ = [
    "Packet",
    "Sampler",
    "Stream",
    "StreamSummary",
    "camera_time",
    "open_stream",
    "packet_time",
    "picture_time",
    "pixels",
]

_PROTOCOLS: Final = {
    # What FFmpeg may open on the way: without this a playlist of a camera's could name files of this machine.
    "file": "file",
    "device": "file",
    "stream": "rtsp,rtsps,rtp,rtcp,udp,tcp,tls,http,https,hls,crypto",
}


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What a stream says of itself; ``fps`` is 0 where it does not say, ``size`` is (0, 0) before its first picture."""

    size: Size
    codec: str
    fps: float


class Sampler:
    """Picks the pictures to look at: the first at or after each point of a grid of ``rate`` a second.

    The grid starts at the first picture, so a film and the same film as a camera are looked at in the same places.
    """

    def __init__(self, rate: float) -> None:
        self._period = round(SECOND / rate)
        self._start: StreamTime | None = None
        self._done = -1

    def takes(self, at: StreamTime) -> bool:
        """Whether the picture at ``at`` is the one to look at."""
        if self._start is None:
            self._start = at
        point = (at - self._start) // self._period
        if point <= self._done:
            return False
        self._done = point
        return True


class Stream:
    """One opened video stream; close it, or use it as a context manager."""

    def __init__(self, where: Address, container: InputContainer, video: VideoStream) -> None:
        self.address = where
        self._container = container
        self.video = video
        # A row of bare pictures carries no times; what FFmpeg makes up for it is 25 a second, whatever the camera does.
        self.timed = not (where.live and Flags.no_timestamps in Flags(container.format.flags))
        context = video.codec_context
        rate = (video.average_rate or video.guessed_rate) if self.timed else None
        self.summary = StreamSummary((context.width, context.height), context.name, float(rate) if rate else 0.0)
        self.damaged = 0

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()

    @property
    def duration_s(self) -> float | None:
        """Length of a film in seconds, None where the stream does not say."""
        if self.video.duration is not None and self.video.time_base is not None:
            return float(self.video.duration * self.video.time_base)
        if self._container.duration is not None:
            return self._container.duration / av.time_base
        return None

    def packets(self) -> Iterator[Packet]:
        """The video's packets in the order they come, the empty one that flushes the decoder last.

        Raises SourceError when the stream breaks off or stays silent for longer than its time limit.
        """
        try:
            yield from self._container.demux(self.video)
        except av.error.FFmpegError as error:
            raise SourceError(f'source "{self.address}": {_sentence(error)}') from None  # it holds the password

    def decode(self, packet: Packet) -> list[VideoFrame]:
        """The pictures that ``packet`` completes; a damaged packet gives none and is counted in ``damaged``."""
        try:
            return [frame for frame in packet.decode() if isinstance(frame, VideoFrame)]
        except av.error.FFmpegError:
            self.damaged += 1
            return []


def open_stream(where: Address, limit_s: float = 5.0) -> Stream:
    """Open ``where``; a live one may stay silent for ``limit_s``. Raises SourceRefused or SourceError."""
    options = {"protocol_whitelist": _PROTOCOLS[where.kind]}
    if where.text.lower().startswith("rtsp"):
        options["rtsp_transport"] = "tcp"
    if where.text.lower().startswith("http"):
        options["http_proxy"] = ""  # cameras are in the house; FFmpeg would take the environment's way out of it
    if where.live:
        # Three pictures tell the rate; the twenty that FFmpeg asks for hold up a camera of 10 a second by 1.7 s.
        options["fpsprobesize"] = "3"
    limit = limit_s if where.live else None
    try:
        container = av.open(
            where.text, format="v4l2" if where.kind == "device" else None, options=options, timeout=limit
        )
    except (av.error.FFmpegError, ValueError) as error:
        # Neither is shown as the cause: FFmpeg's errors hold the address with its password.
        if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
            raise SourceRefused(f'source "{where}": the camera refused the user name and password given') from None
        raise SourceError(f'source "{where}": {_sentence(error)}') from None
    if not container.streams.video:
        container.close()
        raise SourceError(f'source "{where}": it holds no video')
    video = container.streams.video[0]
    if video.codec_context is None:
        container.close()
        raise SourceError(f'source "{where}": its video is of a kind that cannot be decoded')
    # Threads by frame would hold back as many pictures as there are threads, which a live view cannot afford.
    video.thread_type = "SLICE" if where.live else "AUTO"
    return Stream(where, container, video)


def packet_time(packet: Packet) -> int | None:
    """The packet's own presentation time in microseconds, None where the stream gave none."""
    if packet.pts is None or packet.time_base is None:
        return None
    return seconds(float(packet.pts * packet.time_base))


def camera_time(packet: Packet) -> int | None:
    """When the packet's picture was taken by the camera's own clock, UTC in microseconds; None where it does not say.

    RTSP's sender reports say it, some seconds after the stream has begun.
    """
    if not packet.has_sidedata("prft"):
        return None
    # AVProducerReferenceTime begins with the wall-clock time as a signed number of 64 bits.
    return int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], sys.byteorder, signed=True)


def picture_time(frame: VideoFrame) -> int | None:
    """The frame's own presentation time in microseconds, None where the stream gave none."""
    if frame.pts is None or frame.time_base is None:
        return None
    return seconds(float(frame.pts * frame.time_base))


def pixels(frame: VideoFrame) -> Pixels:
    """The frame as BGR, shape (height, width, 3)."""
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


_SENTENCES: Final = (
    (av.error.ExitError, "no answer within the time limit"),
    (av.error.InvalidDataError, "its contents are not a video that can be read"),
    (av.error.ConnectionRefusedError, "nobody answers at that address and port"),
    (av.error.HTTPNotFoundError, "there is nothing at that path"),
    (av.error.EOFError, "it ends before its first picture"),
)


def _sentence(error: Exception) -> str:
    """What went wrong; never the error's own text, which holds the address with its password."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, av.error.FFmpegError) and error.errno == errno.EIO:
        return "it cannot be reached, or it broke off"
    reason = getattr(error, "strerror", None)
    return f"it cannot be opened ({reason.lower()})" if reason else "it cannot be opened as such"
