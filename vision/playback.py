"""Reads the recorder's segments back: their packets and pictures with the stream time at which they were shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vision.recorder import LEAD, TICKS, Segment, segments
from vision.source import Packet
from vision.streamtime import SECOND, StreamTime
from vision.units import START_CODE

_MICROSECOND: Final = Fraction(1, SECOND)
_OUTAGE: Final = SECOND

__all__ = ["Sent", "Shape", "covering", "frames", "packets", "shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What has to stay the same for packets to be joined without encoding."""

    codec: str
    width: int
    height: int
    pixel_format: str
    parameters: tuple[bytes, ...]

    @property
    def playable(self) -> bool:
        """Whether every browser decodes it."""
        return self.codec == "h264" and self.pixel_format in ("yuv420p", "yuvj420p")


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet as the camera sent it: shown at ``at``, to be decoded ``early`` microseconds before that."""

    at: StreamTime
    early: int
    packet: Packet
    stream: VideoStream


def covering(ring: Path, start: StreamTime, end: StreamTime) -> list[Segment]:
    """The segments that hold what was shown from ``start`` to ``end``."""
    known = segments(ring)
    before = [segment for segment in known if segment.start <= start]
    within = [segment for segment in known if start < segment.start <= end]
    # With open GOPs the last pictures before a key picture are sent after it, which is in the segment it begins.
    after = [segment for segment in known if segment.start > end]
    return before[-1:] + within + after[:1]


def shape(segment: Segment) -> Shape | None:
    """What the segment's packets are, None where it holds none."""
    opened = _opened(segment)
    if opened is None:
        return None
    with opened[0]:
        return _shape(opened[1])


def _shape(video: VideoStream) -> Shape:
    context = video.codec_context
    sets = (context.extradata or b"").split(START_CODE)
    # Some key pictures bring the same sets twice, or with a longer start code before the next.
    parameters = tuple(dict.fromkeys(stripped for one in sets if (stripped := one.strip(b"\0"))))
    return Shape(context.name, context.width, context.height, context.pix_fmt or "", parameters)


def packets(segment: Segment) -> Iterator[Sent]:
    """The segment's packets in the order in which they are decoded."""
    opened = _opened(segment)
    if opened is None:
        return
    with opened[0] as container:
        yield from _sent(segment, container, opened[1])


def _sent(segment: Segment, container: InputContainer, video: VideoStream) -> Iterator[Sent]:
    for packet in _whole_packets(container, video):
        if packet.pts is not None and packet.time_base is not None:
            early = packet.pts - packet.dts if packet.dts is not None else 0
            at = _moment(segment, packet.pts * packet.time_base)
            yield Sent(at, round(early * packet.time_base * SECOND), packet, video)


def frames(chosen: Iterable[Segment]) -> Iterator[tuple[StreamTime, VideoFrame]]:
    """The segments' pictures in the order in which they are shown.

    One decoder goes through all segments that are alike: with an open GOP the last pictures before a key picture are
    sent after it, and are made from what the segment before holds.
    """
    decoder: VideoCodecContext | None = None
    known: Shape | None = None
    last: StreamTime | None = None
    for segment in chosen:
        opened = _opened(segment)
        if opened is None:
            continue
        with opened[0] as container:
            found = _shape(opened[1])
            if decoder is None or found != known or last is None or segment.start - last > _OUTAGE:
                if decoder is not None:
                    yield from _decoded(decoder, None)
                decoder, known = opened[1].codec_context, found  # it outlives its segment
            for sent in _sent(segment, container, opened[1]):
                last = max(sent.at, last or sent.at)
                sent.packet.pts, sent.packet.dts, sent.packet.time_base = sent.at, sent.at - sent.early, _MICROSECOND
                yield from _decoded(decoder, sent.packet)
    if decoder is not None:
        yield from _decoded(decoder, None)


def _decoded(decoder: VideoCodecContext, packet: "Packet | None") -> Iterator[tuple[StreamTime, VideoFrame]]:
    """The pictures that ``packet``, whose time stamps are stream time, completes; None gives those held back."""
    try:
        found = decoder.decode(packet)
    except av.error.FFmpegError:
        return  # a packet that came damaged; the pictures after it are shown all the same
    for frame in found:
        if frame.pts is not None:
            yield StreamTime(frame.pts), frame


def _opened(segment: Segment) -> tuple[InputContainer, VideoStream] | None:
    """The segment's video, None for one that holds nothing yet (it was begun this moment, or the disk was full)."""
    try:
        container = av.open(str(segment.file), format="mpegts", options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError):
        return None
    if container.streams.video and container.streams.video[0].codec_context.width:
        return container, container.streams.video[0]
    container.close()
    return None


def _whole_packets(container: InputContainer, video: VideoStream) -> Iterator[Packet]:
    """The packets up to the one that was being written when a process was killed."""
    try:
        for packet in container.demux(video):
            if packet.size:
                yield packet
    except av.error.InvalidDataError:
        return


def _moment(segment: Segment, own: Fraction) -> StreamTime:
    return StreamTime(segment.start + (round(own * TICKS) - LEAD) * SECOND // TICKS)
