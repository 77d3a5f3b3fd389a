"""Cuts clips and pictures out of the recorder's ring: MP4 that browsers play, the camera's own bytes where possible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
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
    draft = target.with_name(target.name + ".part")
    shape = next(iter(shapes))
    as_sent = len(shapes) == 1 and (shape.playable or not playable)
    try:
        if as_sent:
            clip = _copied(chosen, start, end, draft, shape)
        else:
            clip = _encoded(chosen, start, end, draft, shape)
        if clip is None:
            draft.unlink(missing_ok=True)
            return None
        draft.replace(target)
    except av.error.FFmpegError as error:
        draft.unlink(missing_ok=True)
        raise SourceError(f"{ring}: the recording cannot be cut ({error.strerror or error})") from error
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return replace(clip, file=target)


def frame_at(ring: Path, at: StreamTime) -> tuple[StreamTime, VideoFrame] | None:
    """The recorded picture shown at ``at``: the last one not later, or the first after it within two seconds."""
    best: tuple[StreamTime, VideoFrame] | None = None
    for segment in _covering(segments(ring), at, StreamTime(at + _SILENCE)):
        for shown, frame in _frames(segment):
            if shown <= at:
                best = (shown, frame)
            elif best is None:
                return (shown, frame) if shown - at <= _SILENCE else None
            else:
                break
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


def _packets(segment: Segment) -> Iterator[tuple[StreamTime, Packet, VideoStream]]:
    opened = _opened(segment)
    if opened is None:
        return
    with opened[0] as container:
        try:
            for packet in container.demux(opened[1]):
                if packet.pts is not None and packet.time_base is not None and packet.size:
                    since = round(packet.pts * packet.time_base * TICKS) - LEAD
                    yield StreamTime(segment.start + since * SECOND // TICKS), packet, opened[1]
        except av.error.InvalidDataError:
            return  # the segment's last packet was being written when the process was killed


def _frames(segment: Segment) -> Iterator[tuple[StreamTime, VideoFrame]]:
    for _, packet, _ in _packets(segment):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue
        for frame in frames:
            if frame.pts is not None and frame.time_base is not None:
                since = round(frame.pts * frame.time_base * TICKS) - LEAD
                yield StreamTime(segment.start + since * SECOND // TICKS), frame


def _copied(chosen: list[Segment], start: StreamTime, end: StreamTime, target: Path, shape: _Shape) -> Clip | None:
    first = _last_key_before(chosen, start)
    if first is None:
        return None
    gaps: list[Gap] = []
    latest: StreamTime | None = None
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        stream: VideoStream | None = None
        last_dts: int | None = None
        closing: StreamTime | None = None
        for segment in chosen:
            for at, packet, source in _packets(segment):
                if at < first or (latest is None and not packet.is_keyframe):
                    continue
                if at > end and (closing is None or at > closing) and (closing or at - (latest or at) > _SILENCE):
                    break
                if closing is None and at > end and packet.is_keyframe:
                    closing = at
                if stream is None:
                    stream = output.add_stream_from_template(source)
                if latest is not None and at - latest > _SILENCE:
                    gaps.append(Gap(latest, at))
                latest = at if latest is None else max(latest, at)
                reorder = (packet.pts - packet.dts) * packet.time_base if packet.dts is not None else Fraction(0)  # type: ignore[operator]  # _packets gives only packets with pts
                packet.pts = (at - first) * TICKS // SECOND
                packet.dts = packet.pts - round(reorder * TICKS)
                if last_dts is not None and packet.dts <= last_dts:
                    packet.dts = last_dts + 1
                packet.pts = max(packet.pts, packet.dts)
                last_dts, packet.time_base, packet.stream = packet.dts, _TICK, stream
                output.mux(packet)
    if latest is None:
        return None
    return Clip(target, first, latest, shape.codec, False, shape.playable, tuple(gaps))


def _last_key_before(chosen: list[Segment], start: StreamTime) -> StreamTime | None:
    first: StreamTime | None = None
    for segment in chosen:
        for at, packet, _ in _packets(segment):
            if packet.is_keyframe and (first is None or at <= start):
                first = at
            if at > start and first is not None:
                return first
    return first


def _encoded(chosen: list[Segment], start: StreamTime, end: StreamTime, target: Path, shape: _Shape) -> Clip | None:
    gaps: list[Gap] = []
    first: StreamTime | None = None
    latest: StreamTime | None = None
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        stream = output.add_stream("libx264", options={"preset": "veryfast", "crf": "23", "g": "50", "bf": "0"})
        stream.width, stream.height = shape.width // 2 * 2, shape.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = _TICK
        for segment in chosen:
            for at, frame in _frames(segment):
                if at < start or at > end or (latest is not None and at <= latest):
                    continue
                first = at if first is None else first
                if latest is not None and at - latest > _SILENCE:
                    gaps.append(Gap(latest, at))
                latest = at
                picture = frame.reformat(width=stream.width, height=stream.height, format="yuv420p")
                picture.pts, picture.time_base = (at - first) * TICKS // SECOND, _TICK
                output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    if first is None or latest is None:
        return None
    return Clip(target, first, latest, "h264", True, True, tuple(gaps))
