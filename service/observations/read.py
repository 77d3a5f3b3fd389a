"""Reads observation logs back, in order of time, whole or thinned where nothing changes."""

import gzip
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Final

from service.observations.format import ANSWERS, SecondsReader, Unreadable, WindowSecond
from service.observations.store import HOUR, OPEN, Hour, hours
from vision.observation import Observation, WindowId
from vision.streamtime import StreamTime

__all__ = ["Coverage", "ObservationReader"]

_MINUTE: Final = 60
"""Seconds: duty begins with a minute, whose first look counts though nothing that is seen changes."""

_SETTLED: Final = 2
"""Seconds after a change that are told look by look though nothing changes, for rules that count looks in a row."""


@dataclass(slots=True)
class Coverage:
    """What was read: lines that could not be, and in which hours (UTC, by their begin) a window was looked at."""

    unreadable: int = 0
    seconds: dict[tuple[WindowId, StreamTime], int] = field(default_factory=dict)


class ObservationReader:
    """The logs of all cameras in ``folder``, one folder a camera. ``coverage`` grows as they are read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.coverage = Coverage()

    def cameras(self) -> list[str]:
        """Cameras that have a log, those that are watched no longer too."""
        if not self._folder.is_dir():
            return []
        return sorted(one.name for one in self._folder.iterdir() if one.is_dir() and hours(one))

    def span(self) -> tuple[StreamTime, StreamTime] | None:
        """From the begin of the first hour that is kept to the end of the last; None without any."""
        found = [hour.begins for camera in self.cameras() for hour in hours(self._folder / camera)]
        return (min(found), StreamTime(max(found) + HOUR)) if found else None

    def hours(self, camera: str, since: StreamTime, until: StreamTime) -> list[Hour]:
        """The hours of ``camera`` in which anything between ``since`` and ``until`` may have been looked at."""
        return [one for one in hours(self._folder / camera) if one.begins < until and one.begins + HOUR > since]

    def looks(
        self,
        camera: str,
        since: StreamTime,
        until: StreamTime,
        windows: Collection[WindowId] | None = None,
        thinned: bool = False,
        watched: Collection[str] = ANSWERS,
    ) -> Iterator[Observation]:
        """Looks of ``camera`` from ``since`` to before ``until``, in order of time at each window.

        Where the clock was set back, what was told first of a moment is what counts, as for rules. ``thinned``: where
        nothing that is ``watched`` has changed for two seconds, one look tells of a second, its last, but for the first
        second of a minute: enough for rules whose looks count for a second and more (`max_silence`) and that do not ask
        for many looks, where duty changes with minutes.
        """
        steady: dict[WindowId, int] = {}
        latest: dict[WindowId, StreamTime] = {}
        for hour in self.hours(camera, since, until):
            for window, second, gap in self._seconds(hour, watched):
                if windows is not None and window not in windows:
                    continue
                steady[window] = 0 if second.changed or gap else steady.get(window, 0) + 1
                steadily = steady[window] > _SETTLED and second.at % _MINUTE != 0
                looks = second.looks(last_alone=thinned and steadily)
                counted = False
                for look in looks:
                    if since <= look.at < until and look.at > latest.get(window, -1):
                        latest[window], counted = look.at, True
                        yield look
                if counted:
                    key = (window, hour.begins)
                    self.coverage.seconds[key] = self.coverage.seconds.get(key, 0) + 1

    def _seconds(self, hour: Hour, watched: Collection[str]) -> Iterator[tuple[WindowId, WindowSecond, bool]]:
        reader = SecondsReader(watched)
        for line in self._lines(hour):
            try:
                read = reader.read(line)
            except Unreadable:
                self.coverage.unreadable += 1
                continue
            for window, second in read.windows.items():
                yield window, second, read.gap

    def _lines(self, hour: Hour) -> Iterator[str]:
        for file in hour.files:
            try:
                with _opened(file) as opened:
                    for line in opened:
                        if line.strip():
                            yield line.decode("utf-8", "replace")
            except FileNotFoundError:
                continue  # it was given up while others were read
            except (OSError, EOFError, zlib.error):
                self.coverage.unreadable += 1  # cut off or spoilt from here on


def _opened(file: Path) -> BufferedReader | gzip.GzipFile:
    """``file``, or what it was compressed to since the folder was listed."""
    with suppress(FileNotFoundError):
        if file.name.endswith(OPEN):
            return file.open("rb")
        return gzip.open(file, "rb")
    return gzip.open(file.with_name(file.name + ".gz"), "rb")
