"""Kill -9 of workers and of the service, at any moment: every breach is an event exactly once, whole, in its place."""

import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from service.evidence.manifest import verify
from service.rules import Event, Judge
from service.rules.duty import always_on
from service.settings import Settings
from service.worker.looklog import LookLog
from tests.fixtures.counter_film import ZONE, Counter, on_air
from tests.fixtures.served import Served, serving
from tests.fixtures.toy_network import write_networks
from tests.fixtures.waiting import until
from vision.observation import Observation
from vision.streamtime import SECOND, StreamTime

VICTIMS = ("worker", "worker", "service") * 3 + ("both",)  # who kills a worker too often waits long for the next one
AFTER_S = 1.5
ENOUGH = 20  # looks that find the post vacant, five a second: from these on there was an absence for certain
COUNTERS = {name: Counter(there_s=9, period_s=22, late_s=late) for name, late in (("a", 0), ("b", 7), ("c", 14))}


@pytest.mark.slow
def test_ten_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with on_air(tmp_path, COUNTERS) as air, serving(tmp_path, configuration(tmp_path, air.url)) as served:
        zero = time.time() - (air.position or 0)
        until(served.watches, "every window is judged", 60)
        began = time.time() - zero
        for victim in VICTIMS:
            moment = time.monotonic() + chance.uniform(0.5, 3.5)
            until(lambda moment=moment: time.monotonic() >= moment, "the moment has come")  # type: ignore[misc]
            kill(served, victim)
            until(served.watches, f"every window is judged again after the {victim} was killed", 60)
        # Kills may come so close that nobody sees a clerk leave; in one round more everybody does.
        round_over = time.monotonic() + COUNTERS["a"].period_s + AFTER_S + 3
        until(lambda: time.monotonic() >= round_over, "every clerk has left once more", 60)
        ended = time.time() - zero
        due = events_of(tmp_path)
        until(lambda: is_kept(served, tmp_path, due), f"{len(due)} events are kept with their evidence", 60)
        kept = [{**event, **spanned(event)} for event in served.events()]
        possible = {event.id for event in events_of(tmp_path)}

    assert len({event["id"] for event in kept}) == len(kept)
    assert {event["id"] for event in kept} <= possible
    begins = 0
    for name, counter in COUNTERS.items():
        spans = [(event["started"] - zero, event["ended"] - zero) for event in kept if event["window"] == f"w-{name}"]
        for begin, end in counter.absences(began, ended):
            seen = [at for at in vacant(tmp_path, name, zero) if begin <= at <= end]
            if len(seen) < ENOUGH:
                continue  # the worker was down for nearly all of it: nobody can tell whether it lasted
            (own,) = [span for span in spans if span[0] < end - 0.5 and span[1] > begin + 0.5]
            if own[0] > begin - 1:  # else it goes on from the absence before: nobody saw the clerk between
                assert own[0] == pytest.approx(seen[0], abs=1.0)
                begins += 1
    print(f"{len(kept)} events, {begins} begins held against the script")
    assert begins >= 1


def configuration(folder: Path, address: Callable[[str], str]) -> dict[str, Any]:
    return {
        "data": str(folder / "data"),
        "duty": {"always": True},
        "models": write_networks(folder),
        "rules": {"leave_post": {"after": AFTER_S, "clear_after": 0.5}},
        "recorder": {"min_free_mb": 0, "post_roll": 5},
        "cameras": [
            {"id": name, "source": address(name), "windows": [{"id": f"w-{name}", "zones": {"staff": list(ZONE)}}]}
            for name in COUNTERS
        ],
    }


def kill(served: Served, victim: str) -> None:
    workers = served.workers()
    if victim != "worker":
        served.kill()
    if victim != "service":
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
    if victim != "worker":
        served.start()
    until(lambda: not set(served.workers()) & set(workers), "the worker is gone", 40)


def looks_of(folder: Path, camera: str) -> Iterator[Observation]:
    """Everything that was ever judged at, by whichever worker."""
    for look in LookLog(folder / "data" / "looks" / camera).between(StreamTime(0), StreamTime(2**60)):
        yield from look.observations


def vacant(folder: Path, camera: str, zero: float) -> list[float]:
    """When somebody looked and nobody was there, in seconds of the broadcast."""
    return [look.at / SECOND - zero for look in looks_of(folder, camera) if look.occupied is False]


def events_of(folder: Path) -> list[Event]:
    """What one judge makes of all looks, whom nobody killed."""
    books = Settings(**configuration(folder, str)).books()
    events: dict[str, Event] = {}
    for camera in COUNTERS:
        judge = Judge(books, always_on)
        for look in looks_of(folder, camera):
            events.update((event.id, event) for event in judge.observe(look))
    return list(events.values())


def is_kept(served: Served, folder: Path, due: list[Event]) -> bool:
    """Whether the service has all of ``due`` as they are, or closed meanwhile, the closed ones with whole evidence."""
    kept = {event["id"]: event for event in served.events()}
    return all(
        (found := kept.get(event.id)) is not None
        and abs(spanned(found)["started"] - event.started_at / SECOND) < 0.001
        and (event.state == "open" or (found["state"] == event.state and is_whole(served, folder, event)))
        for event in due
    )


def is_whole(served: Served, folder: Path, event: Event) -> bool:
    told = served.get(f"/events/{event.id}/evidence")
    (place,) = (folder / "data" / "evidence").glob(f"*/{event.id}")
    return told is not None and told["complete"] and not verify(place)


def spanned(event: dict[str, Any]) -> dict[str, float]:
    """When an event of the API began and ended; one that is open goes on."""
    started, until_ = (datetime.fromisoformat(event[key]).timestamp() for key in ("started_at", "until"))
    return {"started": started, "ended": math.inf if event["state"] == "open" else until_}
