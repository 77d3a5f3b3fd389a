"""The audit of a site: whether the journal is what was written, and the evidence what the journal says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from service.evidence.journal import ChainCheck, Row
from service.evidence.manifest import MANIFEST, Problem, seal_in, seal_of, verify

__all__ = ["JOURNAL", "Audit", "Standing", "event_folders"]

JOURNAL: Final = "journal"
"""What a problem of the chain is said to be in."""


@dataclass(slots=True)
class Standing:
    """What the journal says last of one event: its manifest's row, folder and seal, its verdict, the deletion's row."""

    row: int = 0
    folder: str = ""
    seal: str | None = None
    verdict: str = "pending"
    deleted: int = 0


@dataclass(slots=True)
class Audit:
    """Takes the journal's rows one by one, then looks at the evidence below ``root``.

    ``undelivered``: the seals of manifests that workers hold for an event and have not delivered yet. ``is_fresh``:
    whether a folder was being written just now, so that the journal need not know it. ``reach``: the last row's number.
    """

    root: Path
    check: ChainCheck
    undelivered: Mapping[str, frozenset[str]]
    is_fresh: Callable[[Path], bool]
    standings: dict[str, Standing] = field(default_factory=dict)
    rows: int = 0
    reach: int = 0

    def row(self, row: Row) -> list[Problem]:
        """What is wrong at the journal's next row."""
        self.rows += 1
        self.reach = max(self.reach, row.n)
        content, event = row.content, row.event
        if event is not None:
            standing = self.standings.setdefault(event, Standing())
            if row.kind == "manifest":
                standing.row, standing.deleted = row.n, 0
                standing.folder, standing.seal = str(content.get("folder", "")), content.get("sha256")
            elif row.kind == "deleted":
                standing.deleted = row.n
            elif row.kind == "verdict":
                standing.verdict = str(content.get("verdict"))
        return [Problem(JOURNAL, str(fault)) for fault in self.check.row(row)]

    def end(self) -> list[Problem]:
        """What is wrong with the journal's end."""
        return [Problem(JOURNAL, str(fault)) for fault in self.check.end()]

    def evidence(self, only: str | None = None, later: Callable[[], Iterable[Row]] = tuple) -> list[Problem]:
        """In what the folders, all or that of one event, are not what the journal says.

        ``later`` gives the rows that were written since the last one that was taken. It is asked where something
        differs: a site that runs goes on while it is looked at, and a look at many folders takes its time.
        """
        folders = self._folders()
        wanted = sorted({*folders, *self.standings}) if only is None else [only]
        found = {event: wrong for event in wanted if (wrong := self._of(event, folders.get(event)))}
        in_chain: list[Problem] = []
        while found:
            rows = list(later())
            in_chain += [problem for row in rows for problem in self.row(row)]
            again = {row.event for row in rows if row.event in found}
            if not again:
                break
            folders = self._folders()
            found |= {event: self._of(event, folders.get(event)) for event in again if event is not None}
            found = {event: wrong for event, wrong in found.items() if wrong}
        return [*in_chain, *(problem for wrong in found.values() for problem in wrong)]

    def _folders(self) -> dict[str, Path]:
        return {folder.name: folder for folder in event_folders(self.root)}

    def _of(self, event: str, folder: Path | None) -> list[Problem]:
        standing = self.standings.get(event, Standing())
        if folder is None:
            if not standing.row or standing.deleted:
                return []
            what = f"is missing: row {standing.row} of the journal names it"
            return [Problem(str(self.root / standing.folder), what)]
        if standing.deleted:
            what = f"is still there: row {standing.deleted} of the journal says that it is deleted"
            return [Problem(str(folder), what)]
        found = [Problem(str(folder / one.file), one.what) for one in verify(folder)]
        seal = seal_in(folder)
        known = {None, standing.seal, *self.undelivered.get(event, ())}
        if seal in known or self.is_fresh(folder):
            return found
        what = f"is not the one that row {standing.row} of the journal names"
        return [*found, Problem(str(folder / MANIFEST), what if standing.row else "is in no row of the journal")]

    def kept(
        self, event: str, verdict: str, manifest: Mapping[str, Any] | None, facts: Mapping[str, Any]
    ) -> list[Problem]:
        """In what the database's own copy of an event is not what the journal says.

        ``facts``: what the event's row holds; it is compared with the manifest of an event that is over.
        """
        standing, found = self.standings.get(event, Standing()), []
        name = f"database, event {event}"
        if verdict != standing.verdict:
            found.append(Problem(name, f'its verdict "{verdict}" is not the one of the journal ("{standing.verdict}")'))
        if manifest is None or not standing.row:
            return found
        if seal_of(manifest) != standing.seal:
            found.append(Problem(name, f"its manifest is not the one that row {standing.row} of the journal names"))
        elif manifest.get("complete"):
            said = manifest.get("event") or {}
            strange = [key for key, value in facts.items() if said.get(key) != value]
            if strange:
                found.append(Problem(name, f"its {', '.join(strange)} is not what its manifest says"))
        return found


def event_folders(root: Path) -> Iterable[Path]:
    """The folders of events below the evidence folder ``root``, in the order of their months."""
    return sorted(folder for folder in root.glob("*/*") if folder.is_dir())
