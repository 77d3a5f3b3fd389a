"""The files of observation logs: which hours there are, closed ones made small, old ones given up."""

import gzip
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vision.disk import put_in_place
from vision.streamtime import SECOND, StreamTime, from_datetime, to_datetime

__all__ = ["HOUR", "OPEN", "Hour", "compress", "give_way", "hour_file", "hours", "trim"]

HOUR: Final = 3600 * SECOND
OPEN: Final = ".jsonl"
_CLOSED: Final = ".jsonl.gz"
_NAMED: Final = "%Y%m%dT%H"
_LATE: Final = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour (UTC) of one camera: its files, in the order in which they were written."""

    begins: StreamTime
    files: tuple[Path, ...]


def hour_file(folder: Path, at: StreamTime) -> Path:
    """The file that looks at ``at`` are written to."""
    return folder / (to_datetime(at).strftime(_NAMED) + OPEN)


def hours(folder: Path) -> list[Hour]:
    """The hours in one camera's ``folder``, the oldest first; files of other names are passed over."""
    found: dict[StreamTime, list[Path]] = {}
    for file in folder.glob("*" + OPEN + "*"):
        begins = _begin_of(file)
        if begins is not None:
            found.setdefault(begins, []).append(file)
    # An hour that was closed and is written again has both: what is compressed came first.
    return [
        Hour(begins, tuple(sorted(files, key=lambda file: file.name.endswith(OPEN))))
        for begins, files in sorted(found.items())
    ]


def compress(folder: Path, now: StreamTime, at_most: int | None = None) -> int:
    """Make the files of one camera's closed hours small, the oldest first; returns how many hours were.

    Raises OSError when the disk refuses; what is to be made small stays as it is then, as after a kill. An hour that
    is given up meanwhile is left out.
    """
    done = 0
    for name in _names(folder):
        begins = _begin_of(folder / name) if name.endswith(OPEN) else None
        if begins is None or begins + HOUR + _LATE > now:
            continue
        if at_most is not None and done >= at_most:
            break
        with suppress(FileNotFoundError):
            _compress(folder / name)
        done += 1
    return done


def _compress(plain: Path) -> None:
    small, draft = plain.with_name(plain.name + ".gz"), plain.with_name(plain.name + ".gz.part")
    if small.is_file() and _holds(small, plain):
        plain.unlink()  # this process or the one before was killed between the two
        return
    try:
        with draft.open("wb") as file:
            if small.is_file():
                file.write(small.read_bytes())
            with plain.open("rb") as source, gzip.GzipFile("", "wb", 9, file, 0) as packed:
                shutil.copyfileobj(source, packed)
        put_in_place(draft, small)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    plain.unlink()


def _holds(small: Path, plain: Path) -> bool:
    """Whether the end of what is compressed is what lies beside it."""
    try:
        with gzip.open(small, "rb") as packed:
            return packed.read().endswith(plain.read_bytes())
    except (OSError, EOFError):
        return False


def trim(folder: Path, before: StreamTime) -> int:
    """Delete the hours that end before ``before`` in every camera's folder below ``folder``; returns how many files."""
    gone = 0
    # A worker asks every few seconds, and weeks of many cameras are tens of thousands of files: names tell in order
    # of time which of them are worth a closer look.
    latest = to_datetime(StreamTime(max(0, before - HOUR))).strftime(_NAMED)
    for camera in _cameras(folder):
        for name in _names(camera):
            if name[: len(latest)] > latest:
                break
            if _begin_of(camera / name) is not None:
                gone += _size_given_up(camera / name) is not None
    return gone


def give_way(folder: Path, short_by: int) -> int:
    """Delete the oldest hours of all cameras below ``folder`` until ``short_by`` bytes are free; returns how many are.

    The latest hour of each camera stays.
    """
    old = sorted((hour for camera in _cameras(folder) for hour in hours(camera)[:-1]), key=lambda hour: hour.begins)
    freed = 0
    for hour in old:
        if freed >= short_by:
            break
        freed += sum(_size_given_up(file) or 0 for file in hour.files)
    return freed


def _size_given_up(file: Path) -> int | None:
    """The bytes that were freed; None where another worker of this machine was quicker."""
    with suppress(FileNotFoundError):
        size = file.stat().st_size
        file.unlink()
        return size
    return None


def _names(folder: Path) -> list[str]:
    """The names in one camera's folder, in order of time."""
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def _cameras(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []


def _begin_of(file: Path) -> StreamTime | None:
    name = file.name.removesuffix(_CLOSED).removesuffix(OPEN)
    if file.name not in (name + OPEN, name + _CLOSED):
        return None
    try:
        return from_datetime(datetime.strptime(name, _NAMED).replace(tzinfo=UTC))
    except ValueError:
        return None
