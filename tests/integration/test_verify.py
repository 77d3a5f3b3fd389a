"""`zaigang verify` names every file of an event's evidence that is not what was recorded."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.cli.verify import verify as command
from service.evidence.manifest import verify
from service.settings import RecorderSettings, Settings
from service.worker.evidence import EvidenceCutter, Scene
from tests.fixtures.command import zaigang
from tests.fixtures.media import write_film
from tests.fixtures.recording import NOW, record
from tests.fixtures.site import SETTINGS, an_event
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

BOOK = Settings(**SETTINGS).books()[WindowId("w1")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's data folder with the evidence of one event."""
    folder = tmp_path_factory.mktemp("site")
    record(write_film(folder / "film.mkv", 20), folder / "ring" / "cam1")
    begun = StreamTime(NOW + 11 * SECOND)
    event = replace(an_event(BOOK), started_at=begun, satisfied_at=StreamTime(begun + SECOND), until=begun + 2 * SECOND)
    cutter = EvidenceCutter(folder / "ring", folder / "looks", folder / "evidence", RecorderSettings())
    end = StreamTime(NOW + 13 * SECOND)
    cutter.make(event, Scene("cam1", "一号", {}, (320, 240), ()), BOOK, end, end)
    return folder


def place(site: Path) -> Path:
    return next((site / "evidence").glob("*/*"))


def told(site: Path, code: int, *what: str | Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(zaigang("verify", *what, "--json", code=code).stdout)
    return report


def test_whole_folder_of_evidence_is_whole_without_a_site(site: Path) -> None:
    assert told(site, 0, site / "evidence") == {"ok": True, "events": 1, "problems": []}


def test_one_byte_anywhere_is_named(site: Path) -> None:
    rng = np.random.default_rng(1)
    folder = place(site)
    for file in sorted(folder.iterdir()):
        whole = file.read_bytes()
        for at in rng.integers(0, len(whole), 40).tolist():
            spoilt = bytearray(whole)
            spoilt[at] ^= int(rng.integers(1, 256))
            file.write_bytes(bytes(spoilt))
            assert file.name in {one.file for one in verify(folder)}, (file.name, at)
        file.write_bytes(whole)
    assert verify(folder) == []


def test_a_file_that_is_gone_or_too_many_is_named_and_the_exit_code_says_so(site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "2026-01" / place(site).name
    shutil.copytree(place(site), copy)
    (copy / "begin.jpg").unlink()
    (copy / "more.jpg").write_bytes(b"x")

    report = told(site, 1, tmp_path)

    assert {(Path(one["file"]).name, one["what"]) for one in report["problems"]} == {
        ("begin.jpg", "is missing"),
        ("more.jpg", "is not in the manifest"),
    }
    (copy / "manifest.json").unlink()
    assert [Path(one["file"]).name for one in told(site, 1, tmp_path)["problems"]] == ["manifest.json"]


def test_what_is_no_evidence_is_refused(site: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no event's id and no folder of evidence"):
        command("nowhere")
    with pytest.raises(BadInput, match=r"holds no manifest\.json"):
        command(str(tmp_path))
    with pytest.raises(BadInput, match="there is no database of a site"):
        command("01234567-89ab-cdef-0123-456789abcdef")
