"""What was made of an event's evidence before: pieces that are as they should be are kept as they are."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from service.evidence.manifest import MANIFEST, FileEntry, Missing, file_entry
from vision.streamtime import StreamTime

__all__ = ["Pieces"]


class Pieces:
    """The pieces of one event's evidence as they are made; opened on its folder, it knows those of before.

    While an event is open its evidence is made anew every minute, and the recording it is made from is long gone when a
    long event ends: what the folder holds is all that a worker, also one that was started in between, goes on from.
    """

    def __init__(self, folder: Path, event: str) -> None:
        self.folder = folder
        self.missing: list[Missing] = []
        self._before = _manifest(folder, event)
        self._listed = {entry.name: entry for entry in _entries(self._before) if _is_there(folder, entry)}
        self._made: dict[str, FileEntry] = {}

    @property
    def entries(self) -> list[FileEntry]:
        return list(self._made.values())

    def lacks(self, what: str, why: str, code: Any, seconds: float | None = None, at: StreamTime | None = None) -> None:
        """A piece is missing, or not whole."""
        self.missing.append(Missing(what, why, code, seconds, at))

    def made(self, name: str) -> None:
        """``name`` has just been written."""
        self._made[name] = file_entry(self.folder / name)

    def keep(self, *names: str) -> bool:
        """Take over files of before, hashes and all; False, and none, where one of them is not there."""
        if not all(name in self._listed for name in names):
            return False
        self._made.update({name: self._listed[name] for name in names})
        return True

    def clip(self, key: str) -> Mapping[str, Any] | None:
        """The manifest's entry of a clip that is there still."""
        entry = self._before.get(key)
        there = isinstance(entry, dict) and entry.get("file") in self._listed and entry.get("play") in self._listed
        return entry if there else None

    def lacked(self, what: str) -> list[Missing]:
        """What was missing of a piece before."""
        try:
            return [Missing(**one) for one in self._before.get("missing", ()) if one.get("what") == what]
        except (TypeError, AttributeError):
            return []

    def picture(self, kind: str, at: StreamTime | None = None) -> Mapping[str, Any] | None:
        """The manifest's entry of a picture of this kind (and of this moment, if one is given) that is there still."""
        for entry in self._before.get("pictures", ()):
            wanted = entry.get("kind") == kind and not entry.get("boxes") and at in (None, entry.get("at"))
            if wanted and entry.get("name") in self._listed:
                return dict(entry)
        return None

    def track(self) -> dict[str, Any]:
        """What the track holds, nothing where there is none."""
        if "track.json" not in self._listed:
            return {}
        try:
            content = json.loads((self.folder / "track.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) and isinstance(content.get("zero"), int) else {}

    def clear(self) -> None:
        """Delete what an earlier version had and this one no longer has; call when the manifest stands."""
        for stale in {file.name for file in self.folder.iterdir()} - set(self._made) - {MANIFEST}:
            (self.folder / stale).unlink()


def _manifest(folder: Path, event: str) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
        return found if found["event"]["id"] == event else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _entries(manifest: Mapping[str, Any]) -> Sequence[FileEntry]:
    try:
        return [FileEntry(**entry) for entry in manifest.get("files", ())]
    except TypeError:
        return ()


def _is_there(folder: Path, entry: FileEntry) -> bool:
    try:
        return (folder / entry.name).stat().st_size == entry.bytes
    except OSError:
        return False
