"""What a worker tells of a camera whose configuration does not fit its picture."""

import threading
from pathlib import Path

import numpy as np
from structlog.testing import capture_logs

from service.models import load_eye
from service.settings import CameraSettings, ModelSettings
from service.worker.post import CameraPost
from tests.fixtures.site import NOW, PlayedClock
from tests.fixtures.toy_network import write_networks
from vision.picture import Picture


def test_zone_outside_the_picture_is_told_and_nothing_is_judged(tmp_path: Path) -> None:
    settings = CameraSettings(
        id="cam",
        source="rtsp://admin:geheim@10.0.0.9/1",
        windows=({"id": "w1", "zones": {"staff": [0, 0, 4000, 100]}},),  # type: ignore[arg-type]
    )
    eye = load_eye(ModelSettings(**write_networks(tmp_path)), ())  # type: ignore[arg-type]
    post = CameraPost(settings, {}, eye, None, tmp_path, 5, PlayedClock(), threading.Event())

    pipeline = post.pipeline(Picture(NOW, np.zeros((240, 320, 3), np.uint8)))

    assert pipeline is None
    why = 'zones.staff of window "w1", camera "cam": point 2 (4000, 0) lies outside the 320x240 picture'
    with capture_logs() as logged:
        assert post.told(NOW, [])["trouble"] == why
        assert post.told(NOW, [])["reason"] == "moved"
    assert logged == [{"event": "camera cannot be watched", "camera": "cam", "why": why, "log_level": "warning"}]
    assert [(look.window, look.reason, look.occupied) for look in post.blind(NOW)] == [("w1", "moved", None)]
