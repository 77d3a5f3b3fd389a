"""Files put in their place so that a power cut leaves the old one or the new one, whole."""

import os
from pathlib import Path

__all__ = ["put_in_place", "sync"]


def put_in_place(draft: Path, target: Path) -> None:
    """Rename ``draft`` to ``target``; when this returns both the content and the name are on the disk.

    Raises OSError when the disk refuses.
    """
    sync(draft)
    draft.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Bring a file's content, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
