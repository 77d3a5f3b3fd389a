"""Workers whose service was killed: they end by themselves, and never are there two on one spool."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from service.settings import Settings
from service.worker.plan import WorkerPlan, plan_text
from service.worker.spool import Spool, SpoolBusy
from tests.fixtures.toy_network import write_networks
from tests.fixtures.waiting import until


def plan(folder: Path) -> str:
    settings = Settings(data=folder, models=write_networks(folder), recorder={"min_free_mb": 0})  # type: ignore[arg-type]
    return plan_text(WorkerPlan("worker1", settings, (), {}, folder, "http://127.0.0.1:9", "token"))


@contextmanager
def worker(plan_of_it: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that has beaten once; its supervisor is the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        pipe(process.stdin).write(plan_of_it.encode())
        pipe(process.stdin).flush()
        yield process
    finally:
        process.kill()
        process.communicate()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def beats(process: subprocess.Popen[bytes]) -> bool:
    return pipe(process.stdout).readline() == b"beat\n"


def test_worker_ends_when_its_service_is_gone_and_lets_go_of_its_spool(tmp_path: Path) -> None:
    with worker(plan(tmp_path)) as orphan:
        assert beats(orphan)
        with pytest.raises(SpoolBusy, match=f"process {orphan.pid} holds this spool still"):
            Spool(tmp_path / "spool" / "worker1.db", patience_s=0)

        pipe(orphan.stdin).close()

        assert orphan.wait(20) == 0
        orphan.stdin = None
    Spool(tmp_path / "spool" / "worker1.db", patience_s=0).close()


def test_next_worker_waits_for_the_orphan_and_then_works(tmp_path: Path) -> None:
    text = plan(tmp_path)
    with worker(text) as orphan:
        assert beats(orphan)
        with worker(text) as successor:
            lock = tmp_path / "spool" / "worker1.lock"
            until(lambda: waits_for(successor.pid, lock), "the successor stands before the lock")
            assert lock.read_text() == str(orphan.pid)
            pipe(orphan.stdin).close()
            orphan.stdin = None
            assert orphan.wait(20) == 0

            assert beats(successor)
            assert lock.read_text() == str(successor.pid)


def waits_for(pid: int, lock: Path) -> bool:
    """Whether the process has the lock's file open."""
    handles = Path(f"/proc/{pid}/fd")
    try:
        return any(handle.readlink() == lock for handle in handles.iterdir())
    except FileNotFoundError:
        return False
