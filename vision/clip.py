"""Cuts clips and pictures out of the recorder's ring: MP4 that browsers play, the camera's own bytes where possible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Final

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vision.errors import SourceError
from vision.recorder import LEAD, TICKS, Segment, segments
from vision.source import Packet
from vision.streamtime import SECOND, StreamTime

__all__ = ["Clip", "Gap", "cut", "frame_at"]

_TICK: Final = Fraction(1, TICKS)
_SILENCE: Final = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the clip in which nothing was recorded."""

    start: StreamTime
    end: StreamTime


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it was cut; second 0 of the file is ``start``. ``encoded``: made anew in H.264.

    ``playable``: every browser plays it (H.264 of 4:2:0 in 8 bits).
    """

    file: Path
    start: StreamTime
    end: StreamTime
    codec: str
    encoded: bool
    playable: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What has to stay the same for packets to be joined."""

    codec: str
    width: int
    height: int
    pixel_format: str
    extradata: bytes | None

    @property
    def playable(self) -> bool:
        return self.codec == "h264" and self.pixel_format in ("yuv420p", "yuvj420p")


def cut(ring: Path, start: StreamTime, end: StreamTime, target: Path, playable: bool = False) -> Clip | None:
    """The recording from the last key picture at or before ``start`` to ``end`` as MP4 at ``target``.

    None when nothing was recorded in between. Where the codec, size or parameters change on the way, and where
    ``playable`` asks for what every browser plays and the recording is not H.264, the clip is encoded anew. Raises
    OSError when ``target`` cannot be written.
    """
    chosen = _covering(segments(ring), start, end)
    shapes = {shape for segment in chosen if (shape := _shape(segment)) is not None}
    if not shapes:
        return None
    largest = max(shapes, key=lambda shape: (shape.width * shape.height, shape.codec))
    as_sent = len(shapes) == 1 and (largest.playable or not playable)
    draft = target.with_name(target.name + ".part")
    try:
        clip = (_copied if as_sent else _encoded)(chosen, start, end, draft, largest)
        if clip is not None:
            draft.replace(target)
    except av.error.FFmpegError as error:
        raise SourceError(f"{ring}: the recording cannot be cut ({error.strerror or error})") from error
    finally:
        draft.unlink(missing_ok=True)
    return None if clip is None else replace(clip, file=target)


def frame_at(ring: Path, at: StreamTime) -> tuple[StreamTime, VideoFrame] | None:
    """The recorded picture shown at ``at``: the last one not later, or the first after it within two seconds."""
    best: tuple[StreamTime, VideoFrame] | None = None
    try:
        covering = _covering(segments(ring), at, StreamTime(at + _SILENCE))
        for shown, frame in chain.from_iterable(map(_frames, covering)):
            if shown <= at:
                best = (shown, frame)
            elif best is None:
                return (shown, frame) if shown - at <= _SILENCE else None
    except av.error.FFmpegError as error:
        raise SourceError(f"{ring}: the recording cannot be read ({error.strerror or error})") from error
    return best if best is not None and at - best[0] <= _SILENCE else None


def _covering(known: list[Segment], start: StreamTime, end: StreamTime) -> list[Segment]:
    before = [segment for segment in known if segment.start <= start]
    within = [segment for segment in known if start < segment.start <= end]
    # With open GOPs the last pictures before a key picture are sent after it, which is in the segment it begins.
    after = [segment for segment in known if segment.start > end]
    return before[-1:] + within + after[:1]


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


def _shape(segment: Segment) -> _Shape | None:
    opened = _opened(segment)
    if opened is None:
        return None
    with opened[0]:
        context = opened[1].codec_context
        return _Shape(context.name, context.width, context.height, context.pix_fmt or "", context.extradata)


class _Span:
    """How far a clip reaches, and where nothing was recorded in it."""

    def __init__(self) -> None:
        self.first: StreamTime | None = None
        self.latest: StreamTime | None = None
        self.gaps: list[Gap] = []

    def add(self, at: StreamTime) -> None:
        if self.first is None or self.latest is None:
            self.first = self.latest = at
            return
        if at - self.latest > _SILENCE:
            self.gaps.append(Gap(self.latest, at))
        self.latest = max(self.latest, at)

    def clip(self, file: Path, codec: str, encoded: bool, playable: bool) -> Clip | None:
        if self.first is None or self.latest is None:
            return None
        return Clip(file, self.first, self.latest, codec, encoded, playable, tuple(self.gaps))


@dataclass(frozen=True, slots=True)
class _Sent:
    """A packet as the camera sent it: when it is shown, and how long before that it has to be decoded."""

    at: StreamTime
    early: int
    packet: Packet
    stream: VideoStream


def _sent(segment: Segment) -> Iterator[_Sent]:
    """The segment's packets in the order in which they are decoded."""
    opened = _opened(segment)
    if opened is None:
        return
    with opened[0] as container:
        for packet in _whole_packets(container, opened[1]):
            if packet.pts is not None and packet.time_base is not None:
                at = _moment(segment, packet.pts * packet.time_base)
                reordered = packet.pts - packet.dts if packet.dts is not None else 0
                yield _Sent(at, round(reordered * packet.time_base * SECOND), packet, opened[1])


def _frames(segment: Segment) -> Iterator[tuple[StreamTime, VideoFrame]]:
    """The segment's pictures in the order in which they are shown."""
    opened = _opened(segment)
    if opened is None:
        return
    with opened[0] as container:
        for packet in chain(
            _whole_packets(container, opened[1]), (None,)
        ):  # None asks for those held back by reordering
            try:
                frames = opened[1].decode(packet)
            except av.error.FFmpegError:
                continue  # a packet that came damaged; the pictures after it are shown all the same
            for frame in frames:
                if frame.pts is not None and frame.time_base is not None:
                    yield _moment(segment, frame.pts * frame.time_base), frame


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


def _copied(chosen: list[Segment], start: StreamTime, end: StreamTime, target: Path, shape: _Shape) -> Clip | None:
    """The clip from the camera's own packets."""
    span = _Span()
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        stream: VideoStream | None = None
        last_dts: int | None = None
        for sent in _wanted(chosen, start, end):
            span.add(sent.at)
            if stream is None:
                stream, zero = output.add_stream_from_template(sent.stream), sent.at
            packet = sent.packet
            packet.pts = (sent.at - zero) * TICKS // SECOND
            packet.dts = packet.pts - sent.early * TICKS // SECOND
            if last_dts is not None:
                packet.dts = max(packet.dts, last_dts + 1)  # where a stream was joined anew its order may stumble
            packet.pts = max(packet.pts, packet.dts)
            last_dts, packet.time_base, packet.stream = packet.dts, _TICK, stream
            output.mux(packet)
    return span.clip(target, shape.codec, encoded=False, playable=shape.playable)


def _wanted(chosen: list[Segment], start: StreamTime, end: StreamTime) -> Iterator[_Sent]:
    """The packets from the last key picture at or before ``start`` to the last one that ``end`` takes to show.

    A packet is decoded at or before the moment at which it is shown, so with the first that is decoded after ``end``
    everything shown until then has been sent, whatever the order of B-frames.
    """
    first = _last_key_before(chosen, start)
    if first is None:
        return
    begun = False
    for segment in chosen:
        for sent in _sent(segment):
            begun = begun or (sent.packet.is_keyframe and sent.at >= first)
            if begun and sent.at - sent.early > end:
                return
            if begun and sent.at >= first:  # an open GOP's leading pictures lack what they were made from
                yield sent


def _last_key_before(chosen: list[Segment], start: StreamTime) -> StreamTime | None:
    """When the last key picture at or before ``start`` is shown, or the first of all where there is none."""
    first: StreamTime | None = None
    for segment in chosen:
        for sent in _sent(segment):
            if sent.packet.is_keyframe and (first is None or sent.at <= start):
                first = sent.at
            if sent.at > start and first is not None:
                return first
    return first


def _encoded(chosen: list[Segment], start: StreamTime, end: StreamTime, target: Path, shape: _Shape) -> Clip | None:
    """The clip made anew in H.264, every picture scaled to the largest size that the camera sent."""
    span = _Span()
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        stream = output.add_stream("libx264", options={"preset": "veryfast", "crf": "23", "g": "50", "bf": "0"})
        stream.width, stream.height = shape.width // 2 * 2, shape.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TICK
        for at, frame in chain.from_iterable(map(_frames, chosen)):
            if not start <= at <= end or (span.latest is not None and at <= span.latest):
                continue
            span.add(at)
            picture = frame.reformat(width=stream.width, height=stream.height, format="yuv420p")
            picture.pts, picture.time_base = (at - (span.first or at)) * TICKS // SECOND, _TICK
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return span.clip(target, "h264", encoded=True, playable=True)
