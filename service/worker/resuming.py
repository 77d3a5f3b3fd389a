"""How a worker goes on after a restart: from the kept rule state, by what was in force when it was kept."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from pydantic import ValidationError

from service.rules.event import Event
from service.rules.judge import Judge
from service.rules.rulebook import Rulebook
from service.settings import GivenSettings, Settings
from service.worker.post import CameraPost
from service.worker.spool import Spool
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["in_force", "resumed"]

log = structlog.get_logger()

_NO_SOURCE: Final = "none"  # sources carry passwords, which no file has to


def in_force(settings: Settings, books: Mapping[WindowId, Rulebook]) -> dict[str, Any]:
    """What looks are judged by, as plain values to be kept beside the rule state: hours, leave, versions of books."""
    values = settings.model_dump(mode="json", include={"hall", "duty", "leave", "cameras"})
    values["cameras"] = [
        {
            "id": camera["id"],
            "source": _NO_SOURCE,
            "windows": [{"id": window["id"], "duty": window["duty"]} for window in camera["windows"]],
        }
        for camera in values["cameras"]
    ]
    return {"settings": values, "books": {window: book.version for window, book in books.items()}}


def resumed(
    judge: Judge,
    spool: Spool,
    posts: Iterable[CameraPost],
    settings: Settings,
    books: Mapping[WindowId, Rulebook],
    now: StreamTime,
) -> list[Event]:
    """Bring ``judge``, which judges by ``settings`` and ``books``, to where the worker before was.

    Returns the events that opened or closed. Looks that were logged, but not yet in the kept state when a worker was
    killed, are judged by the hours, the leave and the rulebook of then, which may have been edited since. Then events
    end that cannot go on by those of now.
    """
    settings, books = _of_then(spool, settings, books)
    before = Judge(books, settings.duty_by_window(), settings.shifts_by_window(), settings.exempt())
    restored = before.restore(spool.state(), now)
    if restored.unreadable:
        log.warning(
            "rule state cannot be read, another version kept it or the disk has spoilt it; judging begins anew",
            of=[f"{window}/{rule}" if rule else window for window, rule in restored.unreadable],
        )
    events = restored.ended
    for post in posts:
        since = before.judged_until(post.windows)
        for look in post.log.between(since, now) if since is not None else ():
            for observation in look.observations:
                if observation.window in books:
                    events += before.observe(observation)
    return events + judge.restore(before.snapshot(books), now).ended


def _of_then(
    spool: Spool, settings: Settings, books: Mapping[WindowId, Rulebook]
) -> tuple[Settings, Mapping[WindowId, Rulebook]]:
    """What was in force when the state was kept; what is now, where nobody can tell."""
    kept = spool.in_force()
    try:
        then = GivenSettings(**kept["settings"])
        known = {WindowId(window): spool.book(version) for window, version in kept["books"].items()}
        return then, {**books, **{window: Rulebook.model_validate(book) for window, book in known.items()}}
    except (ValidationError, LookupError, TypeError, AttributeError):
        return settings, books
