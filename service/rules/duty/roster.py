"""The roster: who is entered for a window at a moment. Nobody is recognised; who is not entered has no name."""

from collections.abc import Iterable
from dataclasses import dataclass

from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["Roster", "Rostered"]


@dataclass(frozen=True, slots=True)
class Rostered:
    """``person`` is entered for ``window`` from ``begins`` to before ``ends``."""

    person: str
    window: str
    begins: StreamTime
    ends: StreamTime


class Roster:
    """All entries of a hall."""

    def __init__(self, entries: Iterable[Rostered] = ()) -> None:
        self._by_window: dict[str, list[Rostered]] = {}
        for entry in entries:
            self._by_window.setdefault(entry.window, []).append(entry)

    def people_at(self, window: WindowId, at: StreamTime) -> tuple[str, ...]:
        """Whoever is entered for ``window`` at ``at``, each once, by name; several where one covers for another."""
        entries = self._by_window.get(window, ())
        return tuple(sorted({entry.person for entry in entries if entry.begins <= at < entry.ends}))

    def person_at(self, window: WindowId, at: StreamTime) -> str | None:
        """The one person that it must have been; None where nobody or more than one is entered, so nobody can tell."""
        people = self.people_at(window, at)
        return people[0] if len(people) == 1 else None
