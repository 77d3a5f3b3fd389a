"""What every request needs of the running site, handed over once when the service is composed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import Depends
from starlette.requests import HTTPConnection

from service.api.board import Board
from service.evidence.retention import Retention
from service.evidence.signing import SiteKey
from service.evidence.upkeep import Trouble
from service.exporting import ExportDesk
from service.parts import InForce, Refusal
from service.rules.rulebook import Rulebook
from service.settings import Settings
from service.storage import Database
from service.trying import TrialDesk
from vision.observation import WindowId

__all__ = ["Site", "SiteDep", "WorkerStatus", "Workers"]


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A worker process as its supervisor sees it."""

    id: str
    state: str
    pid: int | None
    restarts: int
    trouble: str | None


class Workers(Protocol):
    """The engine, as far as the API has to do with it."""

    def statuses(self) -> list[WorkerStatus]: ...

    async def restart(self, *cameras: str) -> None:
        """Let the workers of ``cameras`` begin anew with the present configuration."""

    async def tell(self) -> None:
        """Hand every worker the present configuration, for what needs no restart: hours, leave, uniforms."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """The running site: what holds ``in_force`` now, with ``refusal`` of rules that no network of it answers.

    ``token`` is what workers show; ``troubles``: what of its own upkeep needs a person. ``telling`` is held by whoever
    tells pages of an event, ``reading`` by whoever reads a table, which takes much memory for its size.
    """

    in_force: InForce
    refusal: Refusal
    database: Database
    board: Board
    evidence: Path
    model: str
    token: str
    workers: Workers
    key: SiteKey
    retention: Retention
    troubles: Callable[[], Sequence[Trouble]]
    disk: Callable[[], tuple[int, float]]
    exports: ExportDesk = field(default_factory=ExportDesk)
    trials: TrialDesk = field(default_factory=TrialDesk)
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def settings(self) -> Settings:
        return self.in_force.now.settings

    @property
    def books(self) -> Mapping[WindowId, Rulebook]:
        return self.in_force.now.books

    @property
    def hall_book(self) -> Rulebook:
        return self.in_force.now.hall_book

    def book(self, version: str) -> Mapping[str, Any] | None:
        """The content of an active rulebook, None when it is an older one."""
        for book in (self.hall_book, *self.books.values()):
            if book.version == version:
                return book.model_dump(mode="json")
        return None


def _site(connection: HTTPConnection) -> Site:
    site: Site = connection.app.state.site
    return site


SiteDep = Annotated[Site, Depends(_site)]
