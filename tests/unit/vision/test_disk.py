"""A file is put in its place so that a power cut leaves the old one or the new one whole."""

import os
from pathlib import Path

import pytest

from vision.disk import put_in_place


def test_file_is_on_the_disk_before_its_name_is_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, draft = tmp_path / "clip.mp4", tmp_path / "clip.mp4.part"
    target.write_text("old")
    draft.write_text("new")
    steps: list[tuple[int, str]] = []
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append((os.fstat(handle).st_ino, target.read_text())))
    file, folder = draft.stat().st_ino, tmp_path.stat().st_ino

    put_in_place(draft, target)

    assert steps == [(file, "old"), (folder, "new")]
    assert not draft.exists()
