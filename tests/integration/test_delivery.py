"""What a worker has reaches its service, whatever the machine it runs on is set up for."""

import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from service.worker.delivery import Deliverer, LiveLink
from service.worker.spool import Spool
from tests.fixtures.site import TOKEN, an_event, camera_message, served_site
from tests.fixtures.waiting import until


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_proxy_of_the_machine_is_not_asked_for_the_way_to_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    with served_site(tmp_path) as served:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        spool = Spool(tmp_path / "spool.db")
        failed = threading.Event()
        deliverer = Deliverer("worker1", spool, served.address, TOKEN, failed.set)
        live = LiveLink(served.address, TOKEN, camera_message, failed.set)
        book = served.site.hall_book
        spool.record([{**asdict(an_event(book)), "book": book.model_dump(mode="json")}], {})
        try:
            deliverer.thread.start()
            live.thread.start()

            until(lambda: spool.waiting() == 0, "the event is delivered")
            until(lambda: "worker1" in served.site.board.workers(), "the live state is told")
        finally:
            live.stop()
            deliverer.stop()
            spool.close()
            for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.delenv(name)

    assert not failed.is_set()
