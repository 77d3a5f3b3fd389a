"""A worker process: its plan is the first line of stdin, it beats on stdout, and it ends when stdin does."""

import os
import signal
import sys
import threading
import time
from typing import Final

from service.logs import set_up_logs
from service.worker.plan import plan_of
from service.worker.worker import Worker
from vision.errors import ZaigangError

__all__ = ["main"]

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
    while sys.stdin.read(1):
        pass
    worker.stop()
    time.sleep(_ORPHAN_S)
    os._exit(1)  # one that hangs would hold its spool for good, and what is kept stands a kill at any moment


if __name__ == "__main__":
    raise SystemExit(main())
