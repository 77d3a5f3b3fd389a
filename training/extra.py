"""The heavy packages of the extra `training`: asked for by name before work begins, and kept from the network."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from training.errors import TrainingError


def need(command: str, *packages: str) -> None:
    """Raise TrainingError with what to install unless every one of ``packages`` can be imported."""
    missing = [name for name in packages if find_spec(name) is None]
    if not missing:
        return
    # From Python 3.12 on the extra leaves NNCF out, since it does not go with the newest NumPy yet.
    how = "pip install nncf 'numpy<2.5'" if missing == ["nncf"] else "pip install 'zaigang[training]'"
    raise TrainingError(
        f"{command} needs {' and '.join(missing)}, which {'are' if missing[1:] else 'is'} not installed: {how}"
    )


def keep_offline(folder: Path) -> None:
    """Before the packages are imported: no look-ups, downloads or reports, nothing kept outside ``folder``, no chatter.

    Weights are read without running code from them (its safe loader). Every core works, where ultralytics would have
    torch use one, unless OMP_NUM_THREADS says otherwise.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    os.environ.update(
        YOLO_OFFLINE="1",
        YOLO_VERBOSE="False",
        YOLO_CONFIG_DIR=str(folder.resolve()),
        ULTRALYTICS_SAFE_LOAD="1",
        NO_ALBUMENTATIONS_UPDATE="1",
        NNCF_CI="1",  # NNCF's word for: send no usage figures
    )
