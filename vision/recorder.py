"""The recorder: a camera's own packets in a ring of short files on disk, from which clips are cut without re-encoding.

A segment is an MPEG-TS file named by the stream time of its first picture in microseconds. It begins with a key
picture and is flushed packet by packet, so whatever kills the process, what was written before plays.
"""

import errno
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

import av
import av.error
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from vision.errors import StorageFull
from vision.geometry import Size
from vision.source import Packet, Stream
from vision.streamtime import SECOND, StreamTime
from vision.units import CODECS, holds_parameters

__all__ = ["LEAD", "TICKS", "Recorder", "Segment", "give_way", "segments"]

TICKS: Final = 90_000
"""MPEG-TS ticks a second."""

LEAD: Final = 10 * TICKS
"""Where a segment's time stamps begin, so that decoding stamps before its first picture stay positive."""

_TICK: Final = Fraction(1, TICKS)
_AVCC: Final = b"\x01"  # how parameter sets begin in MP4, Matroska and FLV, where they stand in the head only


class Segment:
    """One file of the ring."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.start = StreamTime(int(file.stem))


def segments(folder: Path) -> list[Segment]:
    """The ring's files in order of time."""
    found = [Segment(file) for file in folder.glob("*.ts") if file.stem.isdecimal()]
    return sorted(found, key=lambda segment: segment.start)


class Recorder:
    """Writes one camera's stream; ``trim`` the ring now and then."""

    def __init__(self, folder: Path, segment_s: float = 4.0) -> None:
        self._folder = folder
        self._length = round(segment_s * SECOND)
        self._output: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._source: Stream | None = None
        self._filter: BitStreamFilterContext | None = None
        self._size: Size = (0, 0)
        self._start = StreamTime(0)
        self._decodable_from = StreamTime(0)
        self._last = 0
        folder.mkdir(parents=True, exist_ok=True)

    def write(
        self, packet: Packet, frames: list[tuple[StreamTime, VideoFrame]], at: StreamTime, source: Stream
    ) -> None:
        """Keep what ``packet`` brought: itself, shown at ``at``, or its decoded ``frames`` where its codec does not
        go into MPEG-TS (a webcam's JPEG). The packet is used up.

        Raises StorageFull, or OSError for another fault; recording goes on at the next key picture.
        """
        try:
            if source.summary.codec in CODECS:
                self._keep(packet, at, source)
            else:
                for shown, frame in frames:
                    self._encode(frame, shown, source)
        except (OSError, ValueError, av.error.FFmpegError) as error:
            self.close()
            if getattr(error, "errno", None) == errno.ENOSPC:
                raise StorageFull(f"{self._folder}: no space left on the disk, recording stands still") from error
            raise OSError(f"{self._folder}: the recording cannot be written ({_reason(error)})") from error

    def _keep(self, packet: Packet, at: StreamTime, source: Stream) -> None:
        if packet.pts is None or packet.time_base is None or packet.size == 0:
            return
        context = source.video.codec_context
        if packet.is_keyframe and self._is_due(at, (context.width, context.height), source):
            self._begin(at, (context.width, context.height), source, packet)
        if self._output is None or self._stream is None or self._source is not source:
            return  # before the first key picture there is nothing that a player could begin with
        if at < self._decodable_from:
            return  # an open GOP's leading pictures lack what they were made from, which this connection never sent
        # A stream with B-frames may give its first packets no decoding time: a second before is early enough.
        early = (packet.pts - packet.dts) * packet.time_base if packet.dts is not None else Fraction(1)
        packet.pts = self._ticks(at)
        packet.dts = max(packet.pts - round(early * TICKS), self._last + 1)
        packet.pts = max(packet.pts, packet.dts)
        packet.time_base = _TICK
        self._last = packet.dts
        for one in (packet,) if self._filter is None else self._filter.filter(packet):
            one.stream = self._stream
            self._output.mux(one)

    def _encode(self, frame: VideoFrame, at: StreamTime, source: Stream) -> None:
        size = frame.width // 2 * 2, frame.height // 2 * 2  # H.264 of 4:2:0 has no odd sides
        if self._is_due(at, size, source):
            self._begin(at, size, source)
        if self._output is None or self._stream is None or self._ticks(at) <= self._last:
            return
        picture = frame.reformat(*size, format="yuv420p")
        picture.pts, picture.time_base = self._ticks(at), _TICK
        self._last = picture.pts
        self._output.mux(self._stream.encode(picture))

    def _ticks(self, at: StreamTime) -> int:
        return LEAD + (at - self._start) * TICKS // SECOND

    def _is_due(self, at: StreamTime, size: Size, source: Stream) -> bool:
        """Whether a new segment begins here: this one is long enough, or what is sent has changed."""
        changed = self._output is None or self._source is not source or size != self._size
        return changed or not 0 <= at - self._start < self._length

    def _begin(self, at: StreamTime, size: Size, source: Stream, packet: "Packet | None" = None) -> None:
        if self._output is None or self._source is not source:
            self._decodable_from = at
        self.close()
        file = self._folder / f"{at:020d}.ts"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._output = av.open(str(file), "w", format="mpegts", options={"flush_packets": "1"})
        if packet is not None:
            # Opaque: without it an encoder would be opened, and be flushed when the segment ends.
            self._stream = self._output.add_stream_from_template(source.video, opaque=True)
            filters = _missing_parameters(packet, source)
            self._filter = BitStreamFilterContext(filters, source.video, self._stream) if filters else None
        else:
            self._stream = self._output.add_stream("libx264", options={"preset": "ultrafast", "tune": "zerolatency"})
            self._stream.width, self._stream.height = size
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = _TICK
        self._source, self._size, self._start, self._last = source, size, at, 0

    def close(self) -> None:
        """End the current segment; the next key picture begins another."""
        output, stream, self._output, self._stream, self._filter = self._output, self._stream, None, None, None
        if output is None:
            return
        try:
            if stream is not None and stream.codec_context.is_encoder:
                output.mux(stream.encode(None))
            output.close()
        except (OSError, ValueError, av.error.FFmpegError):
            return  # the disk is full or gone: the segment plays up to its last whole packet all the same

    def trim(self, before: StreamTime) -> int:
        """Delete segments that end before ``before``; returns how many went. The current one always stays."""
        known = segments(self._folder)
        old = [one.file for one, after in pairwise(known) if after.start <= before]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)


def give_way(ring: Path, short_by: int) -> int:
    """Delete the oldest segments of all cameras below ``ring`` until ``short_by`` bytes are free; returns how many are.

    The segment that a camera is writing stays.
    """
    old = sorted(
        (segment for folder in _folders(ring) for segment in segments(folder)[:-1]), key=lambda segment: segment.start
    )
    freed = 0
    for segment in old:
        if freed >= short_by:
            break
        try:
            size = segment.file.stat().st_size
            segment.file.unlink()
        except FileNotFoundError:
            continue  # another worker of this machine gave it up at the same moment
        freed += size
    return freed


def _missing_parameters(packet: Packet, source: Stream) -> str:
    """The filters that give key pictures the stream's parameter sets, where ``packet``, one of them, comes without.

    A camera may send them once, when it is connected to, and a film has them in its head only. FFmpeg's muxer then
    gives them to IDR pictures, but not to the key pictures of an open GOP, with which a segment could not be decoded.
    """
    extradata = source.video.codec_context.extradata or b""
    if extradata[:1] == _AVCC:
        return "h264_mp4toannexb,dump_extra" if source.summary.codec == "h264" else ""
    return "" if not extradata or holds_parameters(bytes(packet), source.summary.codec) else "dump_extra"


def _folders(ring: Path) -> list[Path]:
    return [folder for folder in ring.iterdir() if folder.is_dir()] if ring.is_dir() else []


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
