"""What all tests share: the folder of real pictures and films, which is not part of the repository."""

import os
from pathlib import Path

import pytest

import vision  # noqa: F401  # first of all, since it keeps OpenVINO from reporting its use


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real films, pictures and weights; where it is missing the test is skipped, and says so."""
    folder = Path(os.environ.get("ZAIGANG_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "footage").is_dir():
        pytest.skip(f"the real films are missing: {folder / 'footage'} is no folder; name theirs with ZAIGANG_SHARED")
    return folder
