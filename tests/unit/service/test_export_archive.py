"""The verifier of an export: what a spoilt or forged archive may not do to it."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.evidence.export import verifier


@pytest.fixture
def archive() -> bytes:
    """A ZIP as exports are, its signature aside."""
    said = {"files": [{"name": "a.txt", "sha256": "0"}], "by": "w", "at": "t", "original": {"differs": []}}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as export:
        export.writestr(verifier.LIST, json.dumps(said))
        export.writestr("a.txt", "a" * 50)
    return packed.getvalue()


@pytest.mark.parametrize("name", [verifier.LIST, "a.txt"])
def test_file_that_claims_a_password_cannot_be_read(archive: bytes, name: str, tmp_path: Path) -> None:
    spoilt = bytearray(archive)
    spoilt[archive.rindex(name.encode()) - 46 + 8] |= 1  # the list of files has the flags there
    (tmp_path / "export.zip").write_bytes(spoilt)

    export = verifier.Archive(tmp_path / "export.zip")

    assert verifier.read(export, name) is None
    assert verifier.problems_of(export, None)[0]


def test_archive_of_a_version_that_nobody_knows_is_said_to_be_none(archive: bytes, tmp_path: Path) -> None:
    spoilt = bytearray(archive)
    spoilt[archive.rindex(b"a.txt") - 46 + 6] = 200
    (tmp_path / "export.zip").write_bytes(spoilt)

    checked = subprocess.run(
        [sys.executable, verifier.__file__, str(tmp_path / "export.zip")], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (2, "")
    assert "no ZIP that can be read" in checked.stdout
