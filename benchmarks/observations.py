"""What the observation log costs and what it keeps: bytes and time a window, and the events judged on it again.

python benchmarks/observations.py [--windows 8] [--hours 2] [--looks LOOKS.jsonl ...]

Without ``--looks``, windows of a simulated hall under two kinds of noise: ``steady`` answers err in bursts, as a
network's do; ``noisy`` ones are drawn anew at every look (`benchmarks/rules.py`), which no log can hold in little.
With ``--looks``, what `zaigang replay --looks` has written of films.
"""

import argparse
import gzip
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import rules
from service.looks import read_looks
from service.observations import ObservationLog, ObservationReader, compress, hours
from service.rules.duty import always_on
from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import load_rulebook, overridden
from service.score import Interval, score
from vision.observation import SIGNALS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

_RATE = 5
_START = StreamTime(1_767_574_800 * SECOND)
_LATE = StreamTime(4_000_000_000 * SECOND)


def steady(window: WindowId, seconds: int, seed: int) -> list[Observation]:
    """A stretch as a network sees it: what is so lasts minutes, errs and cannot tell for a second or some."""
    rng = random.Random(seed)
    truth: dict[str, bool] = {"occupied": True, "badge": True, "uniform": True}
    lasting = {"occupied": 600.0, "phone_in_use": 240.0, "phone_at_ear": 900.0, "eating": 1800.0, "smoking": 5400.0}
    lasting |= {"badge": 1500.0, "uniform": 3600.0, "outsider": 1800.0}
    wrong: dict[str, tuple[float, bool | None]] = {}
    people = {"customer_count": 1, "queue_count": 6}
    found = []
    for step in range(seconds * _RATE):
        now = step / _RATE
        for name in SIGNALS:
            usual = name in ("occupied", "badge", "uniform")
            mean = lasting[name] if truth.get(name, False) is usual else lasting[name] / 8
            if rng.random() < 1 / (mean * _RATE):
                truth[name] = not truth.get(name, False)
            if rng.random() < 1 / (45 * _RATE):
                wrong[name] = now + rng.expovariate(1 / 0.8), rng.choice((None, None, not truth.get(name, False)))
        for name in people:
            if rng.random() < 1 / (8 * _RATE):
                people[name] = max(0, people[name] + rng.choice((-1, 1)))
        said: dict[str, bool | None] = {
            name: wrong[name][1] if name in wrong and wrong[name][0] > now else truth.get(name, False)
            for name in SIGNALS
        }
        if not said["occupied"]:
            said |= {"badge": None, "uniform": None, "phone_in_use": False, "phone_at_ear": False}
        sure = {
            name: round(min(1.0, max(0.0, rng.gauss(0.85, 0.05))), 3) for name, one in said.items() if one is not None
        }
        at = StreamTime(_START + step * SECOND // _RATE + rng.randrange(60_000))
        found.append(
            Observation(window, at, **said, staff_count=int(bool(said["occupied"])), **people, confidence=sure)
        )
    return found


def noisy(window: WindowId, seconds: int, seed: int) -> list[Observation]:
    rules.RATE = _RATE
    return [replace(look, at=StreamTime(look.at + _START)) for look in rules.looks(window, seconds, seed)]


def kept(streams: Sequence[Sequence[Observation]], folder: Path) -> dict[str, float]:
    """Writes the log of one camera that sees all ``streams``; bytes an hour and window, and what a look takes."""
    log = ObservationLog(folder / "cam")
    looks = sorted((look for stream in streams for look in stream), key=lambda look: look.at)
    began = time.process_time()
    for look in looks:
        log.write((look,))
    log.close()
    taken = time.process_time() - began
    files = [hour.files[0] for hour in hours(folder / "cam")]
    plain = sum(file.stat().st_size for file in files)
    began = time.process_time()
    compress(folder / "cam", _LATE)
    packing = time.process_time() - began
    small = sum(hour.files[0].stat().st_size for hour in hours(folder / "cam"))
    length = (looks[-1].at - looks[0].at) / SECOND / 3600 * len(streams)
    return {
        "us_a_look": round(taken / len(looks) * 1e6, 1),
        "ms_to_compress_a_window_hour": round(packing / length * 1e3, 1),
        "kb_a_window_hour_open": round(plain / length / 1000, 1),
        "kb_a_window_hour": round(small / length / 1000, 1),
        "kb_a_window_hour_of_looks": round(
            len(gzip.compress("\n".join(map(repr, looks[:20_000])).encode()))
            / min(len(looks), 20_000)
            * len(looks)
            / length
            / 1000,
            1,
        ),
    }


def judged(looks: Sequence[Observation], windows: Sequence[WindowId]) -> list[Event]:
    book = overridden(load_rulebook(), {"leave_post": {"after": "60s"}, "visiting": {"after": "30s"}}, "benchmark")
    judge = Judge(dict.fromkeys(windows, book), always_on)
    events: dict[str, Event] = {}
    for look in looks:
        events.update((event.id, event) for event in judge.observe(look))
    events.update((event.id, event) for event in judge.unreported())
    return list(events.values())


def compared(full: Sequence[Event], again: Sequence[Event]) -> dict[str, float]:
    """Events on the looks themselves against those on the log: pairs, and by how much their times differ."""
    result = score([_interval(one) for one in full], [_interval(one) for one in again], 0)
    apart = [
        max(
            abs(one.start_s - other.start_s),
            abs(one.end_s - other.end_s),
            abs((one.satisfied_s or 0) - (other.satisfied_s or 0)),
        )
        for one, other in result.matches
    ]
    return {
        "events": len(full),
        "lost": len(result.misses),
        "new": len(result.false_alarms),
        "apart_s_max": round(max(apart, default=0), 2),
        "within_1s": sum(one <= 1 for one in apart),
    }


def _interval(event: Event) -> Interval:
    times = ((at - _START) / SECOND for at in (event.started_at, event.until, event.satisfied_at))
    return Interval(event.window, event.rule, *times)


def measured(name: str, streams: Sequence[Sequence[Observation]]) -> dict[str, object]:
    windows = [stream[0].window for stream in streams]
    with tempfile.TemporaryDirectory() as folder:
        cost = kept(streams, Path(folder))
        full = [event for stream in streams for event in judged(stream, windows)]
        said: dict[str, object] = {"of": name, "windows": len(streams), **cost}
        for how in ("log", "thinned"):
            reader = ObservationReader(Path(folder))
            began = time.process_time()
            looks = list(reader.looks("cam", StreamTime(0), _LATE, thinned=how == "thinned"))
            taken = time.process_time() - began
            again = judged(looks, windows)
            said[how] = {
                "looks": len(looks),
                "us_to_read_one": round(taken / len(looks) * 1e6, 1),
                **compared(full, again),
            }
        said["looks"] = sum(map(len, streams))
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--looks", type=Path, nargs="*")
    arguments = parser.parse_args()
    seconds = round(arguments.hours * 3600)
    for file in arguments.looks or ():
        found: dict[WindowId, list[Observation]] = {}
        for look in read_looks(file, _START).looks:
            found.setdefault(look.window, []).append(look)
        sys.stdout.write(json.dumps(measured(file.name, list(found.values()))) + "\n")
    for kind in () if arguments.looks else (steady, noisy):
        streams = [kind(WindowId(f"w{index}"), seconds, index) for index in range(arguments.windows)]
        sys.stdout.write(json.dumps(measured(kind.__name__, streams)) + "\n")


if __name__ == "__main__":
    main()
