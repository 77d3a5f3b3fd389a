"""A source's or target's files, in a folder or a .zip alike; nothing is ever unpacked to a place that it names."""

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from datasets.errors import DatasetError, unwritable
from datasets.formats.labelled import checked_name
from datasets.picture import SUFFIXES

__all__ = [
    "LARGEST_TEXT",
    "Files",
    "FilesIn",
    "FolderTarget",
    "Pictures",
    "Target",
    "ZipTarget",
    "open_files",
    "text_of",
]

LARGEST_TEXT: Final = 1 << 30
"""Bytes of a label file; COCO's own largest has half of that."""

_MOST_FILES: Final = 2_000_000
_OWN_FOLDERS: Final = frozenset({"images", "labels", "annotations", "jpegimages", "imagesets", "train", "val", "test"})


class Files(Protocol):
    """The files of a source by relative name; a folder or a .zip stands behind it."""

    @property
    def where(self) -> str:
        """What an error calls the whole."""

    @property
    def names(self) -> Sequence[str]:
        """Relative names with ``/``, sorted; a folder that holds everything else is left out of them."""

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a file. Raises DatasetError where there are more than ``limit`` or it cannot be read."""

    def title(self, name: str) -> str:
        """What an error calls the file."""


class _Folder:
    def __init__(self, root: Path, names: Iterable[str]) -> None:
        self._root = root
        self._real = _unwrapped({name: name for name in names})
        self.where = str(root)
        self.names = sorted(self._real)

    def read(self, name: str, limit: int) -> bytes:
        file = self._root / self._real[name]
        try:
            with file.open("rb") as stream:
                return _within(stream.read(limit + 1), limit, self.title(name))
        except OSError as error:
            raise DatasetError(f"{file}: cannot be read ({(error.strerror or str(error)).lower()})") from error

    def title(self, name: str) -> str:
        return str(self._root / self._real[name])


class _Zip:
    def __init__(self, path: Path) -> None:
        self.where = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
            members = [member for member in self._zip.infolist() if not member.is_dir()]
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise DatasetError(f"{path}: is no whole zip file ({error})") from error
        if len(members) > _MOST_FILES:
            raise DatasetError(f"{path}: {len(members)} files; at most {_MOST_FILES} are taken")
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            name = checked_name(_named(member), f"{path}: entry")
            if stat.S_ISLNK(member.external_attr >> 16):
                raise DatasetError(f"{path}: {name} is a link, which points out of the zip; pack the file itself")
            if member.flag_bits & 1:
                raise DatasetError(f"{path}: is locked with a password; pack it without")
            if name in self._members:
                raise DatasetError(f"{path}: holds two files named {name}")
            self._members[name] = member
        self._real = _unwrapped({name: name for name in self._members if not _hidden(name)})
        self.names = sorted(self._real)

    def read(self, name: str, limit: int) -> bytes:
        member = self._members[self._real[name]]
        if member.file_size > limit:
            raise DatasetError(f"{self.title(name)}: {member.file_size >> 20} MB; at most {limit >> 20} MB are taken")
        try:
            with self._zip.open(member) as stream:
                return _within(stream.read(limit + 1), limit, self.title(name))
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise DatasetError(f"{self.title(name)}: is damaged in the zip ({error})") from error

    def title(self, name: str) -> str:
        return f"{self.where}: {self._real[name]}"


class FilesIn:
    """The files of one ``folder`` among others."""

    def __init__(self, whole: Files, folder: str) -> None:
        self._whole = whole
        self._folder = f"{folder}/"
        self.where = f"{whole.where}: {folder}"
        self.names = [name.removeprefix(self._folder) for name in whole.names if name.startswith(self._folder)]

    def read(self, name: str, limit: int) -> bytes:
        return self._whole.read(self._folder + name, limit)

    def title(self, name: str) -> str:
        return self._whole.title(self._folder + name)


def open_files(path: Path) -> Files:
    """The files of a folder or .zip, or a single label file. Raises DatasetError where there is nothing to read."""
    if path.is_dir():
        return _Folder(path, _walked(path))
    if not path.is_file():
        raise DatasetError(f"{path}: no such file or folder")
    if zipfile.is_zipfile(path) or path.suffix.lower() == ".zip":
        return _Zip(path)
    if path.suffix.lower() in (".json", ".xml"):
        return _Folder(path.parent, [path.name])
    raise DatasetError(f"{path}: neither a folder, a .zip, a .json nor an .xml")


def text_of(files: Files, name: str) -> str:
    """The UTF-8 text of a file, without a byte order mark. Raises DatasetError naming the first byte that is not."""
    data = files.read(name, LARGEST_TEXT)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{files.title(name)}: is no UTF-8 text (byte {error.start})") from error


class Pictures:
    """The pictures among a source's files, found by what a label file calls them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.names = [name for name in files.names if Path(name).suffix.lower() in SUFFIXES]
        self._by_base: dict[str, list[str]] = {}
        for name in self.names:
            self._by_base.setdefault(_nfc(name).rpartition("/")[2], []).append(name)

    def find(self, said: str, where: str) -> str:
        """The file that ``said`` means: the one whose path ends so, or else the only one of its base name.

        Raises DatasetError, beginning with ``where``, if there is none, or several could be meant.
        """
        said = _nfc(said)
        alike = self._by_base.get(said.rpartition("/")[2], [])
        ends = [name for name in alike if f"/{_nfc(name)}".endswith(f"/{said}")]
        exact = [name for name in ends if _nfc(name) in (said, f"images/{said}", f"JPEGImages/{said}")]
        for found in (exact, ends, alike):
            if len(found) == 1:
                return found[0]
            if found:
                named = " and ".join(found[:2])
                raise DatasetError(f"{where}: {said} could be {named}; two pictures of one name cannot be told apart")
        raise DatasetError(f"{where}: there is no picture {said} in {self.files.where}")


class Target(Protocol):
    """Where an export is written: a folder or a .zip."""

    def put(self, name: str, data: bytes) -> None:
        """Write one file. Raises DatasetError where the disk refuses."""


class FolderTarget:
    """Writes below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, data: bytes) -> None:
        file = self._root / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        except OSError as error:
            raise unwritable(file, error) from error


class ZipTarget:
    """Writes into an open zip; pictures are compressed already and only stored."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        self._zip = archive
        self._folder = folder

    def put(self, name: str, data: bytes) -> None:
        member = zipfile.ZipInfo(self._folder + name, (1980, 1, 1, 0, 0, 0))  # the same export gives the same bytes
        stored = Path(name).suffix.lower() in SUFFIXES
        member.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        try:
            self._zip.writestr(member, data)
        except OSError as error:
            raise unwritable(Path(self._zip.filename or name), error) from error


def _walked(root: Path) -> list[str]:
    names = []
    for folder, inner, files in os.walk(root):
        inner[:] = [name for name in inner if not _hidden(name)]
        for file in files:
            if not _hidden(file):
                relative = (Path(folder) / file).relative_to(root).as_posix()
                checked_name(relative, f"{root}")
                names.append(relative)
    return names


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _named(member: zipfile.ZipInfo) -> str:
    """The entry's name; without the UTF-8 mark it is tried as UTF-8, then as what Chinese Windows writes."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _unwrapped(real: Mapping[str, str]) -> dict[str, str]:
    """Without the outer folder that some zips wrap everything in."""
    names = dict(real)
    while names:
        outer = {name.partition("/")[0] for name in names if "/" in name}
        flat = any("/" not in name for name in names)
        if flat or len(outer) != 1 or next(iter(outer)).lower() in _OWN_FOLDERS:
            break
        names = {name.partition("/")[2]: full for name, full in names.items()}
    return names


def _within(data: bytes, limit: int, title: str) -> bytes:
    if len(data) > limit:
        raise DatasetError(f"{title}: more than {limit >> 20} MB")
    return data


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)
