"""The audit of a site: whether the journal is what was written, and evidence and database what the journal says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.evidence.journal import MANIFESTS, ChainCheck, Row
from service.evidence.manifest import MANIFEST, Problem, seal_in, seal_of, verify

if TYPE_CHECKING:
    from service.storage.audit import AuditedEvent, AuditedRevision

__all__ = ["JOURNAL", "Audit", "Standing", "event_folders"]

JOURNAL: Final = "journal"
"""What a problem of the chain is said to be in."""

_NAMED: Final = 10
"""Events that a note names one by one."""


@dataclass(slots=True)
class Standing:
    """What the journal says last of one event.

    ``row``, ``folder``, ``seal`` and ``is_complete`` are those of its manifest; ``deleted`` and ``held`` the rows that
    say so, 0 where none does; ``adopted`` is ``row`` where that only adopted the manifest; ``named`` the first row that
    names the event.
    """

    named: int
    row: int = 0
    adopted: int = 0
    folder: str = ""
    seal: str | None = None
    is_complete: bool = False
    deleted: int = 0
    held: int = 0
    verdicts: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return str(self.verdicts[-1]["verdict"]) if self.verdicts else "pending"


@dataclass(slots=True)
class Audit:
    """Takes the journal's rows one by one, then the database's events, then looks at the evidence below ``root``.

    ``undelivered``: the seals of manifests that workers hold for an event and have not delivered yet. ``is_fresh``:
    whether a folder was being written just now, so that the journal need not know it. Neither counts once the journal
    has the whole manifest of an event: nobody makes another one. ``awaited``: the events for which either counted.
    ``reach``: the last row's number.
    """

    root: Path
    check: ChainCheck
    undelivered: Mapping[str, frozenset[str]]
    is_fresh: Callable[[Path], bool]
    standings: dict[str, Standing] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    rows: int = 0
    reach: int = 0
    _began: int | None = None
    _saved: dict[tuple[str, int], Row] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def row(self, row: Row) -> list[Problem]:
        """What is wrong at the journal's next row."""
        self.rows += 1
        self.reach = max(self.reach, row.n)
        if self._began is None and isinstance(row.at, int):
            self._began = row.at
        found = [str(fault) for fault in self.check.row(row)]
        if row.kind == "revision":
            found += self._save(row)
        if isinstance(row.event, str):
            standing = self.standings.setdefault(row.event, Standing(row.n))
            found += _follow(standing, row)
        return [Problem(JOURNAL, what) for what in found]

    def _save(self, row: Row) -> list[str]:
        """Take up which version of a part ``row`` says was saved."""
        part, version = row.content.get("part"), row.content.get("version")
        if not isinstance(part, str) or not isinstance(version, int):
            return [f"row {row.n} names no version of a part"]
        known = self._saved.setdefault((part, version), row)
        return [] if known is row else [f"row {row.n} saves version {version} of {part}, which row {known.n} has saved"]

    def end(self) -> list[Problem]:
        """What is wrong with the journal's end."""
        return [Problem(JOURNAL, str(fault)) for fault in self.check.end()]

    def evidence(self, only: str | None = None, later: Callable[[], Iterable[Row]] = tuple) -> list[Problem]:
        """In what the folders, all or those of one event, are not what the journal says.

        ``later`` gives the rows that were written since the last one that was taken. It is asked where something
        differs: a site that runs goes on while it is looked at, and a look at many folders takes its time.
        """
        folders = self._folders()
        wanted = sorted({*folders, *self.standings}) if only is None else [only]
        found = {event: wrong for event in wanted if (wrong := self._of(event, folders.get(event, [])))}
        in_chain: list[Problem] = []
        while found:
            rows = list(later())
            in_chain += [problem for row in rows for problem in self.row(row)]
            again = {row.event for row in rows if row.event in found}
            if not again:
                break
            folders = self._folders()
            found |= {event: self._of(event, folders.get(event, [])) for event in again if event is not None}
            found = {event: wrong for event, wrong in found.items() if wrong}
        return [*in_chain, *(problem for wrong in found.values() for problem in wrong)]

    def _folders(self) -> dict[str, list[Path]]:
        """Where there are folders of each event."""
        found: dict[str, list[Path]] = {}
        for folder in event_folders(self.root):
            found.setdefault(folder.name, []).append(folder)
        return found

    def _of(self, event: str, folders: list[Path]) -> list[Problem]:
        standing = self.standings.get(event, Standing(0))
        if not standing.row:
            return [problem for folder in folders for problem in self._at(event, folder, standing)]
        place, found = self.root / standing.folder, []
        for folder in folders:
            if folder != place:
                what = f"is not where row {standing.row} of the journal has the event's evidence"
                found.append(Problem(str(folder), what))
        if standing.deleted and place in folders:
            what = f"is still there: row {standing.deleted} of the journal says that it is deleted"
            found.append(Problem(str(place), what))
        elif place in folders:
            found += self._at(event, place, standing)
        elif not standing.deleted:
            found.append(Problem(str(place), f"is missing: row {standing.row} of the journal names it"))
        return found

    def _at(self, event: str, folder: Path, standing: Standing) -> list[Problem]:
        found = [Problem(str(folder / one.file), one.what) for one in verify(folder)]
        seal = seal_in(folder)
        if seal in (None, standing.seal):
            return found
        if not standing.is_complete and (seal in self.undelivered.get(event, ()) or self.is_fresh(folder)):
            self.awaited.add(event)
            return found
        what = f"is not the one that row {standing.row} of the journal names"
        return [*found, Problem(str(folder / MANIFEST), what if standing.row else "is in no row of the journal")]

    def kept(self, one: "AuditedEvent") -> list[Problem]:
        """In what the database's own rows about an event are not what the journal says."""
        self._seen.add(one.id)
        standing = self.standings.get(one.id, Standing(0))
        found = []
        if one.verdict != standing.verdict:
            found.append(f'its verdict "{one.verdict}" is not the one of the journal ("{standing.verdict}")')
        elif list(one.verdicts) != standing.verdicts:
            found.append("what was said of it by whom, when and why is not what the journal says")
        if one.is_held and not standing.held:
            found.append("it is held, and no row of the journal says so")
        elif standing.held and not one.is_held:
            found.append(f"it is no longer held: row {standing.held} of the journal holds it, and none releases it")
        found += _of_evidence(one, standing)
        made_at = one.manifest.get("made_at") if one.manifest is not None else None
        if standing.adopted and isinstance(made_at, int) and self._began is not None and made_at > self._began:
            found.append(f"its manifest was made when there was a journal, which row {standing.adopted} only adopted")
        return [Problem(f"database, event {one.id}", what) for what in found]

    def absent(self, only: str | None = None) -> list[Problem]:
        """The events that the journal names, and that the database no longer has."""
        wanted = self.standings if only is None else {only} & self.standings.keys()
        return [
            Problem(
                f"database, event {event}", f"is missing: row {self.standings[event].named} of the journal names it"
            )
            for event in sorted(wanted)
            if event not in self._seen
        ]

    def revisions(self, kept: Iterable["AuditedRevision"]) -> list[Problem]:
        """In what the versions of edited parts in the database are not those of the journal."""
        found, seen = [], set()
        for one in kept:
            seen.add((one.part, one.version))
            row = self._saved.get((one.part, one.version))
            if row is None:
                found.append((one.part, one.version, "is in no row of the journal"))
            elif dict(one.said) != {"at": row.at, **{name: row.content.get(name) for name in ("by", "why", "sha256")}}:
                found.append((one.part, one.version, f"is not what row {row.n} of the journal says was saved"))
        gone = sorted(self._saved.keys() - seen)
        found += [(*key, f"is missing: row {self._saved[key].n} of the journal names it") for key in gone]
        return [Problem(f"database, version {version} of {part}", what) for part, version, what in found]

    def notes(self, only: str | None = None) -> list[str]:
        """What is no fault and should be known: dates in disorder, and evidence that came without a row of its own."""
        wanted = self.standings if only is None else {only} & self.standings.keys()
        adopted = sorted((self.standings[event].adopted, event) for event in wanted if self.standings[event].adopted)
        if not adopted:
            return self.check.notes
        named = ", ".join(f"{event} (row {row})" for row, event in adopted[:_NAMED])
        more = f" and {len(adopted) - _NAMED} more" if len(adopted) > _NAMED else ""
        return [*self.check.notes, f"evidence that was not journaled when it was made, adopted later: {named}{more}"]


def _follow(standing: Standing, row: Row) -> list[str]:
    """Take up what ``row`` says of its event; returns what no worker and no service would have written."""
    content = row.content
    if row.kind in MANIFESTS:
        seal = content.get("sha256")
        before = standing.row if standing.is_complete and seal != standing.seal else 0
        standing.adopted = row.n if row.kind == "adopted" else 0
        standing.row, standing.deleted, standing.folder = row.n, 0, str(content.get("folder", ""))
        standing.seal, standing.is_complete = seal, standing.is_complete or content.get("complete") is True
        return [f"row {row.n} has another manifest than row {before}, which had the whole one"] if before else []
    if row.kind == "deleted":
        standing.deleted = row.n
        return [f"row {row.n} deletes what row {standing.held} holds"] if standing.held else []
    if row.kind == "verdict":
        standing.verdicts.append({"at": row.at, **{name: content.get(name) for name in ("verdict", "by", "why")}})
    elif row.kind in ("hold", "release"):
        standing.held = row.n if row.kind == "hold" else 0
    return []


def _of_evidence(one: "AuditedEvent", standing: Standing) -> list[str]:
    """In what the database's copy of an event's manifest, and what it explains, are not what was recorded."""
    manifest, row = one.manifest, standing.row
    if manifest is None or not row:
        if not row:
            return [] if manifest is None else ["its manifest is in no row of the journal"]
        return [f"its evidence is missing: row {row} of the journal names it"]
    found = []
    if one.folder != standing.folder:
        found.append(f"its evidence is said to be in {one.folder}, in row {row} of the journal in {standing.folder}")
    if one.is_deleted and not standing.deleted:
        found.append("its evidence is said to be deleted, and no row of the journal says so")
    elif standing.deleted and not one.is_deleted:
        found.append(f"its evidence is said to be there: row {standing.deleted} of the journal says that it is deleted")
    if seal_of(manifest) != standing.seal:
        return [*found, f"its manifest is not the one that row {row} of the journal names"]
    rule = _mapping(manifest.get("rule"))
    if any(rule[key] != value for key, value in one.rule.items() if key in rule):
        found.append(f"its rule in rulebook {one.facts['rulebook']} is not what its manifest says")
    if manifest.get("complete"):
        said = _mapping(manifest.get("event"))
        strange = [key for key, value in one.facts.items() if said.get(key) != value]
        if strange:
            found.append(f"its {', '.join(strange)} is not what its manifest says")
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def event_folders(root: Path) -> Iterable[Path]:
    """The folders of events below the evidence folder ``root``, in the order of their months."""
    return sorted(folder for folder in root.glob("*/*") if folder.is_dir())
