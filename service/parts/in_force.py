"""What is in force at a site: zaigang.yaml with the latest version of every part over it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from service.parts.content import PARTS, Part, PartError, Refusal, Revision, checked, with_edits, with_uniforms
from service.rules.rulebook import Rulebook
from service.settings import Settings
from vision.observation import WindowId

__all__ = ["Effective", "InForce", "TroubleCode", "effective", "unchanged"]

TroubleCode = Literal["edit_unfit", "edit_late"]
"""What may be wrong with edits: one does not fit any longer, or the last one cannot be taken up."""


@dataclass(frozen=True, slots=True, eq=False)
class Effective:
    """``given`` is zaigang.yaml alone, ``settings`` with ``contents`` over it: what of ``revisions`` fits.

    troubles: what of the revisions does not fit any longer and so is left out, a sentence each.
    """

    given: Settings
    revisions: Mapping[Part, Revision]
    contents: Mapping[Part, Mapping[str, Any]]
    settings: Settings
    books: Mapping[WindowId, Rulebook]
    hall_book: Rulebook
    troubles: tuple[str, ...] = ()

    def versions(self) -> dict[Part, int]:
        """The version of every part that was ever edited."""
        return {part: revision.version for part, revision in self.revisions.items()}

    def version(self, part: Part) -> int:
        """The version of ``part``, 0 where it was never edited."""
        return self.versions().get(part, 0)


class InForce:
    """Holds what is in force ``now``; whoever asks twice may be told two things.

    ``changing`` is held by whoever changes it. ``trouble`` says why what was edited last cannot be taken up.
    """

    def __init__(self, now: Effective) -> None:
        self.now = now
        self.changing = asyncio.Lock()
        self.trouble: str | None = None


def unchanged(given: Settings) -> Effective:
    """A site of which nothing was ever edited."""
    return _of(given, {}, {}, given, ())


def effective(given: Settings, revisions: Mapping[Part, Revision], refusal: Refusal) -> Effective:
    """``given`` with ``revisions`` over it.

    What of them does not fit any longer, since a window, a rule or a network is gone, is left out entry by entry and
    told in ``troubles``: no old entry keeps a hall from being watched.
    """
    contents = {part: revisions[part].content for part in PARTS if part in revisions}
    try:
        return _of(given, revisions, contents, with_edits(given, contents, refusal), ())
    except PartError:
        kept, troubles = _fitting(given, revisions, refusal)
        return _of(given, revisions, kept, _edited(given, revisions, kept, refusal), troubles)


def _edited(
    given: Settings, revisions: Mapping[Part, Revision], kept: Mapping[Part, Mapping[str, Any]], refusal: Refusal
) -> Settings:
    """``given`` with what was ``kept``; where nothing was of a timetable, what ``given`` says is not worn instead."""
    edited = revisions.get("uniform_timetable")
    if edited is None or not edited.content.get("entries") or kept.get("uniform_timetable", {}).get("entries"):
        return with_edits(given, kept, refusal)
    models = given.models.model_copy(update={"uniforms": (), "uniform_timetable": ()})
    try:
        return with_edits(given.model_copy(update={"models": models}), kept, refusal)
    except PartError:  # a rule is on that cannot be judged without: the hall is watched all the same
        return with_edits(given, kept, refusal)


def _of(
    given: Settings,
    revisions: Mapping[Part, Revision],
    contents: Mapping[Part, Mapping[str, Any]],
    settings: Settings,
    troubles: Iterable[str],
) -> Effective:
    return Effective(given, revisions, contents, settings, settings.books(), settings.hall_book(), tuple(troubles))


def _fitting(
    given: Settings, revisions: Mapping[Part, Revision], refusal: Refusal
) -> tuple[dict[Part, Mapping[str, Any]], list[str]]:
    """What of every part fits by itself, and a sentence for each entry that does not."""
    contents: dict[Part, Mapping[str, Any]] = {}
    troubles: list[str] = []
    for part, revision in ((part, revisions[part]) for part in PARTS if part in revisions):
        kept: dict[str, Any] = {}
        below = with_uniforms(given, contents, refusal)
        for found in _pieces(partial(checked, below, part, refusal=refusal), part, (), revision.content):
            if isinstance(found, PartError):
                troubles.append(f"version {revision.version} of {found}; this is left out until it is changed")
            else:
                kept = _joined(kept, found)
        together = {**contents, part: kept}
        try:
            with_edits(given, together, refusal)
        except PartError as error:
            troubles.append(f"version {revision.version} of {error}; this version is left out until it is changed")
        else:
            contents = together
    return contents, troubles


_DEEPEST: Final = {("rules", "hall"): 3, ("rules", "windows"): 4, ("duty", "windows"): 2}
"""How many keys deep a part can be taken apart below its first key; a single figure is the smallest piece."""


def _pieces(
    fits: Callable[[object], dict[str, Any]], part: Part, path: tuple[str, ...], value: Any
) -> Iterator[dict[str, Any] | PartError]:
    """``value``, which stands at ``path``, as large pieces as fit, and why the smallest do not."""
    try:
        yield fits(_at(path, value))
    except PartError as error:
        deeper = len(path) < max(1, _DEEPEST.get((part, path[0]), 0) if path else 1)
        if isinstance(value, Mapping) and value and deeper:
            for key, one in value.items():
                yield from _pieces(fits, part, (*path, key), one)
        elif isinstance(value, list) and len(value) > 1:
            for index, one in enumerate(value):
                for found in _pieces(fits, part, path, [one]):
                    yield _numbered(found, path[-1], index) if isinstance(found, PartError) else found
        else:
            yield error


def _numbered(error: PartError, key: str, index: int) -> PartError:
    """``error`` of a list's entry that was looked at by itself, with the place at which it stands."""
    said, field = str(error), error.field
    for alone, there in ((f"{key}.0", f"{key}.{index}"), (f"{key}[0]", f"{key}[{index}]")):
        said, field = said.replace(alone, there, 1), field.replace(alone, there, 1)
    return PartError(said, field)


def _at(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both contents in one."""
    joined = dict(one)
    for key, value in other.items():
        there = joined.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            joined[key] = _joined(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            joined[key] = [*there, *value]
        else:
            joined[key] = value
    return joined
