"""The lock: one holder at a time, told by its number, and free again however its holder ended."""

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from service.lock import Held, held


def test_second_holder_is_told_who_has_it_and_may_have_it_afterwards(tmp_path: Path) -> None:
    first = held(tmp_path / ".lock", 0)
    with pytest.raises(Held) as caught:
        held(tmp_path / ".lock", 0.1)
    os.close(first)

    assert caught.value.holder == str(os.getpid())
    os.close(held(tmp_path / ".lock", 0))


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=hold, args=(tmp_path / ".lock", theirs))
    process.start()
    assert ours.recv() == process.pid
    with pytest.raises(Held) as caught:
        held(tmp_path / ".lock", 0)
    process.kill()
    process.join()
    ours.close()
    theirs.close()

    assert caught.value.holder == str(process.pid)
    os.close(held(tmp_path / ".lock", 5))


def hold(file: Path, told: Connection) -> None:
    held(file, 0)
    told.send(os.getpid())
    told.recv()
