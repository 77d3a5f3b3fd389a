"""A worker process: `python -m service.worker PLAN`. Beats on stdout, ends when its supervisor's pipe closes."""

import signal
import sys
import threading
from pathlib import Path

from service.logs import set_up_logs
from service.worker.plan import read_plan
from service.worker.worker import Worker
from vision.errors import ZaigangError


def main() -> int:
    set_up_logs()
    try:
        worker = Worker(read_plan(Path(sys.argv[1])), beat=_beat)
    except ZaigangError as error:
        sys.stderr.write(f"zaigang: {error}\n")
        return 2
    signal.signal(signal.SIGTERM, lambda _number, _frame: worker.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor decides
    threading.Thread(target=_until_orphaned, args=(worker,), daemon=True).start()
    worker.run()
    return 0


def _beat() -> None:
    sys.stdout.write("beat\n")
    sys.stdout.flush()


def _until_orphaned(worker: Worker) -> None:
    # Without its supervisor a worker would go on beside the one that the next supervisor starts.
    while sys.stdin.read(1):
        pass
    worker.stop()


if __name__ == "__main__":
    raise SystemExit(main())
