"""A thread whose failure is noticed: the worker ends with it, and its supervisor starts another."""

import threading
from collections.abc import Callable

__all__ = ["Watched"]


class Watched:
    """Runs ``work`` on a thread of its own until ``stop``; ``failed`` is called when it ends by an error."""

    def __init__(self, name: str, work: Callable[[], None], failed: Callable[[], None]) -> None:
        self._work, self._failed = work, failed
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.stopping = threading.Event()
        self.fault: Exception | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self, limit_s: float) -> None:
        """Ask the thread to end and wait for it."""
        self.stopping.set()
        if self._thread.ident is not None:
            self._thread.join(limit_s)

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001  # told to the worker, which ends with it
            if not self.stopping.is_set():
                self.fault = error
                self._failed()
