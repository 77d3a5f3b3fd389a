"""`zaigang demo`: what it keeps where."""

from pathlib import Path

import pytest

from service.cli import demo
from service.settings import Settings


def test_events_of_one_camera_are_not_shown_as_those_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Settings] = []
    monkeypatch.setattr(demo, "_serve", lambda settings, *_: served.append(settings))

    for source in ("rtsp://user:geheim@10.0.0.9/1", "rtsp://user:geheim@10.0.0.9/2", "rtsp://user:geheim@10.0.0.9/1"):
        demo.demo(source=source, port=0, folder=tmp_path)

    first, second, again = (settings.data for settings in served)
    assert first == again
    assert first != second
    assert tmp_path / "site" not in (first, second)  # the staged hall's
    assert "geheim" not in str(first)
