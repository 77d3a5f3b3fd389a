"""Keeps two processes from using the same folder or spool: a lock that ends with its process, however it ends."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["Held", "held"]


class Held(Exception):
    """Another process holds the lock; ``holder`` is its number, where it could be written down."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"process {holder} holds it")
        self.holder = holder


def held(file: Path, patience_s: float) -> int:
    """Lock ``file`` for this process and return its handle; close that to let go.

    Raises Held when another process has not let go within ``patience_s``, OSError when the file cannot be made.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    limit = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() >= limit:
                holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
                os.close(handle)
                raise Held(holder) from None
            time.sleep(0.05)
    with suppress(OSError):  # the number is for people; on a full disk the lock holds without it
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle
