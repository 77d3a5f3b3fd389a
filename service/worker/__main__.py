"""A worker process: each line of stdin is a plan, it beats on stdout, and it ends when stdin does."""

import os
import signal
import sys
import threading
import time
from typing import Final

import structlog

from service.logs import set_up_logs
from service.worker.plan import plan_of
from service.worker.worker import Worker
from vision.errors import BadInput, ZaigangError

__all__ = ["main"]

log = structlog.get_logger()

_ORPHAN_S: Final = 20.0


def main() -> int:
    """Work until told to stop; returns the exit code."""
    set_up_logs()
    os.set_blocking(sys.stdout.fileno(), False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor decides
    try:
        worker = Worker(plan_of(sys.stdin.readline()), beat=_beat)
        signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop())
        threading.Thread(target=_until_orphaned, args=(worker,), daemon=True).start()
        worker.run()
    except ZaigangError as error:
        sys.stderr.write(f"zaigang: {error}\n")
        return 2
    return 0


def _beat() -> None:
    try:
        os.write(sys.stdout.fileno(), b"beat\n")
    except OSError:
        return  # a service that stands still does not read; one that is gone is noticed on stdin


def _until_orphaned(worker: Worker) -> None:
    # Without its supervisor a worker would go on beside the one that the next supervisor starts.
    try:
        for line in sys.stdin:
            worker.follow(plan_of(line).settings)
    except BadInput as error:  # half a line, of a service that was killed; else the next worker gets a whole one
        log.error("worker ends, it was told what it cannot read", why=str(error))
    worker.stop()
    time.sleep(_ORPHAN_S)
    os._exit(1)  # one that hangs would hold its spool for good, and what is kept stands a kill at any moment


if __name__ == "__main__":
    raise SystemExit(main())
