"""Opens a source once and says what it gives: size, codec, rate, distance of key pictures, and the first picture."""

from dataclasses import dataclass
from typing import Final

import av

from vision.address import Address
from vision.errors import SourceError
from vision.film import FolderFilm
from vision.health import HealthCheck
from vision.observation import Reason
from vision.picture import Picture
from vision.source import open_stream, picture_time, pixels
from vision.streamtime import StreamTime

__all__ = ["SourceFacts", "probe"]

_MOST_PACKETS: Final = 600


@dataclass(frozen=True, slots=True, eq=False)
class SourceFacts:
    """What a source gave. ``gop`` is pictures from one key picture to the next, None when there was but one."""

    size: tuple[int, int]
    codec: str
    fps: float
    gop: int | None
    health: Reason | None
    picture: Picture


def probe(where: Address) -> SourceFacts:
    """Read ``where`` until its second key picture; raises SourceError when no picture comes."""
    if where.kind == "folder":
        first = next(iter(FolderFilm(where, StreamTime(0)).pictures(1)))
        size = (first.pixels.shape[1], first.pixels.shape[0])
        return SourceFacts(size, "pictures", 0.0, None, HealthCheck().judge(first.at, first.pixels), first)
    first_picture: Picture | None = None
    keys: list[int] = []
    with open_stream(where) as stream:
        for number, packet in enumerate(stream.packets()):
            if packet.is_keyframe and packet.size:
                keys.append(number)
            for frame in stream.decode(packet):
                if first_picture is None:
                    first_picture = _picture(frame)
            if first_picture is not None and (len(keys) > 1 or number >= _MOST_PACKETS):
                break
        summary = stream.summary
    if first_picture is None:
        raise SourceError(f'source "{where}": it holds no picture that can be decoded')
    gop = keys[1] - keys[0] if len(keys) > 1 else None
    health = HealthCheck().judge(first_picture.at, first_picture.pixels)
    return SourceFacts(summary.size, summary.codec, summary.fps, gop, health, first_picture)


def _picture(frame: av.VideoFrame) -> Picture:
    return Picture(StreamTime(picture_time(frame) or 0), pixels(frame))
