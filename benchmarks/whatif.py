"""What trying another rulebook costs: seconds of one core a window and hour, where one, some or all rules differ.

python -m benchmarks.whatif [--windows 2] [--hours 0.5]

The log is that of a simulated hall (`steady` of `benchmarks/observations.py`) in its first hours, three at most, and on
a day on which it is closed.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.observations import steady
from service.observations import ObservationLog
from service.rules.rulebook import load_rulebook
from service.settings import GivenSettings, Settings
from service.whatif import Question, Span, answer_of_log, other_books
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

_START = 1_767_574_800  # Monday 2026-01-05, 09:00 of the hall
_CHANGES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "phone_use": {"phone_use": {"after": "20s"}},
    "leave_post": {"leave_post": {"after": "60s"}},
    "every rule": {name: {"cool_down": "99s"} for name in load_rulebook().judged()},
}


def seconds_taken(settings: Settings, changes: Mapping[str, Mapping[str, Any]], data: Path, seconds: int) -> float:
    """Time of the processor for a question about the whole log, the least of three."""
    now = settings.books()
    span = Span(StreamTime(_START * SECOND), StreamTime((_START + seconds) * SECOND))
    question = Question(settings, now, other_books(settings, now, None, changes), span)
    taken = []
    for _ in range(3):
        began = time.process_time()
        answer_of_log(question, span, data, lambda _done, _of: None)
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--hours", type=float, default=0.5)
    arguments = parser.parse_args()
    names, seconds = [f"w{index}" for index in range(arguments.windows)], round(arguments.hours * 3600)
    cameras = [{"id": "cam", "source": "none", "windows": [{"id": name} for name in names]}]
    with tempfile.TemporaryDirectory() as folder:
        log = ObservationLog(Path(folder) / "observations" / "cam")
        streams = [steady(WindowId(name), seconds, index) for index, name in enumerate(names)]
        for look in sorted((look for stream in streams for look in stream), key=lambda look: look.at):
            log.write([look])
        log.close()
        for closed in ([], [{"from": "2026-01-05", "why": "benchmark"}]):
            settings = GivenSettings(cameras=cameras, duty={"closed": closed})
            taken = {
                name: round(seconds_taken(settings, changes, Path(folder), seconds) / len(names) / arguments.hours, 3)
                for name, changes in _CHANGES.items()
            }
            sys.stdout.write(json.dumps({"on duty": not closed, "s_a_window_hour": taken}) + "\n")


if __name__ == "__main__":
    main()
