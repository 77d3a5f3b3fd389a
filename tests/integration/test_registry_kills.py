"""A registry whose process is killed at any line of a change holds the old state or the new one, and works on."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.toy_models import toy_objects
from training.registry import Comparison, Registry
from vision.card import read_card

pytestmark = pytest.mark.slow

# Deploys an entry and dies before the LINE-th line of the registry's own code.
KILLED = """
import os, signal, sys
from pathlib import Path
from training.registry import Comparison, Registry

left = int(sys.argv[3])

def trace(frame, event, argument):
    global left
    if not frame.f_code.co_filename.endswith(("store.py", "model_folder.py", "disk.py")):
        return None
    if event == "line":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

registry = Registry(Path(sys.argv[1]))
sys.settrace(trace)
registry.deploy(sys.argv[2], "li", None, [Comparison("phone.ap", "hall", 10, 0.5, 0.6, 0.02)])
"""


def test_deployment_killed_anywhere_leaves_the_old_network_or_the_new_one(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "models")
    entries = [registry.add(toy_objects(tmp_path / version, version), None, "li", None) for version in "12"]
    registry.deploy(entries[0], "li", None, [Comparison("phone.ap", "hall", 10, 0.5, 0.6, 0.02)])
    seen, line = set(), 1
    while True:
        now = registry.standing().deployed("objects")
        other = entries[1] if now == entries[0] else entries[0]
        length = len(registry.records())
        done = subprocess.run([sys.executable, "-c", KILLED, registry.root, other, str(line)], check=False)

        after = registry.standing().deployed("objects")
        assert after in (now, other)
        assert len(registry.records()) == length + (after == other)
        assert read_card(registry.root / "deployed" / "objects").version == (after or "")[4]
        if done.returncode == 0:
            break
        seen.add(after == other)
        line += 7
    assert seen == {True, False}
    assert {one.name for one in (registry.root / "states").iterdir()} >= {(registry.root / "current").resolve().name}
    assert len(list((registry.root / "states").iterdir())) <= 2
