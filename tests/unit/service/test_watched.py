"""A thread that fails is noticed, one that is told to stop is not a failure."""

import threading

from service.worker.watched import Watched


def test_failure_is_told_with_its_reason() -> None:
    told = threading.Event()
    thread = Watched("one", lambda: [][0], told.set)
    thread.start()

    assert told.wait(10)
    assert isinstance(thread.fault, IndexError)


def test_error_while_stopping_is_no_failure() -> None:
    told = threading.Event()

    def work() -> None:
        thread.stopping.wait(10)
        raise OSError("the line was cut while it was being closed")

    thread = Watched("one", work, told.set)
    thread.start()
    thread.stop(10)

    assert thread.fault is None
    assert not told.is_set()
