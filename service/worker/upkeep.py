"""Looks after the observation logs beside the looks: an hour takes most of a second to be made small."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from service.observations import compress, trim
from service.worker.watched import Watched
from vision.streamtime import SECOND, StreamTime

__all__ = ["LogUpkeep"]

_EVERY: Final = 20 * SECOND
_POLL_S: Final = 0.3


class LogUpkeep:
    """Makes closed hours of ``cameras`` in ``folder`` small and deletes what is older than ``kept``, on a thread.

    A worker that ends waits for the hour that is in the making; one that is killed leaves it as it was.
    """

    def __init__(
        self,
        folder: Path,
        cameras: Sequence[str],
        kept: int,
        clock: Callable[[], StreamTime],
        failed: Callable[[], None],
    ) -> None:
        self._folder, self._cameras, self._kept, self._clock = folder, cameras, kept, clock
        self._done_at = clock()
        self.thread = Watched("log upkeep", self._run, failed)
        self.trouble: str | None = None

    def _run(self) -> None:
        while not self.thread.stopping.wait(_POLL_S):
            now = self._clock()
            if now - self._done_at < _EVERY:
                continue
            self._done_at = now
            try:
                self._look_after(now)
                self.trouble = None
            except OSError as error:
                self.trouble = f"{self._folder}: {(error.strerror or str(error)).lower()}"

    def _look_after(self, now: StreamTime) -> None:
        trim(self._folder, StreamTime(now - self._kept))
        for camera in self._cameras:
            if not self.thread.stopping.is_set():
                compress(self._folder / camera, now, at_most=1)
