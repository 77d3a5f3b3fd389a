"""Writes one camera's observation log: each second once it is over, so that a kill loses the last one at most."""

import errno
import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from typing import Final

from service.observations.format import MOST_LOOKS, SecondsWriter
from service.observations.store import HOUR, hour_file
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

__all__ = ["ObservationLog"]

_WHOLE_EVERY: Final = 60
"""Seconds: a line that cannot be read costs at most what follows up to the next whole one."""


class ObservationLog:
    """Appends to ``folder``, one file an hour (UTC). The folder is made with the first look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lines = SecondsWriter()
        self._file: FileIO | None = None
        self._hour: int | None = None
        self._second: int | None = None
        self._whole_at: int | None = None
        self._looks: dict[WindowId, list[Observation]] = {}

    def write(self, looks: Iterable[Observation]) -> None:
        """Take what one look said about the camera's windows; raises OSError when the disk refuses.

        A look that is not later than the one before it at the same window is left out: rules pass it over too.
        """
        for look in looks:
            second = look.at // SECOND
            if self._second is not None and second != self._second:
                if second < self._second:
                    continue
                self._end_second()
            self._second = second
            own = self._looks.setdefault(look.window, [])
            if len(own) < MOST_LOOKS and (not own or look.at > own[-1].at):
                own.append(look)

    def close(self) -> None:
        """Write the last second; raises OSError when the disk refuses."""
        try:
            self._end_second()
        finally:
            self._shut()

    def _end_second(self) -> None:
        second, looks = self._second, self._looks
        self._looks = {}
        if second is None or not looks:
            return
        hour = second * SECOND // HOUR
        if self._file is None or hour != self._hour:
            self._shut()
            self._file, self._hour, self._whole_at = self._opened(second), hour, None
        whole = self._whole_at is None or second - self._whole_at >= _WHOLE_EVERY
        line = (self._lines.line(second, looks, whole) + "\n").encode()
        if whole:
            self._whole_at = second
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._shut()  # what is half written is passed over; the next line begins anew
            raise

    def _opened(self, second: int) -> FileIO:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = hour_file(self._folder, StreamTime(second * SECOND)).open("a+b", buffering=0)
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")  # a kill or a full disk cut the last line off
        return file

    def _shut(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()
