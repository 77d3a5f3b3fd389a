"""The log of looks: what was seen and answered, a line a look, in files of a minute beside the recorder's ring."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

from service.looks import look_entry, observation_of
from vision.observation import Observation
from vision.observer import Seen
from vision.pipeline import Look
from vision.streamtime import SECOND, StreamTime

__all__ = ["LoggedLook", "LookLog"]

log = structlog.get_logger()

_LENGTH: Final = 60 * SECOND


class LoggedLook:
    """A look as it was logged."""

    __slots__ = ("at", "observations", "seen")

    def __init__(self, entry: dict[str, Any]) -> None:
        self.at = StreamTime(entry["at"])
        self.seen = [
            Seen(label, (x1, y1, x2, y2), score, track, window)
            for label, x1, y1, x2, y2, score, track, window in entry["seen"]
        ]
        self.observations: list[Observation] = [observation_of(one, self.at) for one in entry["windows"]]


class LookLog:
    """One camera's looks in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: TextIO | None = None
        self._start = StreamTime(0)
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, look: Look) -> None:
        """Append ``look``; raises OSError when the disk refuses."""
        if self._file is None or look.at - self._start >= _LENGTH:
            self.close()
            self._start = look.at
            self._file = (self._folder / f"{look.at:020d}.jsonl").open("a", encoding="utf-8")
        entry = {
            "at": look.at,
            "seen": [
                [one.label, *(round(edge, 1) for edge in one.box), round(one.score, 3), one.track, one.window]
                for one in look.seen
            ],
            "windows": [look_entry(observation, look.at) for observation in look.observations],
        }
        self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def between(self, start: StreamTime, end: StreamTime) -> Iterator[LoggedLook]:
        """The looks from ``start`` to ``end``.

        What cannot be read is left out and counted in one line of the worker's log: the line that was being written
        when a worker was killed, and what another version wrote.
        """
        unreadable = 0
        for file in self._files():
            begun = int(file.stem)
            if begun > end or begun + 2 * _LENGTH < start:
                continue
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                look = _logged(line)
                if look is None:
                    unreadable += 1
                elif start <= look.at <= end:
                    yield look
        if unreadable:
            log.warning(
                "lines of the log of looks cannot be read, they are left out", lines=unreadable, of=self._folder.name
            )

    def trim(self, before: StreamTime) -> None:
        """Delete what ends before ``before``."""
        for file in self._files():
            if int(file.stem) + 2 * _LENGTH < before:
                file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))


def _logged(line: str) -> LoggedLook | None:
    try:
        look = LoggedLook(json.loads(line))
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
    return look if isinstance(look.at, int) else None
