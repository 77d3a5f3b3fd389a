"""Exports the base networks (COCO's detector, the pose network's person boxes) so that figures can stand beside theirs.

    python -m training.evaluation.base --out build/base

makes ``coco`` and ``pose`` under ``--out``, for ``zaigang evaluate --base``; needs the extra ``training`` and
ZAIGANG_SHARED, whose ``weights`` it reads.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.card import LICENCE, write_card
from training.errors import TrainingError
from training.export import export_openvino, sha256
from training.start import load_network, person_from_pose
from vision.errors import ZaigangError

INPUTS = {"scene": 640, "close": 320}
THRESHOLD = 0.25
"""The score at which the base networks' figures are known."""


def _coco(network: Any) -> Any:
    return network


BASES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "coco": ("yolo26n-coco.pt", _coco),
    "pose": ("yolo26n-pose-coco.pt", person_from_pose),
}
"""Folder, weights, and what of them is exported."""


def export_bases(weights: Path, out: Path) -> list[Path]:
    """The folders of both networks; one that is there is left alone. Raises TrainingError for a missing file."""
    folders = []
    for name, (file, taken) in BASES.items():
        folder = out / name
        folders.append(folder)
        if (folder / "card.yaml").is_file():
            continue
        network = taken(load_network(weights / file))
        classes = [str(one) for one in network.names.values()]
        content = {
            "name": f"{name}-base",
            "version": "1",
            "classes": classes,
            "inputs": INPUTS,
            "output": "yolo26",
            "thresholds": dict.fromkeys(classes, THRESHOLD),
            "parent": {"file": file, "sha256": sha256(weights / file)},
            "licence": LICENCE,
            "files": export_openvino(network, folder),
        }
        write_card(content, folder)
    return folders


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.evaluation.base", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for both networks")
    arguments = parser.parse_args()
    shared = os.environ.get("ZAIGANG_SHARED")
    try:
        if not shared:
            raise TrainingError("ZAIGANG_SHARED is not set: it names the folder that holds weights/")
        folders = export_bases(Path(shared) / "weights", arguments.out)
    except ImportError as error:
        sys.stderr.write(f"{error.name} is missing: pip install 'zaigang[training]'\n")
        return 2
    except ZaigangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{folder}\n" for folder in folders))
    return 0


if __name__ == "__main__":
    sys.exit(main())
