"""The manifest of an event's evidence: which files there are, with their hashes, and what is missing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from vision.disk import put_in_place

__all__ = [
    "MANIFEST",
    "FileEntry",
    "Missing",
    "MissingCode",
    "Problem",
    "file_entry",
    "seal_in",
    "seal_of",
    "verify",
    "write_manifest",
]

MANIFEST: Final = "manifest.json"
_SEAL: Final = "sha256"

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
    "added_up",
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
    manifest[_SEAL] = seal_of(manifest)
    draft = folder / f"{MANIFEST}.part"
    draft.write_text(_text(manifest), encoding="utf-8")
    put_in_place(draft, folder / MANIFEST)
    return manifest


def _text(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, ensure_ascii=False, indent=1)


def seal_of(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest without its seal: whoever knows it can tell that the manifest is the one."""
    content = {key: value for key, value in manifest.items() if key != _SEAL}
    return hashlib.sha256(_text(content).encode()).hexdigest()


def seal_in(folder: Path) -> str | None:
    """What the manifest in ``folder`` seals to as it is now; None where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return seal_of(manifest)
    except (OSError, ValueError, AttributeError, RecursionError):
        return None


def verify(folder: Path) -> list[Problem]:
    """Everything in which ``folder`` differs from its manifest; nothing when it is whole.

    A manifest names its own hash too, so that no byte of it changes by accident; whoever writes a new one on purpose
    can write the hash anew.
    """
    path = folder / MANIFEST
    try:
        text = path.read_bytes().decode("utf-8")
        manifest = json.loads(text)
        listed = {str(file["name"]): FileEntry(**file) for file in manifest["files"]}
        sealed = manifest.pop(_SEAL, None)
    except OSError as error:
        return [Problem(MANIFEST, f"cannot be read ({(error.strerror or str(error)).lower()})")]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [Problem(MANIFEST, "differs from what was recorded: it is no manifest any more")]
    problems = []
    if sealed is not None and (sealed != seal_of(manifest) or text != _text({**manifest, _SEAL: sealed})):
        problems.append(Problem(MANIFEST, "differs from what was recorded"))
    for name, entry in listed.items():
        file = folder / name
        if not file.is_file():
            problems.append(Problem(name, "is missing"))
        elif file_entry(file) != entry:
            problems.append(Problem(name, "differs from what was recorded"))
    extra = {file.name for file in folder.iterdir()} - set(listed) - {MANIFEST}
    return problems + [Problem(name, "is not in the manifest") for name in sorted(extra)]
