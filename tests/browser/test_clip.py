"""Clips cut from the recorder's ring, played by a real browser."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.fixtures.media import number_of, write_film
from tests.fixtures.recording import NOW, record
from vision.clip import Clip, cut
from vision.streamtime import SECOND, StreamTime


def clip_of(folder: Path, codec: str, b_frames: int, start_s: float, end_s: float) -> Clip:
    """What a page plays of a camera that sends 20 s, ten pictures a second, and 20 s more after an outage of 10 s."""
    ring = folder / "ring"
    for number, begins in ((0, 0), (200, 30)):
        film = write_film(folder / f"{number}.mkv", 20, codec=codec, gop=40, b_frames=b_frames, first=number)
        record(film, ring, StreamTime(NOW + begins * SECOND))
    span = StreamTime(NOW + round(start_s * SECOND)), StreamTime(NOW + round(end_s * SECOND))
    clip = cut(ring, *span, folder / "clip.mp4", playable=True)
    assert clip is not None
    return clip


def opened(open_page: OpenPage, clip: Clip) -> Page:
    page = clip.file.with_suffix(".html")
    page.write_text(f'<video src="{clip.file.name}" muted></video>', encoding="utf-8")
    shown = open_page(page.as_uri(), language="")
    shown.wait_for_function("() => document.querySelector('video').readyState >= 2")
    return shown


def seek(page: Page, second: float) -> int:
    """The number that the picture at ``second`` shows."""
    page.evaluate(
        "at => new Promise(done => {"
        " const video = document.querySelector('video');"
        " video.requestVideoFrameCallback(done); video.currentTime = at; })",
        second,
    )
    png = np.frombuffer(page.locator("video").screenshot(), np.uint8)
    return number_of(np.asarray(cv2.imdecode(png, cv2.IMREAD_COLOR), np.uint8))


@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 2)])
def test_clip_has_its_length_and_shows_the_picture_of_each_second(
    open_page: OpenPage, tmp_path: Path, codec: str, b_frames: int
) -> None:
    clip = clip_of(tmp_path, codec, b_frames, 5, 15)
    page = opened(open_page, clip)

    length = page.evaluate("document.querySelector('video').duration")
    assert length == pytest.approx((clip.end - clip.start) / SECOND + 0.1, abs=0.15)
    begins = (clip.start - NOW) / SECOND
    for second in (5.25, 12.05, 8.55, 14.75):
        assert seek(page, second - begins) == int(second * 10)


def test_clip_plays_to_its_end_across_an_outage(open_page: OpenPage, tmp_path: Path) -> None:
    clip = clip_of(tmp_path, "libx264", 2, 17, 33)
    page = opened(open_page, clip)

    assert len(clip.gaps) == 1
    begins = (clip.start - NOW) / SECOND
    assert seek(page, 19.55 - begins) == 195
    assert seek(page, 25 - begins) == 199  # the last picture before the outage stands until the next one
    assert seek(page, 31.25 - begins) == 212
    page.evaluate("() => { const video = document.querySelector('video'); video.playbackRate = 4; video.play() }")
    page.wait_for_function("() => document.querySelector('video').ended")
