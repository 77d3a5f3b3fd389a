"""How many windows one core judges: looks at two a second, the whole default rulebook and hours, against real time.

python benchmarks/rules.py [windows] [seconds]
"""

import json
import random
import statistics
import sys
import time

from service.rules.judge import Judge
from service.rules.rulebook import load_rulebook
from service.settings import GivenSettings
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

RATE = 2
START = 1_767_575_400 * SECOND  # Monday 2026-01-05, ten past nine by the hall's clock


def looks(window: WindowId, seconds: int, seed: int) -> list[Observation]:
    """A plausible stretch: mostly at work, now and then away or on the phone, a few looks that err or cannot tell."""
    rng = random.Random(seed)
    away, phone = False, False
    found = []
    for step in range(seconds * RATE):
        away = rng.random() < (0.002 if not away else 0.995)
        phone = rng.random() < (0.002 if not phone else 0.98)
        at = StreamTime(START + step * SECOND // RATE)
        if rng.random() < 0.01:
            found.append(Observation(window, at, reason="covered"))
            continue
        occupied = (not away) ^ (rng.random() < 0.02)
        found.append(
            Observation(
                window,
                at,
                occupied=occupied,
                phone_in_use=phone if occupied else False,
                badge=rng.choice([True, True, None]),
                uniform=rng.choice([True, None]),
                smoking=False,
                eating=False,
                phone_at_ear=phone if occupied else False,
                outsider=False,
                customer_count=rng.randrange(2),
                staff_count=int(occupied),
                queue_count=rng.randrange(14),
            )
        )
    return found


def main() -> None:
    windows = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    book = load_rulebook()
    ids = [WindowId(f"w{index}") for index in range(windows)]
    streams = [looks(window, seconds, seed) for seed, window in enumerate(ids)]
    site = GivenSettings()
    judge = Judge(dict.fromkeys(ids, book), site.duty_by_window(), site.shifts_by_window(), site.exempt())
    speeds = []  # in time of the processor: what else runs on the machine is no part of what one core can do
    events = 0
    for step in range(seconds * RATE):
        began = time.process_time()
        for stream in streams:
            events += len(judge.observe(stream[step]))
        speeds.append(1 / RATE / (time.process_time() - began))
    print(
        json.dumps(
            {
                "windows": windows,
                "rules": len(book.judged()),
                "times_real_time": {"median": round(statistics.median(speeds), 2), "min": round(min(speeds), 2)},
                "changes": events,
            }
        )
    )


if __name__ == "__main__":
    main()
