"""What a data set can be refused for."""

import errno
from pathlib import Path

from vision.errors import BadInput, StorageFull, ZaigangError


class DatasetError(BadInput):
    """One sentence for the person who can mend it: names the file, the line or class and what was expected."""


def unwritable(path: Path, error: OSError) -> ZaigangError:
    """What to raise where the disk refused to write ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"{path}: the disk is full; make room and run the same command again")
    return DatasetError(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})")
