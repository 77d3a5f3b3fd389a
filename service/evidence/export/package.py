"""Exports one event's evidence: redacted, marked, signed, as a ZIP that can be checked on its own or as one page."""

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import cv2
import numpy as np

from service.evidence.export import wording
from service.evidence.export.order import Case, Order
from service.evidence.export.sheet import SheetPicture, written_sheet
from service.evidence.export.verifier import CONTEXT, LIST, PROOF, SIGNATURE, written
from service.evidence.manifest import MANIFEST, Problem, file_entry, verify
from service.evidence.redaction import CYCLES, LIMIT, People, Redactor, Scenery, Watermark, looks_of
from service.evidence.redaction.film import Progress, person_finder, search
from service.evidence.signing import SiteKey
from vision.detector import Detector
from vision.disk import put_in_place
from vision.errors import BadInput, StorageFull
from vision.geometry import polygon
from vision.picture import Pixels
from vision.streamtime import SECOND, StreamTime, to_datetime

__all__ = ["Exported", "export_evidence"]

_MOMENTS: Final = {"begin": "started_at", "satisfied": "satisfied_at", "strongest": None, "end": "until"}
"""The key pictures, and the event's moment that each shows where the manifest does not say its own."""

_FILMS: Final = {"clip": "clip.mp4", "last_clip": "clip-end.mp4"}
"""The manifest's clips, and what they are called in an export."""

_NOT_EXPORTED: Final = {
    "minute": "between the clips nobody can tell who is who in it; the hall has it",
    "other": "it is no part of an export; the hall has it",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as it lies on the disk; ``record`` is the SHA-256 of its export.json, the PDF's own for a PDF."""

    file: Path
    event: str
    record: str
    differs: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """The redacted pieces: names and bytes of the pictures, when each was, and what could not be made."""

    pictures: Mapping[str, tuple[StreamTime, bytes]]
    left_out: Sequence[Mapping[str, str]]
    films: Sequence[Path]


def export_evidence(
    case: Case,
    order: Order,
    detector: Detector,
    signer: SiteKey,
    target: Path,
    progress: Callable[[str], Progress] | None = None,
) -> Exported:
    """Write the export of ``case`` to ``target``; the evidence is checked first.

    Raises BadInput when it differs from its manifest and the order does not say ``despite``, or when it changes
    meanwhile; StorageFull when the disk refuses, SourceError when the clip cannot be read. Then nothing is written.
    """
    differs = verify(case.folder)
    if differs and not order.despite:
        first = f"{differs[0].file} {differs[0].what}"
        raise BadInput(
            f"{case.folder.name}: the evidence is not what was recorded ({first}), so it is not exported; "
            "--despite exports it all the same and says so"
        )
    original, manifest = _manifest(case.folder)
    try:
        with TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as scratch:
            draft = Path(scratch) / target.name
            record = _Export(case, order, detector, signer, manifest, original, differs, progress).write(draft)
            if not differs and (case.folder / MANIFEST).read_bytes() != original:
                raise BadInput(f"{case.folder.name}: its evidence was made anew meanwhile; export it once more")
            put_in_place(draft, target)
    except OSError as error:
        raise StorageFull(f"{target}: cannot be written ({(error.strerror or str(error)).lower()})") from error
    return Exported(target, str(manifest["event"]["id"]), record, tuple(differs))


def _manifest(folder: Path) -> tuple[bytes, Mapping[str, Any]]:
    """The manifest as it lies there and as it reads."""
    try:
        text = (folder / MANIFEST).read_bytes()
        manifest = json.loads(text)
        _ = manifest["event"]["id"], manifest["rule"]["id"], manifest["zones"], manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{folder / MANIFEST}: cannot be read as a manifest, so there is nothing to export") from error
    return text, manifest


class _Export:
    """One export while it is being made."""

    def __init__(
        self,
        case: Case,
        order: Order,
        detector: Detector,
        signer: SiteKey,
        manifest: Mapping[str, Any],
        original: bytes,
        differs: Sequence[Problem],
        progress: Callable[[str], Progress] | None,
    ) -> None:
        self._case, self._order, self._detector, self._signer = case, order, detector, signer
        self._manifest, self._original, self._differs = manifest, original, differs
        self._progress = progress or (lambda _: lambda done, of: None)
        self._event: Mapping[str, Any] = manifest["event"]
        self._verdicts = wording.verdicts(case.verdicts, order.reasons)
        at = order.at.astimezone(case.zone)
        self._at = at.isoformat(timespec="seconds")
        self._watermark = Watermark(
            (
                f"{order.by} 导出 {at:%Y-%m-%d %H:%M:%S %Z}",
                f"事件 event {self._event['id']} · 已打码，仅供核查 redacted, for review only",
            )
        )

    def write(self, draft: Path) -> str:
        """Write the export to ``draft``; returns the SHA-256 of what is logged of it."""
        made = self._redacted(draft.parent)
        sheet = self._sheet(made)
        if self._order.format == "pdf":
            draft.write_bytes(sheet)
            return file_entry(draft).sha256
        contents: dict[str, bytes] = {
            **{f"{name}.jpg": jpeg for name, (_, jpeg) in made.pictures.items()},
            "sheet.pdf": sheet,
            "event.json": _json(self._said(made)),
            "verify.py": files("service.evidence.export").joinpath("verifier.py").read_bytes(),
            **self._proof(),
            "README.txt": wording.readme(self._event["id"], self._signer.fingerprint).encode(),
        }
        listed = [
            {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in contents.items()
        ]
        listed = [*(asdict(file_entry(film)) for film in made.films), *listed]
        record = _json({**self._statement(made), "files": listed})
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for film in made.films:
                archive.write(film, film.name, zipfile.ZIP_STORED)
            for name, content in {**contents, LIST: record, SIGNATURE: self._seal(record)}.items():
                archive.writestr(name, content)
        return hashlib.sha256(record).hexdigest()

    def _seal(self, record: bytes) -> bytes:
        signature = self._signer.sign(CONTEXT + record)
        return written(base64.b64decode(self._signer.public), base64.b64decode(signature))

    def _proof(self) -> dict[str, bytes]:
        """journal.json, where the journal speaks of this very manifest."""
        proof = self._case.proof
        if proof is None or proof.row.content.get("sha256") != self._manifest.get("sha256"):
            return {}
        return {PROOF: _json({**asdict(proof), "following": list(proof.following)})}

    def _statement(self, made: _Made) -> dict[str, Any]:
        """What the export says of itself, beside its own files."""
        original = {
            "seal": self._manifest.get("sha256"),
            "manifest": hashlib.sha256(self._original).hexdigest(),
            "files": self._manifest["files"],
            "differs": [asdict(one) for one in self._differs],
        }
        card = self._detector.card
        return {
            "version": 1,
            "event": self._event["id"],
            "hall": self._case.hall,
            "by": self._order.by,
            "why": self._order.why,
            "at": self._at,
            "software": version("zaigang"),
            "original": original,
            "redaction": {
                "limit_grey_levels": LIMIT,
                "finer_than_cycles_a_head": CYCLES,
                "network": {"name": card.name, "version": card.version},
            },
            "left_out": [*made.left_out, *self._unproven(), *self._withheld()],
        }

    def _unproven(self) -> list[Mapping[str, str]]:
        if self._proof():
            return []
        return [{"what": PROOF, "why": "the journal has no row about this very manifest"}]

    def _withheld(self) -> list[Mapping[str, str]]:
        if all(one["why"] is not None for one in self._verdicts):
            return []
        why = "free text may name people; the hall has it, and exports it when it is asked to"
        return [{"what": "verdicts' own words", "why": why}]

    def _said(self, made: _Made) -> dict[str, Any]:
        """event.json: everything that the event rests on."""
        manifest = self._manifest
        kept = {key: manifest.get(key) for key in ("event", "started", "camera", "rule", "rulebook", "models", *_FILMS)}
        return {
            **kept,
            "window": self._case.window,
            "duty": dict(self._case.duty),
            "verdicts": self._verdicts,
            "missing": manifest["missing"],
            "complete": manifest["complete"],
            "made_at": manifest["made_at"],
            "pictures": {f"{name}.jpg": self._moment(at).isoformat() for name, (at, _) in made.pictures.items()},
        }

    def _redacted(self, scratch: Path) -> _Made:
        left_out: list[Mapping[str, str]] = []
        # The page shows the pictures alone.
        sources = self._sources(left_out) if self._order.format == "zip" else {}
        pictures = self._pictures(left_out)
        redactor = self._redactor(sources.values(), pictures)
        films = []
        for name, (source, begins) in sources.items():
            films.append(scratch / name)
            redactor.film(source, films[-1], begins, self._progress(f"{self._event['id']}: blurring {name}"))
        made = {}
        for name, (at, picture) in pictures.items():
            _, jpeg = cv2.imencode(".jpg", redactor.picture(picture, self._second(at)), [cv2.IMWRITE_JPEG_QUALITY, 90])
            made[name] = at, np.asarray(jpeg).tobytes()
        return _Made(made, left_out, films)

    def _sources(self, left_out: list[Mapping[str, str]]) -> dict[str, tuple[Path, float]]:
        """The clips to be blurred by their names in the export, and the track's second that each begins at."""
        sources = {}
        for key, name in _FILMS.items():
            clip = self._manifest.get(key)
            if clip is None:
                left_out += [{"what": name, "why": "there is no clip"}] if key == "clip" else []
            elif not (self._case.folder / str(clip["play"])).is_file():
                left_out.append({"what": name, "why": "its file is no longer there"})
            else:
                sources[name] = self._case.folder / str(clip["play"]), self._second(StreamTime(clip["start"]))
        return sources

    def _pictures(self, left_out: list[Mapping[str, str]]) -> dict[str, tuple[StreamTime, Pixels]]:
        """The key pictures that there are, with the moment of each."""
        told = {str(one["name"]): one for one in self._manifest.get("pictures") or ()}
        clips = [self._manifest.get(key) or {} for key in _FILMS]
        known = {f"{name}.jpg" for name in _MOMENTS} | {clip.get(key) for clip in clips for key in ("file", "play")}
        listed = {str(one["name"]) for one in self._manifest["files"]}
        twice = {name for name, one in told.items() if one.get("boxes")}  # with boxes drawn, beside the one without
        for name in sorted(listed - known - twice):
            if name.endswith((".jpg", ".mp4")):
                kind = str(told.get(name, {}).get("kind", "other"))
                left_out.append({"what": name, "why": _NOT_EXPORTED.get(kind, _NOT_EXPORTED["other"])})
        pictures = {}
        for name, key in _MOMENTS.items():
            at = told.get(f"{name}.jpg", {}).get("at", self._event[key] if key is not None else None)
            if f"{name}.jpg" not in listed or at is None:
                continue
            picture = _picture(self._case.folder / f"{name}.jpg")
            if picture is None:
                left_out.append({"what": f"{name}.jpg", "why": "it cannot be read as a picture"})
            else:
                pictures[name] = StreamTime(at), picture
        return pictures

    def _second(self, at: StreamTime) -> float:
        return (at - self._zero) / SECOND

    @cached_property
    def _zero(self) -> StreamTime:
        """The moment from which the track counts its seconds: the clip's begin, where there is one."""
        clip = self._manifest.get("clip")
        started = self._track.get("started")
        if clip is None and isinstance(started, int | float):
            return StreamTime(self._event["started_at"] - round(started * SECOND))
        return StreamTime(clip["start"] if clip else self._event["started_at"])

    @cached_property
    def _track(self) -> Mapping[str, Any]:
        try:
            track = json.loads((self._case.folder / "track.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return track if isinstance(track, dict) else {}

    def _redactor(
        self, sources: Iterable[tuple[Path, float]], pictures: Mapping[str, tuple[StreamTime, Pixels]]
    ) -> Redactor:
        """Knows who is who in the clips and the pictures; without a picture's size it blurs everything."""
        size = self._manifest.get("size")
        if not size:
            return Redactor(None, self._watermark)
        drawn: Mapping[str, Sequence[float]] = self._manifest["zones"]
        zones = {name: polygon(drawn[name], name) for name in ("staff", "customer") if name in drawn}
        scenery = Scenery(
            self._event["window"], (size[0], size[1]), zones.get("staff"), zones.get("customer"), self._case.posts
        )
        find = person_finder(self._detector, scenery)
        found = []
        for at, picture in pictures.values():
            found += [replace(one, at=self._second(at)) for one in find(picture)]
        for source, begins in sources:
            seen = search(source, find, self._progress(f"{self._event['id']}: looking for people"))
            found += [replace(one, at=one.at + begins) for one in seen]
        return Redactor(People(looks_of(self._track), found, scenery), self._watermark)

    def _moment(self, at: StreamTime) -> datetime:
        return to_datetime(at).astimezone(self._case.zone)

    def _sheet(self, made: _Made) -> bytes:
        pictures = [
            SheetPicture(jpeg, *wording.caption(name, self._moment(at))) for name, (at, jpeg) in made.pictures.items()
        ]
        digest = hashlib.sha256(self._original).hexdigest()
        signature = self._signer.sign(f"zaigang sheet 1\n{self._event['id']}\n{digest}\n{self._at}\n".encode())
        key, differs = self._signer.fingerprint, bool(self._differs)
        return written_sheet(
            wording.sheet(self._manifest, self._case, self._order, pictures, digest, key, signature, differs)
        )


def _picture(file: Path) -> Pixels | None:
    try:
        picture = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
