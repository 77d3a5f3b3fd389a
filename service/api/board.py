"""The live board: the latest state of every camera and window, and the pages that follow it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vision.streamtime import SECOND, StreamTime

__all__ = ["Board", "Follower", "WorkerState"]

_LOST_AFTER: Final = 5 * SECOND


@dataclass(slots=True)
class WorkerState:
    """The last state message of a worker and when it came."""

    heard_at: StreamTime
    message: Mapping[str, Any]


@dataclass(slots=True, eq=False)
class Follower:
    """One page: waits for news, and never queues more than the latest state."""

    news: asyncio.Event = field(default_factory=asyncio.Event)
    events: list[dict[str, Any]] = field(default_factory=list)


class Board:
    """Latest wins: nothing here is history, and nothing is lost when it is.

    ``opened`` is called when the first page begins to follow.
    """

    def __init__(self, clock: Callable[[], StreamTime], opened: Callable[[], None] | None = None) -> None:
        self._clock = clock
        self._opened = opened
        self._workers: dict[str, WorkerState] = {}
        self._pictures: dict[str, tuple[StreamTime, bytes]] = {}
        self._followers: set[Follower] = set()

    def now(self) -> StreamTime:
        return self._clock()

    def hear(self, worker: str, message: Mapping[str, Any]) -> None:
        """Take a worker's state message."""
        self._workers[worker] = WorkerState(self._clock(), message)
        self._wake()

    def hang_up(self, worker: str) -> None:
        """The worker's connection ended: its windows are unknown from now on."""
        self._workers.pop(worker, None)
        self._wake()

    def show(self, camera: str, at: StreamTime, jpeg: bytes) -> None:
        """Keep a camera's latest picture."""
        self._pictures[camera] = (at, jpeg)

    def picture(self, camera: str) -> tuple[StreamTime, bytes] | None:
        return self._pictures.get(camera)

    def cameras(self) -> dict[str, Mapping[str, Any]]:
        """What workers last said of their cameras; those of a silent worker are left out."""
        now = self._clock()
        return {
            camera["id"]: camera
            for state in self._workers.values()
            if now - state.heard_at <= _LOST_AFTER
            for camera in state.message["cameras"]
        }

    def going_on(self) -> dict[str, StreamTime]:
        """The events that are open as workers last said, each with its last offending look."""
        return {
            breach["event"]: StreamTime(breach["until"])
            for camera in self.cameras().values()
            for window in camera["windows"]
            for breach in window["breaches"]
            if breach["event"] is not None
        }

    def workers(self) -> dict[str, WorkerState]:
        return dict(self._workers)

    def announce(self, events: Iterable[dict[str, Any]]) -> None:
        """Tell every page of events that opened or changed."""
        told = list(events)
        for follower in self._followers:
            follower.events.extend(told)
        self._wake()

    def follow(self) -> Follower:
        follower = Follower()
        follower.news.set()
        self._followers.add(follower)
        opened, self._opened = self._opened, None
        if opened is not None:
            opened()
        return follower

    def leave(self, follower: Follower) -> None:
        self._followers.discard(follower)

    def _wake(self) -> None:
        for follower in self._followers:
            follower.news.set()
