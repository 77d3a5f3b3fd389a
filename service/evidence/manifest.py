"""The manifest of an event's evidence: which files there are, with their hashes, and what is missing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from vision.disk import put_in_place

__all__ = ["MANIFEST", "FileEntry", "Missing", "MissingCode", "Problem", "file_entry", "verify", "write_manifest"]

MANIFEST: Final = "manifest.json"

MissingCode = Literal[
    "nothing_recorded",
    "begins_late",
    "ends_early",
    "gap",
    "no_copy",
    "no_picture",
    "not_encoded",
    "camera_unknown",
    "rule_unknown",
]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of an event's evidence."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A piece that could not be made, or not whole: what and why, a sentence; ``code`` and its figures for pages.

    ``seconds``: how much is missing. ``at``: the moment that is (microseconds of stream time), or from which on it is.
    """

    what: str
    why: str
    code: MissingCode
    seconds: float | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file of the evidence."""

    file: str
    what: str


def file_entry(file: Path) -> FileEntry:
    """The entry of ``file`` as it is on the disk now."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return FileEntry(file.name, digest.hexdigest(), file.stat().st_size)


def write_manifest(folder: Path, content: Mapping[str, Any], files: list[FileEntry]) -> dict[str, Any]:
    """Write ``manifest.json`` last and whole, to the disk: a folder without one is not finished."""
    manifest = {**content, "files": [asdict(file) for file in files]}
    draft = folder / f"{MANIFEST}.part"
    draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    put_in_place(draft, folder / MANIFEST)
    return manifest


def verify(folder: Path) -> list[Problem]:
    """Everything in which ``folder`` differs from its manifest; nothing when it is whole."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        listed = {str(file["name"]): FileEntry(**file) for file in manifest["files"]}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        return [Problem(MANIFEST, f"cannot be read ({error})")]
    problems = []
    for name, entry in listed.items():
        file = folder / name
        if not file.is_file():
            problems.append(Problem(name, "is missing"))
        elif file_entry(file) != entry:
            problems.append(Problem(name, "differs from what was recorded"))
    extra = {file.name for file in folder.iterdir()} - set(listed) - {MANIFEST}
    return problems + [Problem(name, "is not in the manifest") for name in sorted(extra)]
