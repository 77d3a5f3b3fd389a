"""Folders for work that a kill may break off: the next one who works there clears what no living process holds."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

__all__ = ["Scratch", "clear"]


class Scratch:
    """A folder below ``parent`` that is there until it is closed, for this account alone.

    Its process holds a lock on it, which ends with the process however it ends. Raises OSError where it cannot be made.
    """

    def __init__(self, parent: Path) -> None:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One at a time: a folder that was made and is not locked yet would be taken for one that was left.
        alone = os.open(parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(alone, fcntl.LOCK_EX)
            _clear(parent)
            self.folder = Path(mkdtemp(dir=parent))
            self._lock: int | None = _locked(self.folder)
        finally:
            os.close(alone)

    def close(self) -> None:
        """Remove the folder; what a thread of work that was broken off still writes goes with the next one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def clear(parent: Path) -> None:
    """Remove the folders below ``parent`` that no process holds, as a service does at its start."""
    with suppress(OSError):
        Scratch(parent).close()


def _clear(parent: Path) -> None:
    for left in parent.iterdir():
        lock = _locked(left) if left.is_dir() else None
        if lock is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """A handle that locks ``folder``, None where another one does or it has just gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
