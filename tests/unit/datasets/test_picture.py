"""A picture file is taken whole or refused by name."""

import struct

import cv2
import numpy as np
import pytest

from datasets.errors import DatasetError
from datasets.picture import examined
from tests.fixtures.labelled import picture


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp"])
def test_a_picture_gives_its_size_and_its_kind_whatever_its_name(suffix: str) -> None:
    seen = examined(picture(1, (64, 48), suffix), "a")

    assert (seen.size, seen.suffix) == ((64, 48), suffix)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "is empty"),
        (b"<html>", "is no JPEG, PNG, BMP or WebP picture"),
        (picture(1, (640, 480), ".jpg")[:-200], "cannot be read as a picture"),
        (picture(1, (640, 480), ".png")[:-200], "cannot be read as a picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 60000, 60000), "60000x60000 pixels"),
    ],
)
def test_what_is_no_whole_picture_is_refused_by_name(data: bytes, complaint: str) -> None:
    with pytest.raises(DatasetError) as caught:
        examined(data, "hall/a.jpg")

    assert str(caught.value).startswith("hall/a.jpg: ")
    assert complaint in str(caught.value)


def test_the_fingerprint_survives_another_size_and_compression() -> None:
    pixels = cv2.imdecode(np.frombuffer(picture(3, (640, 480)), np.uint8), cv2.IMREAD_COLOR)
    small = cv2.imencode(".jpg", cv2.resize(pixels, (200, 150)), [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes()
    one, other = examined(picture(3, (640, 480)), "a"), examined(small, "b")
    stranger = examined(picture(4, (640, 480)), "c")

    assert (one.fingerprint ^ other.fingerprint).bit_count() <= 3
    assert (one.fingerprint ^ stranger.fingerprint).bit_count() > 15
