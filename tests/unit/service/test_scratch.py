"""What a killed process has left of its work is cleared by the next one; what a living one holds is not."""

import signal
import subprocess
import sys
from pathlib import Path

from service.scratch import Scratch, clear

KILLED = """
import os, signal, sys
from pathlib import Path
from service.scratch import Scratch
(Scratch(Path(sys.argv[1])).folder / "clip.mp4").write_bytes(b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_kill_has_left_is_cleared_and_what_is_being_made_stays(tmp_path: Path) -> None:
    parent = tmp_path / "exports"
    with Scratch(parent) as held:
        done = subprocess.run([sys.executable, "-c", KILLED, str(parent)], timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
        assert len(list(parent.iterdir())) == 2

        with Scratch(parent) as other:
            assert set(parent.iterdir()) == {held.folder, other.folder}
        clear(parent)

        assert list(parent.iterdir()) == [held.folder]
        assert held.folder.stat().st_mode & 0o777 == 0o700
    assert list(parent.iterdir()) == []
