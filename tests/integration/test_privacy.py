"""Nothing reaches for the network by itself: what others' libraries would report of their use stays unsaid."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import socket, sys
def refuse(*arguments, **named):
    sys.stderr.write(f"reached for {arguments}\\n")
    raise OSError("no network here")
socket.getaddrinfo = socket.create_connection = refuse
socket.socket.connect = refuse
"""

LOOKS = """
import numpy as np
from vision import SHIPPED, load_detector
load_detector(SHIPPED / "objects").detect([np.zeros((96, 96, 3), np.uint8)])
from vision.uniform import load_torso_network
load_torso_network()
"""

QUANTIZES = """
import vision.card, openvino
nncf = __import__("nncf")
"""


@pytest.mark.parametrize("work", [LOOKS, QUANTIZES], ids=["looks", "quantizes"])
def test_networks_are_used_without_a_word_to_their_makers(tmp_path: Path, work: str) -> None:
    if work is QUANTIZES:
        pytest.importorskip("nncf")
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + work],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "reached for" not in done.stderr
    assert not (tmp_path / "intel").exists()
