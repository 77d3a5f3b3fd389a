"""Which folder is measured as which kind of set: by its name, or as `--map` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datasets import DatasetError
from training.evaluation.kinds import KINDS, Kind
from training.evaluation.sets import PICTURES, EvaluationSet, read_set, same_name
from vision.errors import BadInput

__all__ = ["Assigned", "Mapped", "Unmeasured", "assigned", "opened", "parse_map"]

_UNIFORM = "uniform-"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one ``--map`` says: measure ``folder`` as ``kind``; its classes (or class folders) are called so there."""

    folder: str
    kind: str
    renames: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Assigned:
    """A folder that is measured: as which kind, and its names for our classes (theirs to ours)."""

    folder: Path
    name: str
    kind: Kind
    renames: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A set that was not measured, and why."""

    set: str
    reason: str


def parse_map(text: str) -> Mapped:
    """``FOLDER=KIND`` or ``FOLDER=KIND:THEIRS=OURS,THEIRS=OURS``; raises BadInput saying how it is written."""
    folder, equals, rest = text.partition("=")
    name, colon, pairs = rest.partition(":")
    renames = {}
    for pair in pairs.split(",") if colon else ():
        theirs, between, ours = pair.partition("=")
        if not (between and theirs.strip() and ours.strip()):
            raise BadInput(
                f"--map {text!r}: write a class's name as THEIRS=OURS, such as {folder}={name}:id_card=badge"
            )
        renames[theirs.strip()] = ours.strip()
    if not (equals and folder.strip() and name.strip()):
        raise BadInput(f"--map {text!r}: write it as FOLDER=KIND[:THEIRS=OURS,...], such as events=badge-web")
    kind = same_name(name, tuple(KINDS))
    if kind is None:
        raise BadInput(f"--map {text!r}: there is no kind {name.strip()!r}; kinds are {', '.join(KINDS)}")
    return Mapped(folder.strip().rstrip("/"), kind, renames)


def assigned(root: Path, maps: Sequence[Mapped]) -> tuple[list[Assigned], list[Unmeasured]]:
    """The folders of ``root`` that can be measured, in the order of kinds, and those that cannot be, with the reason.

    ``root`` may be one set itself. Raises BadInput where nothing can be measured, or a mapped folder is missing.
    """
    if not root.is_dir():
        raise BadInput(f"--root {root}: there is no such folder")
    folders = {path.name: path for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")}
    if (root / "images").is_dir():
        folders = {root.resolve().name: root}
    given = {one.folder: one for one in maps}
    for name in given:
        if name not in folders:
            inner = root / name
            if not inner.is_dir():
                raise BadInput(f"--map {name}=...: {root} has no folder {name}; it has {', '.join(folders) or 'none'}")
            folders[name] = inner
    found, passed = [], []
    for name, path in folders.items():
        kind = KINDS[given[name].kind] if name in given else _kind_of(name)
        if kind is not None:
            found.append(Assigned(path, name, kind, given[name].renames if name in given else {}))
        elif _holds_pictures(path):
            passed.append(Unmeasured(name, f"no kind of set is called so; say which it is like: --map {name}=KIND"))
    if not found:
        raise BadInput(
            f"--root {root}: none of its folders is called as a kind of set is ({', '.join(KINDS)}); "
            f"say which is which with --map FOLDER=KIND; it has {', '.join(folders) or 'no folder'}"
        )
    measured = {one.kind.name for one in found}
    passed += [Unmeasured(name, f"no folder in {root} is called so") for name in KINDS if name not in measured]
    order = list(KINDS)
    return sorted(found, key=lambda one: (order.index(one.kind.name), one.name)), passed


def opened(one: Assigned, also: Sequence[str] = ()) -> EvaluationSet:
    """The set, its classes fit for its kind; ``also`` are classes beside the kind's own, as networks spell them.

    Raises DatasetError naming the class that is missing and the mapping that would give it.
    """
    kind = one.kind
    read = read_set(one.folder, one.name, tuple(dict.fromkeys((*kind.knows, *also))), one.renames)
    for group in kind.needs:
        if not any(name in read.classes for name in group):
            wanted = " or ".join(f'"{name}"' for name in group)
            has = ", ".join(read.classes) or "no class names at all (classes.txt)"
            example = f"--map {one.name}={kind.name}:{read.classes[0] if read.classes else 'THEIRS'}={group[0]}"
            raise DatasetError(
                f"{one.folder}: to be measured as {kind.name} it needs the class {wanted}; it has {has}. "
                f"Say which of them it is, such as {example}"
            )
    kind.check(read)
    return read


def _kind_of(name: str) -> Kind | None:
    known = same_name(name, tuple(KINDS))
    if known is not None:
        return KINDS[known]
    return KINDS["uniform-restaurant"] if name.lower().startswith(_UNIFORM) else None


def _holds_pictures(path: Path) -> bool:
    return any(one.suffix.lower() in PICTURES for one in path.rglob("*"))
