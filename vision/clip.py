"""Cuts clips and pictures out of the recorder's ring: MP4 that browsers play, the camera's own bytes where possible."""

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

import av
import av.error
from av.container import OutputContainer
from av.video.frame import VideoFrame

from vision.disk import put_in_place
from vision.errors import SourceError, StorageFull
from vision.playback import Sent, Shape, covering, frames, packets, shape
from vision.recorder import TICKS, Segment
from vision.streamtime import SECOND, StreamTime
from vision.units import CODECS, is_idr

__all__ = ["Clip", "Gap", "cut", "frame_at"]

_TICK: Final = Fraction(1, TICKS)
_LAST: Final = TICKS // 25  # how long the last picture stands
_SILENCE: Final = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the clip in which nothing was recorded."""

    start: StreamTime
    end: StreamTime


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it was cut; second 0 of the file is ``start``. ``encoded``: made anew in H.264.

    ``playable``: every browser plays it (H.264 of 4:2:0 in 8 bits, with closed GOPs).
    """

    file: Path
    start: StreamTime
    end: StreamTime
    codec: str
    encoded: bool
    playable: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Key:
    """A key picture of the recording; ``idr``: nothing that is sent after it needs anything from before it."""

    at: StreamTime
    idr: bool


def cut(ring: Path, start: StreamTime, end: StreamTime, target: Path, playable: bool = False) -> Clip | None:
    """The recording from the last key picture at or before ``start`` to ``end`` as MP4 at ``target``.

    Where nothing was recorded at ``start`` it begins with the next key picture; None when nothing was recorded in
    between. Where the codec, size or parameters change on the way, and where ``playable`` asks for what every browser
    plays and the recording is not, the clip is encoded anew; it begins with the same picture either way. Raises
    StorageFull or OSError when ``target`` cannot be written, SourceError when the recording cannot be read or encoded.
    """
    chosen = covering(ring, start, end)
    draft = target.with_name(target.name + ".part")
    try:
        keys = _keys(chosen, start, end)
        if not keys:
            return None
        first = keys[0].at
        chosen, shapes = _holding(chosen, first, end)
        largest = max(shapes, key=lambda one: (one.width * one.height, one.codec))
        plays = largest.playable and all(key.idr for key in keys)
        encoded = len(shapes) > 1 or (playable and not plays)
        with av.open(str(draft), "w", format="mp4", options={"movflags": "+faststart"}) as output:
            if encoded:
                times = _encode(_shown(chosen, first, end), output, largest)
            else:
                times = _copy(_wanted(chosen, first, end), output)
        if not times:
            return None
        put_in_place(draft, target)
    except av.error.FFmpegError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(f"{target.parent}: no space left on the disk for a clip") from error
        raise SourceError(f"{ring}: the recording cannot be cut ({error.strerror or error})") from error
    finally:
        draft.unlink(missing_ok=True)
    times.sort()
    codec = "h264" if encoded else largest.codec
    return Clip(target, times[0], times[-1], codec, encoded, encoded or plays, _gaps(times))


def frame_at(ring: Path, at: StreamTime) -> tuple[StreamTime, VideoFrame] | None:
    """The recorded picture shown at ``at``: the last one not later, or the first after it within two seconds."""
    best: tuple[StreamTime, VideoFrame] | None = None
    try:
        for shown, frame in frames(covering(ring, at, StreamTime(at + _SILENCE))):
            if shown <= at:
                best = (shown, frame)
            elif best is None:
                return (shown, frame) if shown - at <= _SILENCE else None
    except av.error.FFmpegError as error:
        raise SourceError(f"{ring}: the recording cannot be read ({error.strerror or error})") from error
    return best if best is not None and at - best[0] <= _SILENCE else None


def _gaps(times: list[StreamTime]) -> tuple[Gap, ...]:
    return tuple(Gap(before, after) for before, after in pairwise(times) if after - before > _SILENCE)


def _wanted(chosen: list[Segment], first: StreamTime, end: StreamTime) -> Iterator[Sent]:
    """The packets from the key picture at ``first`` to the last one that ``end`` takes to show.

    A packet is decoded at or before the moment at which it is shown, so with the first that is decoded after ``end``
    everything shown until then has been sent, whatever the order of B-frames.
    """
    begun = False
    for sent in chain.from_iterable(map(packets, chosen)):
        begun = begun or (sent.packet.is_keyframe and sent.at == first)
        if begun and sent.at - sent.early > end:
            return
        if begun and sent.at >= first:  # an open GOP's leading pictures lack what they were made from
            yield sent


def _keys(chosen: list[Segment], start: StreamTime, end: StreamTime) -> list[_Key]:
    """The clip's key pictures: from the one from which ``start`` can be decoded to the last one not after ``end``.

    Where nothing was recorded at ``start`` the first is the next one.
    """
    keys: list[_Key] = []
    recorded = False
    for one in chain.from_iterable(map(packets, chosen)):
        recorded = recorded or 0 <= start - one.at <= _SILENCE
        if one.packet.is_keyframe and one.at <= end:
            keys.append(_Key(one.at, _begins_anew(one)))
    before = [key for key in keys if key.at <= start]
    return (before[-1:] if recorded else []) + [key for key in keys if key.at > start]


def _holding(chosen: list[Segment], first: StreamTime, end: StreamTime) -> tuple[list[Segment], set[Shape]]:
    """Those of the segments that the clip from ``first`` to ``end`` is made of, and the shapes of what they hold.

    The segment after ``end`` counts only for an open GOP's leading pictures, which one of another shape never has.
    """
    found = [(segment, shape(segment)) for segment in chosen]
    held = [(segment, known) for segment, known in found if known is not None]
    held = [one for one, after in zip(held, [*held[1:], None], strict=True) if after is None or after[0].start > first]
    if len(held) > 1 and held[-1][0].start > end and held[-1][1] != held[-2][1]:
        held.pop()
    return [segment for segment, _ in held], {known for _, known in held}


def _begins_anew(one: Sent) -> bool:
    """Whether a player may begin with this key picture. With open GOPs it may not: Chromium ends with an error."""
    codec = one.stream.codec_context.name
    return codec not in CODECS or is_idr(bytes(one.packet), codec)


def _copy(sent: Iterable[Sent], output: OutputContainer) -> list[StreamTime]:
    """Write the camera's own packets; returns when each is shown."""
    times: list[StreamTime] = []
    stream, held = None, None
    for one in sent:
        if stream is None:
            stream = output.add_stream_from_template(one.stream, opaque=True)
        times.append(one.at)
        packet = one.packet
        shown = _ticks(one.at - times[0])
        decoded = shown - _ticks(one.early)
        if held is not None and held.dts is not None:
            decoded = max(decoded, held.dts + 1)  # where a stream was joined anew its order may stumble
            output.mux(held)
        packet.dts, packet.pts = decoded, max(shown, decoded)
        packet.time_base, packet.stream = _TICK, stream
        held = packet
    if held is not None and held.dts is not None:
        # The file ends where this packet does; with B-frames that would be before the last picture is shown.
        held.duration = _ticks(max(times) - times[0]) - held.dts + _LAST
        output.mux(held)
    return times


def _shown(chosen: list[Segment], first: StreamTime, end: StreamTime) -> Iterator[tuple[StreamTime, VideoFrame]]:
    """The pictures from ``first`` to ``end``, each later than the one before."""
    last: StreamTime | None = None
    for at, frame in frames(chosen):
        if first <= at <= end and (last is None or at > last):
            last = at
            yield at, frame


def _encode(
    shown: Iterable[tuple[StreamTime, VideoFrame]], output: OutputContainer, largest: Shape
) -> list[StreamTime]:
    """Write pictures as H.264, each scaled to the largest size that the camera sent; returns when each is shown."""
    times: list[StreamTime] = []
    # One thread, since the cameras are judged beside it.
    options = {"preset": "veryfast", "crf": "23", "g": "50", "bf": "0", "threads": "1"}
    stream = output.add_stream("libx264", options=options)
    stream.width, stream.height = largest.width // 2 * 2, largest.height // 2 * 2
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = _TICK
    for at, frame in shown:
        times.append(at)
        picture = frame.reformat(width=stream.width, height=stream.height, format="yuv420p")
        picture.pts, picture.time_base = _ticks(at - times[0]), _TICK
        output.mux(stream.encode(picture))
    output.mux(stream.encode(None))
    return times


def _ticks(microseconds: int) -> int:
    return microseconds * TICKS // SECOND
