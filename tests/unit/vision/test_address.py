"""Addresses of cameras: which are allowed, and that no password is ever shown."""

import traceback
from pathlib import Path

import pytest

from vision.address import address
from vision.errors import BadInput, SourceError, SourceRefused, without_password
from vision.source import open_stream


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("rtsp://op:secret@10.0.0.5:554/h264", "rtsp://op:***@10.0.0.5:554/h264"),
        ("rtsp://op:sec:ret@10.0.0.5/", "rtsp://op:***@10.0.0.5/"),
        ("rtsp://op:sec@ret@10.0.0.5/", "rtsp://op:***@10.0.0.5/"),
        ("rtsp://op:sec/ret?@10.0.0.5/", "rtsp://op:***@10.0.0.5/"),
        ("rtsp://op:sec ret@10.0.0.5/", "rtsp://op:***@10.0.0.5/"),
        ("rtsp://:secret@10.0.0.5/", "rtsp://:***@10.0.0.5/"),
        ("rtsp://op@10.0.0.5/", "rtsp://op@10.0.0.5/"),
        ("rtsp://10.0.0.5:554/h264", "rtsp://10.0.0.5:554/h264"),
        ("rtsp://10.0.0.5/user=op&password=secret&channel=1", "rtsp://10.0.0.5/user=op&password=***&channel=1"),
        ("http://10.0.0.5/video?usr=op&pwd=secret", "http://10.0.0.5/video?usr=op&pwd=***"),
        (
            "http://10.0.0.5/video?loginuse=op&loginpas=sec/ret#1&x=2",
            "http://10.0.0.5/video?loginuse=op&loginpas=***&x=2",
        ),
        ("rtsp://10.0.0.5/live?user=op&psw=secret", "rtsp://10.0.0.5/live?user=op&psw=***"),
        ('source "rtsp://op:sec"ret@10.0.0.5/1": gone', 'source "rtsp://op:***@10.0.0.5/1": gone'),
        ("source \"rtsp://op:sec'ret'@10.0.0.5/1\": gone", 'source "rtsp://op:***@10.0.0.5/1": gone'),
        ('"rtsp://a:secret@b/" and "rtsp://c:secret@d/"', '"rtsp://a:***@b/" and "rtsp://c:***@d/"'),
        ("rtsp://a:secret@b/ and rtsp://c:secret@d/", "rtsp://a:***@b/ and rtsp://c:***@d/"),
        ("film of 3号窗口.mp4", "film of 3号窗口.mp4"),
    ],
)
def test_password_is_never_shown(given: str, shown: str) -> None:
    assert without_password(given) == shown


@pytest.mark.parametrize(
    "text", ["file:///etc/passwd", "concat:a|b", "udp://0.0.0.0:1", "FTP://a:secret@b/c", "data:,"]
)
def test_scheme_that_is_not_allowed_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadInput, match="is not allowed; use rtsp://") as refused:
        address(text)
    assert "secret" not in str(refused.value)


def test_device_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceError, match='"/dev/video77": there is no such device'):
        address("77")


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_traceback_of_a_camera_that_does_not_answer_holds_no_password(scheme: str) -> None:
    secret = "hunter2"  # by another name than the address shows, so that source lines do not hold it
    # Port 1 has no listener; 8401 must not be taken for the status 401.
    for port in (1, 8401):
        with pytest.raises(SourceError, match="nobody answers at that address and port") as failed:
            open_stream(address(f"{scheme}://op:{secret}@127.0.0.1:{port}/401"))
        assert not isinstance(failed.value, SourceRefused)
        assert secret not in "".join(traceback.format_exception(failed.value))


@pytest.mark.parametrize("text", ["rtsp://op:secret@127.0.0.1:99999/", "http://op:secret@[bad/x"])
def test_address_that_cannot_be_is_an_error_that_a_person_can_read(text: str) -> None:
    with pytest.raises(SourceError, match=r"op:\*\*\*@") as failed:
        open_stream(address(text))
    assert "secret" not in str(failed.value)


def test_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_text("not a film", encoding="utf-8")
    with pytest.raises(SourceError, match=r'film\.mp4": its contents are not a video that can be read'):
        open_stream(address(str(tmp_path / "film.mp4")))
