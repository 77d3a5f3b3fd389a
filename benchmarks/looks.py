"""Looks a second of the shipped networks, and their time as a share of the untuned YOLO26n export's in the same run.

python benchmarks/looks.py --base build/base/coco [--int8 FOLDER] [--person FOLDER] [--objects FOLDER] [--rounds 25]

The base comes from ``python -m training.evaluation.base --out build/base``. Both networks look in turn at the same
eight pictures, so that whatever else the machine does weighs on both; the share is the median over the rounds.
``--int8`` names a folder with INT8 files of the objects network (or the person network, which is told by its classes).
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import openvino as ov

from training.evaluation.speed import Timed, look_times
from vision.card import SHIPPED, read_card
from vision.closeup import EyeLimits


def measured(arguments: argparse.Namespace) -> list[Timed]:
    """Scenes at full and at the smallest input, close looks, and INT8 where it is given."""
    person, objects, base = arguments.person, arguments.objects, arguments.base
    small = EyeLimits().least_scene
    pairs = [
        ("scene pass", person, 640, base, 640),
        ("scene pass, posts that fill the picture", person, small, base, 640),
        ("close look", objects, 320, base, 320),
    ]
    if arguments.int8 is not None:
        of_people = read_card(arguments.int8).classes == ("person",)
        side, plain = (640, person) if of_people else (320, objects)
        pairs.append(("INT8 against the same in FP16", arguments.int8, side, plain, side))
    return look_times(pairs, arguments.rounds, arguments.threads)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="folder of the untuned network")
    parser.add_argument("--person", type=Path, default=SHIPPED / "person")
    parser.add_argument("--objects", type=Path, default=SHIPPED / "objects")
    parser.add_argument("--int8", type=Path, help="folder of a network in INT8")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--threads", type=int, default=0, help="of each network; 0 is one a core")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    results = measured(arguments)
    core = ov.Core()
    machine = {
        "cpu": core.get_property("CPU", "FULL_DEVICE_NAME"),
        "precisions": list(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
    }
    sys.stdout.write(f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_average']:.1f}\n")
    for one in results:
        low, high = one.middle
        sys.stdout.write(
            f"{one.name} at {one.side}: {one.looks_a_second:.1f} looks a second against {one.others_a_second:.1f}; "
            f"{one.ratio:.2f} of its time ({low:.2f} to {high:.2f} in {one.rounds} rounds)\n"
        )
    if arguments.json is not None:
        content = {"machine": machine, "looks": [asdict(one) for one in results]}
        arguments.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
