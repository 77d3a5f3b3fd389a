"""A revision: what a store held at one moment, in a file that its own SHA-256 names, and what changed between two."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from datasets.errors import DatasetError, unwritable
from datasets.label import canonical, digest
from datasets.store import Store, StoredSample
from vision.disk import put_in_place
from vision.geometry import Size

__all__ = ["Difference", "Pinned", "Revision", "current", "difference", "freeze", "pinned_hashes", "read", "revisions"]

_FOLDER: Final = "revisions"
_FORM: Final = 1
_SHORTEST: Final = 6


@dataclass(frozen=True, slots=True)
class Pinned:
    """A sample as a revision holds it; ``picture`` and ``annotation`` are hashes of what the store keeps for it."""

    set: str
    name: str
    picture: str
    suffix: str
    size: Size
    annotation: str
    group: str
    split: str
    licence: str
    author: str


@dataclass(frozen=True, slots=True)
class Revision:
    """``sha256`` names it; ``sets`` holds each set's classes and what its format says of it as a whole."""

    sha256: str
    sets: dict[str, dict[str, Any]]
    samples: tuple[Pinned, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Pictures, as set/name, by what happened to them from one revision to another."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    relabelled: tuple[str, ...]
    moved: tuple[str, ...]
    regrouped: tuple[str, ...]


def current(store: Store) -> Revision:
    """What the store holds now. Raises DatasetError where an import was broken off, since something is missing then."""
    sets = store.sets()
    broken = [one.name for one in sets if one.finished_at is None]
    if broken:
        raise DatasetError(f"{store.folder}: the import of {broken[0]!r} was broken off; run it again first")
    samples = tuple(_pinned(one) for one in store.samples())
    facts = {one.name: {"classes": list(one.classes), "format": one.format, "extra": one.extra} for one in sets}
    return Revision(digest(_text(facts, samples)), facts, samples)


def freeze(store: Store) -> tuple[Revision, bool]:
    """Write what the store holds as a revision; False beside it where that very revision was there already."""
    revision = current(store)
    if not revision.samples:
        raise DatasetError(f"{store.folder}: holds no pictures yet; there is nothing to freeze")
    file = store.folder / _FOLDER / f"{revision.sha256}.jsonl"
    if file.is_file():
        read(store.folder, revision.sha256)
        return revision, False
    try:
        file.parent.mkdir(exist_ok=True)
        draft = store.folder / "drafts" / file.name
        draft.write_text(_text(revision.sets, revision.samples), encoding="utf-8")
        draft.chmod(0o444)
        put_in_place(draft, file)
    except OSError as error:
        raise unwritable(file, error) from error
    return revision, True


def revisions(folder: Path) -> list[Path]:
    """The files of a store's revisions, the oldest first."""
    return sorted((folder / _FOLDER).glob("*.jsonl"), key=lambda file: (file.stat().st_mtime, file.name))


def read(folder: Path, name: str) -> Revision:
    """The revision whose hash begins with ``name``. Raises DatasetError where none or several do, or it was changed."""
    files = revisions(folder)
    found = [file for file in files if file.stem.startswith(name.lower())]
    if not re.fullmatch(r"[0-9a-fA-F]+", name) or len(name) < _SHORTEST or not found:
        known = ", ".join(file.stem[:12] for file in files) or "none; make one with: zaigang data freeze"
        raise DatasetError(f"{folder}: there is no revision {name!r}; it has {known}")
    if len(found) > 1:
        raise DatasetError(f"{folder}: several revisions begin with {name!r}; write more of its hash")
    data = found[0].read_bytes()
    if hashlib.sha256(data).hexdigest() != found[0].stem:
        raise DatasetError(f"{found[0]}: was changed since it was frozen: its SHA-256 is not its name any more")
    head, *lines = data.decode().splitlines()
    samples = tuple(_read(json.loads(line)) for line in lines)
    return Revision(found[0].stem, json.loads(head)["sets"], samples)


def difference(before: Revision, after: Revision) -> Difference:
    """What changed from ``before`` to ``after``."""
    old = {(one.set, one.name): one for one in before.samples}
    new = {(one.set, one.name): one for one in after.samples}
    both = [(old[key], new[key]) for key in new if key in old]
    return Difference(
        added=_titles(one for key, one in new.items() if key not in old),
        removed=_titles(one for key, one in old.items() if key not in new),
        replaced=_titles(one for was, one in both if was.picture != one.picture),
        relabelled=_titles(one for was, one in both if was.annotation != one.annotation),
        moved=_titles(one for was, one in both if was.split != one.split),
        regrouped=_titles(one for was, one in both if was.group != one.group),
    )


def pinned_hashes(folder: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The pictures and the annotations that any revision names, which must not be deleted."""
    samples = [one for file in revisions(folder) for one in read(folder, file.stem).samples]
    return frozenset(one.picture for one in samples), frozenset(one.annotation for one in samples)


def _pinned(one: StoredSample) -> Pinned:
    said = digest(one.annotation.text())
    return Pinned(
        one.set, one.name, one.picture, one.suffix, one.size, said, one.group, one.split, one.licence, one.author
    )


def _text(sets: dict[str, dict[str, Any]], samples: Iterable[Pinned]) -> str:
    lines = [canonical({"form": _FORM, "sets": sets}), *(canonical(asdict(one)) for one in samples)]
    return "".join(f"{line}\n" for line in lines)


def _read(body: dict[str, Any]) -> Pinned:
    width, height = body.pop("size")
    return Pinned(**body, size=(width, height))


def _titles(samples: Iterable[Pinned]) -> tuple[str, ...]:
    return tuple(f"{one.set}/{one.name}" for one in samples)
