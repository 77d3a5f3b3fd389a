"""A source taken into the store: each picture once, resumable at any point, nothing in it that cannot be used."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from datasets.errors import DatasetError
from datasets.fit import REST, fitted, kinds_of
from datasets.formats import Files, LabelledPicture, LabelledSet, Pictures, checked_class, read_set
from datasets.picture import LARGEST_FILE, Seen, examined
from datasets.store import Store, StoredSample, StoredSet
from datasets.telling import Tell, quiet

__all__ = ["Intake", "Wish", "checked_set", "take_in"]

_TOGETHER: Final = 32  # pictures a commit; a kill costs at most the work on these


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be imported as what; ``at`` is the time of it, in ISO 8601; ``folder`` is one set of several in it
    and ``files`` what lies there.

    Unless it ``adds``, a set of that name from another source is not to be mixed with this one.
    """

    source: Path
    set: str
    at: str
    pictures: Path | None = None
    format: str | None = None
    licence: str = ""
    author: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    labelled: tuple[str, ...] = ()
    group_by: str | None = None
    split: str = ""
    adds: bool = True
    folder: str = ""
    files: Files | None = None

    @property
    def origin(self) -> str:
        """The source in full, as the store keeps it."""
        return str(self.source.resolve() / self.folder)


@dataclass(frozen=True, slots=True)
class Intake:
    """What an import did. ``left_out`` names each picture that could not be used, with the reason."""

    set: str
    format: str
    pictures: int
    boxes: int
    checked_empty: int
    unlabelled: int
    added: int
    changed: int
    left_out: tuple[str, ...]
    gone: tuple[str, ...]
    notes: tuple[str, ...]


def take_in(store: Store, wish: Wish, tell: Tell = quiet) -> Intake:
    """Import ``wish.source``; running it again adds what is new, changes what is labelled otherwise, doubles nothing.

    A set that comes again is renamed as before, unless the wish says otherwise. Raises DatasetError before anything is
    written where a label file or the classes are not as they should be.
    """
    before = {one.name: one for one in store.sets()}.get(checked_set(wish.set))
    if before and not wish.adds and before.source != wish.origin:
        raise DatasetError(
            f"{wish.source}: the store has a set {wish.set} from {before.source}; name this one with --set "
            "(with the same name to add to that set)"
        )
    said, pictures = read_set(wish.source, wish.pictures, wish.format, wish.files)
    if before and not wish.mapping:
        known = kinds_of(said)
        wish = replace(wish, mapping={old: new for old, new in before.mapping.items() if old in known or old == REST})
    said = fitted(said, str(wish.source / wish.folder), wish.mapping, wish.classes, wish.labelled)
    ready = [_grouped(one, wish) for one in said.pictures]
    old = {one.name: one for one in store.samples([wish.set])} if before else {}
    kept = _set(said, wish, before)
    store.keep_set(kept)
    store.commit()
    left_out: list[str] = []
    fates = Counter(_fates(store, wish, ready, pictures, old, left_out, tell))
    store.keep_set(replace(kept, finished_at=wish.at))
    store.commit()
    names = {one.name for one in ready}
    return Intake(
        set=wish.set,
        format=said.format,
        pictures=len(ready) - len(left_out),
        boxes=sum(len(one.annotation.labels) for one in ready),
        checked_empty=sum(one.annotation.checked_empty for one in ready),
        unlabelled=sum(not one.annotation.labelled and not one.annotation.tags for one in ready),
        added=fates["added"],
        changed=fates["changed"],
        left_out=tuple(left_out),
        gone=tuple(name for name in old if name not in names),
        notes=said.notes,
    )


def checked_set(name: str) -> str:
    """``name`` as that of a set, which is a folder's name too."""
    checked_class(name, "--set")
    if re.search(r"[/\\:*?\"<>|]", name) or name.startswith(".") or name != name.strip():
        raise DatasetError(f'--set {name!r}: a set is named like a folder, without any of / \\ : * ? " < > |')
    return name


def _set(said: LabelledSet, wish: Wish, before: StoredSet | None) -> StoredSet:
    """The set as it is from now on, unfinished."""
    classes = tuple(dict.fromkeys((*(before.classes if before else ()), *said.classes)))
    extra = {**(before.extra if before else {}), **said.extra}
    split = wish.split or (before.split if before else "")
    return StoredSet(wish.set, said.format, wish.origin, classes, split, dict(wish.mapping), extra, wish.at, None)


def _fates(
    store: Store,
    wish: Wish,
    ready: Sequence[LabelledPicture],
    pictures: Pictures,
    old: Mapping[str, StoredSample],
    left_out: list[str],
    tell: Tell,
) -> Iterator[str]:
    """Stores one picture after the other and says what became of it; the reason is added to ``left_out``."""
    for done, one in enumerate(ready, 1):
        was = old.get(one.name)
        try:
            data, seen = _seen(store, wish, one, pictures, was)
        except DatasetError as fault:
            left_out.append(str(fault))
            yield "left out"
        else:
            store.keep_picture(seen, data)
            new = _sample(wish, one, seen, was)
            if was != new:
                store.keep_sample(new)
            yield "added" if was is None else "changed" if was != new else "same"
        if done % _TOGETHER == 0:
            store.commit()
        tell(done, len(ready))


def _grouped(one: LabelledPicture, wish: Wish) -> LabelledPicture:
    if wish.group_by is None:
        return one
    if wish.group_by == "set":
        return replace(one, group=wish.set)
    if wish.group_by == "folder":
        return replace(one, group=one.name.rpartition("/")[0] or wish.set)
    try:
        found = re.search(wish.group_by, one.name)
    except re.error as error:
        raise DatasetError(f"--group-by {wish.group_by!r}: is no regular expression ({error})") from error
    if found is None or not found.groups():
        raise DatasetError(
            f"--group-by {wish.group_by!r}: finds no group in {one.name!r}; write folder, set, or a regular "
            "expression whose first brackets are around the group, such as '(cam[0-9]+)_'"
        )
    return replace(one, group=found.group(1) or "")


def _seen(
    store: Store, wish: Wish, one: LabelledPicture, pictures: Pictures, was: StoredSample | None
) -> tuple[bytes, Seen]:
    """The picture's bytes and what is known of them. Raises DatasetError where they cannot be used."""
    title = pictures.files.title(one.picture)
    data = pictures.files.read(one.picture, LARGEST_FILE)
    sha256 = hashlib.sha256(data).hexdigest()
    if was is not None and was.picture != sha256:
        raise DatasetError(f"{title}: the set {wish.set} has another picture of this name; use another --set for it")
    seen = store.seen(sha256) or examined(data, title)
    _check_size(one, seen, wish, title)
    return data, seen


def _sample(wish: Wish, one: LabelledPicture, seen: Seen, was: StoredSample | None) -> StoredSample:
    """What is to be stored; what the source leaves open stays as it was."""
    return StoredSample(
        set=wish.set,
        name=one.name,
        picture=seen.sha256,
        suffix=seen.suffix,
        size=seen.size,
        fingerprint=seen.fingerprint,
        thumb=seen.thumb,
        annotation=one.annotation,
        group=one.group or (was.group if was else ""),
        split=wish.split or one.split or (was.split if was else ""),
        licence=one.licence or wish.licence or (was.licence if was else ""),
        author=one.author or wish.author or (was.author if was else ""),
        origin=one.origin or (was.origin if was else ""),
        added_at=was.added_at if was else wish.at,
    )


def _check_size(one: LabelledPicture, seen: Seen, wish: Wish, title: str) -> None:
    pixels = any(label.form in ("corners", "extent") for label in one.annotation.labels)
    if pixels and one.size is not None and one.size != seen.size:
        said, real = ("x".join(map(str, size)) for size in (one.size, seen.size))
        raise DatasetError(
            f"{title}: {one.origin or wish.source} draws its boxes on {said} pixels, but the picture has {real}"
        )
