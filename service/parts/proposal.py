"""What a new version of a part would change, before anybody saves it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from service.parts.content import Part, PartError, Refusal, checked, with_edits, with_uniforms
from service.parts.in_force import Effective
from service.parts.leave import named
from service.parts.outlook import DutyDay, outlook
from service.parts.worn import WornDays, worn_otherwise
from service.rules.rulebook import Rulebook
from service.settings import DutySettings, LeaveSettings, RosterEntry, Settings
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["BookChange", "Change", "Proposal", "differences", "proposed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One key that will be another: ``old`` and ``new`` as they are in force, None where there is none.

    windows: for which; empty for the hall as such, where it has no windows.
    """

    key: str
    old: Any
    new: Any
    windows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookChange:
    """Windows that will be judged by another version of the rulebook."""

    windows: tuple[str, ...]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A content that has passed every check, and what it would do.

    same: it says what is there already, and nothing is to be saved. interrupts: open events that end as interrupted,
    since another rulebook judges on. closes: open events that end because their window is not on duty any longer.
    """

    part: Part
    base: int
    content: Mapping[str, Any]
    same: bool
    changes: tuple[Change, ...]
    books: tuple[BookChange, ...]
    days: tuple[DutyDay, ...]
    worn: tuple[WornDays, ...]
    interrupts: int
    closes: int


def proposed(
    now: Effective, part: Part, content: object, at: StreamTime, opened: Mapping[str, int], refusal: Refusal
) -> Proposal:
    """What ``content`` as the next version of ``part`` would change of what is in force ``now``.

    ``opened`` is how many open events each window has. Raises PartError naming the place of what is wrong.
    """
    wanted = checked(with_uniforms(now.given, now.contents, refusal), part, content, refusal)
    try:
        after = with_edits(now.given, {**now.contents, part: wanted}, refusal)
    except PartError as error:  # by itself it is right, and another part to blame: no place of this one is
        raise PartError(str(error)) from error
    kept = now.revisions.get(part)
    books = tuple(_books(now.books, after.books()))
    judged_anew = {window for change in books for window in change.windows}
    duty, will = now.settings.duty_by_window(), after.duty_by_window()
    off = [window for window in now.books if duty(window, at) == "on" and will(window, at) != "on"]
    return Proposal(
        part,
        now.version(part),
        wanted,
        same=wanted == (dict(kept.content) if kept is not None else {}),
        changes=tuple(differences(now.settings, after, part)),
        books=books,
        days=tuple(outlook(now.settings, after, at)) if part in ("duty", "leave") else (),
        worn=tuple(worn_otherwise(now.settings, after, at)) if part == "uniform_timetable" else (),
        interrupts=sum(opened.get(window, 0) for window in judged_anew),
        closes=sum(opened.get(window, 0) for window in off if window not in judged_anew),
    )


def differences(before: Settings, after: Settings, part: Part) -> list[Change]:
    """Key by key what is in force otherwise after than before."""
    if part in _BY_ENTRY:
        return list(_BY_ENTRY[part](before, after))
    alike = _judged(before, after) if part == "rules" else _on_duty(before, after)
    found: dict[tuple[str, str], Change] = {}
    for windows, old, new in alike:
        for key in dict.fromkeys((*old, *new)):
            was, will = old.get(key), new.get(key)
            if was != will:
                known = found.get((key, repr((was, will))))
                together = (*known.windows, *windows) if known is not None else windows
                found[key, repr((was, will))] = Change(key, was, will, together)
    return list(found.values())


_Alike: TypeAlias = tuple[tuple[str, ...], Mapping[str, Any], Mapping[str, Any]]
"""Windows with the same figures before and the same after."""


def _judged(before: Settings, after: Settings) -> Iterator[_Alike]:
    old, new = before.books(), after.books()
    if not old:
        yield (), _flat(before.hall_book()), _flat(after.hall_book())
    for change in _books(old, new):
        window = WindowId(change.windows[0])
        yield change.windows, _flat(old[window]), _flat(new[window])


def _on_duty(before: Settings, after: Settings) -> Iterator[_Alike]:
    old_hours, new_hours = before.duties(), after.duties()
    alike: dict[str, tuple[list[str], DutySettings, DutySettings]] = {}
    for window in before.windows():
        was, will = old_hours.get(window, before.duty), new_hours.get(window, after.duty)
        alike.setdefault(repr((was, will)), ([], was, will))[0].append(window)
    if not alike:
        yield (), before.duty.model_dump(mode="json"), after.duty.model_dump(mode="json")
    for windows, was, will in alike.values():
        yield tuple(windows), was.model_dump(mode="json"), will.model_dump(mode="json")


def _flat(book: Rulebook) -> dict[str, Any]:
    content = book.model_dump(mode="json")["rules"]
    return {f"{rule}.{key}": value for rule, figures in content.items() for key, value in figures.items()}


def _of_leave(before: Settings, after: Settings) -> Iterator[Change]:
    """The entries of leave that are new, gone or other ones, by id."""
    old, new = named(before.leave), named(after.leave)
    ids: dict[str, None] = dict.fromkeys((*old, *new))
    for id_ in ids:
        was, will = old.get(id_), new.get(id_)
        if was != will:
            whose = [entry.windows or tuple(before.windows()) for entry in (was, will) if entry is not None]
            yield Change(f"leave.{id_}", _shown(was), _shown(will), whose[-1])


def _of_roster(before: Settings, after: Settings) -> Iterator[Change]:
    """The entries of the roster that are gone, then those that are new."""
    old, new = Counter(before.roster), Counter(after.roster)
    for entry in (old - new).elements():
        yield Change(f"roster.{entry.window}", _shown(entry), None, (entry.window,))
    for entry in (new - old).elements():
        yield Change(f"roster.{entry.window}", None, _shown(entry), (entry.window,))


def _of_uniforms(before: Settings, after: Settings) -> Iterator[Change]:
    """The stretches of the timetable for which other uniforms are named, or none any longer."""
    old, new = _by_days(before), _by_days(after)
    stretches: dict[str, None] = dict.fromkeys((*old, *new))
    for stretch in stretches:
        was, will = old.get(stretch), new.get(stretch)
        if was != will:
            yield Change(f"uniform_timetable.{stretch}", was, will, tuple(before.windows()))


def _by_days(settings: Settings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in settings.models.worn():
        stretch = entry.begins if entry.ends is None else f"{entry.begins}/{entry.ends}"
        found.setdefault(stretch, []).extend(str(file) for file in entry.uniforms)
    return found


_BY_ENTRY: Final[Mapping[Part, Callable[[Settings, Settings], Iterator[Change]]]] = {
    "leave": _of_leave,
    "roster": _of_roster,
    "uniform_timetable": _of_uniforms,
}


def _shown(entry: LeaveSettings | RosterEntry | None) -> dict[str, Any] | None:
    return None if entry is None else entry.model_dump(mode="json", by_alias=True)


def _books(old: Mapping[WindowId, Rulebook], new: Mapping[WindowId, Rulebook]) -> Iterator[BookChange]:
    """The windows that are judged by another book, those of the same two books together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for window, book in old.items():
        if book.version != new[window].version:
            alike.setdefault((book.version, new[window].version), []).append(window)
    yield from (BookChange(tuple(windows), was, will) for (was, will), windows in alike.items())
