"""Pictures of a recorded film, or of a folder of pictures with times, as fast as they are asked for."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from vision.address import Address
from vision.errors import SourceError
from vision.geometry import Size
from vision.picture import Picture, Pixels
from vision.source import Sampler, open_stream, picture_time, pixels
from vision.streamtime import StreamTime, from_datetime, seconds

__all__ = ["Film", "FolderFilm", "open_film"]


class Film:
    """A recorded film; its first picture is at ``start``."""

    def __init__(self, where: Address, start: StreamTime) -> None:
        self._stream = open_stream(where)
        self._start = start
        self._first: int | None = None
        self._last_end: int = 0
        self.size: Size = self._stream.summary.size

    def __enter__(self) -> "Film":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    @property
    def damaged(self) -> int:
        """Packets that could not be decoded so far."""
        return self._stream.damaged

    @property
    def expected_s(self) -> float | None:
        """Length that the file claims, for progress."""
        return self._stream.duration_s

    @property
    def duration_s(self) -> float:
        """Seconds from the first picture to the end of the last one read so far."""
        return self._last_end / 1_000_000

    def pictures(self, rate: float) -> Iterator[Picture]:
        """The pictures to look at, ``rate`` a second of stream time, in order.

        Raises SourceError when not one picture can be decoded, or the picture's size changes on the way.
        """
        sampler = Sampler(rate)
        fps = self._stream.summary.fps
        frame_length = seconds(1 / fps) if fps else 0
        latest = -1
        for packet in self._stream.packets():
            for frame in self._stream.decode(packet):
                own = picture_time(frame)
                if own is None:
                    own = (self._first or 0) + latest + max(frame_length, 1)
                if self._first is None:
                    self._first = own
                since = own - self._first
                if since <= latest:
                    continue
                latest, self._last_end = since, since + frame_length
                at = StreamTime(self._start + since)
                if sampler.takes(at):
                    if (frame.width, frame.height) != self.size:
                        raise SourceError(
                            f'source "{self._stream.address}": the picture changes from {_times(self.size)} to '
                            f"{frame.width}x{frame.height} at {since / 1e6:.1f} s and zones no longer fit; cut it there"
                        )
                    yield Picture(at, pixels(frame))
        if self._first is None:
            raise SourceError(f'source "{self._stream.address}": it holds no picture that can be decoded')


class FolderFilm:
    """A folder of pictures with times: `times.csv` (``file,seconds``), or file names that are times.

    A name is a time as ``20260105T090000.jpg`` or ``2026-01-05T09-00-00.500.jpg`` (UTC, milliseconds optional).
    """

    def __init__(self, where: Address, start: StreamTime) -> None:
        self._folder = Path(where.text)
        self._start = start
        self._times = _folder_times(self._folder)
        self.size: Size = _size(_read(self._times[0][1]))
        self.damaged = 0
        self.duration_s = self.expected_s = self._times[-1][0] / 1e6

    def __enter__(self) -> "FolderFilm":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def pictures(self, rate: float) -> Iterator[Picture]:
        """The pictures to look at, ``rate`` a second, in order; an unreadable one is counted in ``damaged``."""
        sampler = Sampler(rate)
        for since, file in self._times:
            at = StreamTime(self._start + since)
            if not sampler.takes(at):
                continue
            try:
                picture = _read(file)
            except SourceError:
                self.damaged += 1
                continue
            if _size(picture) != self.size:
                raise SourceError(
                    f"{file}: is {_times(_size(picture))}, the folder's first picture is {_times(self.size)}"
                )
            yield Picture(at, picture)


def open_film(where: Address, start: StreamTime) -> Film | FolderFilm:
    """The film or folder at ``where``, its first picture at ``start``; raises SourceError."""
    return FolderFilm(where, start) if where.kind == "folder" else Film(where, start)


_NAME_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)[T_-]?(\d\d)[-.:]?(\d\d)[-.:]?(\d\d)(?:[._](\d{1,6}))?")
_PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


def _folder_times(folder: Path) -> list[tuple[int, Path]]:
    listing = folder / "times.csv"
    if listing.is_file():
        times = _listed_times(listing)
    else:
        times = [(_name_time(file), file) for file in sorted(folder.iterdir()) if file.suffix.lower() in _PICTURES]
    if not times:
        raise SourceError(f'source "{folder}": the folder holds no pictures')
    times.sort()
    return [(time - times[0][0], file) for time, file in times]


def _listed_times(listing: Path) -> list[tuple[int, Path]]:
    times = []
    with listing.open(newline="", encoding="utf-8-sig") as lines:
        for number, row in enumerate(csv.reader(lines), 1):
            if number == 1 and row[:2] == ["file", "seconds"]:
                continue
            try:
                times.append((seconds(float(row[1])), listing.parent / row[0]))
            except (IndexError, ValueError) as error:
                raise SourceError(f"{listing}: line {number} is {','.join(row)!r}; it must be file,seconds") from error
    return times


def _name_time(file: Path) -> int:
    found = _NAME_TIME.fullmatch(file.stem)
    if not found:
        raise SourceError(
            f"{file}: the name says no time; name pictures as 20260105T090000.jpg, or add a times.csv with file,seconds"
        )
    *whole, fraction = found.groups()
    try:
        moment = datetime(*(int(part) for part in whole), microsecond=int((fraction or "0").ljust(6, "0")), tzinfo=UTC)  # type: ignore[arg-type,misc]  # six numbers, by the pattern
    except ValueError as error:
        raise SourceError(f"{file}: {error}") from error
    return from_datetime(moment)


def _read(file: Path) -> Pixels:
    try:
        picture = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error) as error:
        raise SourceError(f"{file}: cannot be read ({error})") from error
    if picture is None:
        raise SourceError(f"{file}: is no picture that can be read")
    return np.asarray(picture, np.uint8)


def _size(picture: Pixels) -> Size:
    return picture.shape[1], picture.shape[0]


def _times(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
