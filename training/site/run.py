"""A training run's folder: what it is a run of, who works in it, and whether the disk can hold it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from training.errors import TrainingError
from vision.disk import put_in_place

_FILE, _LOCK, _SETTINGS = "run.yaml", "lock", ".ultralytics"
_MB = 1 << 20
FIXED_MB = 200
"""Room for checkpoints with their optimizer, curves and the exported files of a nano network."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process; another one that trains there is refused by name of its process."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise TrainingError(f"--out {folder}: {(error.strerror or str(error)).lower()}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise TrainingError(f"--out {folder}: another process ({holder}) is working there") from None
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def check_is_ours(folder: Path) -> None:
    """Raise TrainingError when ``folder`` holds something and is no run."""
    foreign = sorted(one.name for one in folder.iterdir() if one.name not in (_LOCK, _SETTINGS, f"{_FILE}.part"))
    if foreign and not (folder / _FILE).is_file():
        raise TrainingError(f"--out {folder}: holds {foreign[0]} and is no run of zaigang train; name an empty folder")


def begin_or_go_on(folder: Path, identity: Mapping[str, Any]) -> bool:
    """Whether a run of the same ``identity`` was begun here; if none was, it is now.

    Raises TrainingError naming the first thing in which the run that lies there differs.
    """
    file = folder / _FILE
    wanted = yaml.safe_load(yaml.safe_dump(dict(identity)))
    if not file.is_file():
        draft = folder / f"{_FILE}.part"
        draft.write_text(yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True), encoding="utf-8")
        put_in_place(draft, file)
        return False
    there = yaml.safe_load(file.read_text(encoding="utf-8"))
    for key in wanted:
        if there.get(key) != wanted[key]:
            raise TrainingError(
                f"--out {folder}: belongs to another run, whose {key} is {_short(there.get(key))} and not "
                f"{_short(wanted[key])}; name another folder, or remove this one to begin again"
            )
    return True


def check_room(folder: Path, pictures: int) -> None:
    """Raise TrainingError unless the disk of ``folder`` can hold a copy of ``pictures`` bytes and what is made."""
    free, wanted = shutil.disk_usage(folder).free, round(pictures * 1.1) + FIXED_MB * _MB
    if free < wanted:
        raise TrainingError(
            f"--out {folder}: the disk has {free // _MB} MB free and this run needs some {wanted // _MB} MB "
            f"({pictures // _MB} MB of pictures are copied); free some, or name a folder on another disk"
        )


def _short(value: object) -> str:
    text = str(value)
    return f"{text[:40]}…" if len(text) > 40 else text
