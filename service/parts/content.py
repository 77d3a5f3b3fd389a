"""The parts of a site that are edited while it runs: what each may hold, and how it lies over zaigang.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_jsonable_python

from service.rules.rulebook import Rulebook, RulebookError, load_rulebook, overridden
from service.settings import (
    DutySettings,
    GivenSettings,
    LeaveSettings,
    ModelSettings,
    OwnDutySettings,
    RosterEntry,
    Settings,
    WindowSettings,
    WornSettings,
    faults,
)
from vision.errors import BadInput
from vision.streamtime import StreamTime

__all__ = [
    "PARTS",
    "Changes",
    "Part",
    "PartError",
    "Refusal",
    "Revision",
    "checked",
    "part_of",
    "with_edits",
    "with_uniforms",
]

Part = Literal["uniform_timetable", "rules", "duty", "leave", "roster"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
"""Uniforms come first: they decide which rules can be judged."""

Changes: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Rule to key to value."""


class Refusal(Protocol):
    """Why the site's networks cannot judge what is edited, None where they can (`service.models.refusal_by`)."""

    def of_book(self, book: Rulebook, models: ModelSettings) -> str | None:
        """By a rulebook, with the uniforms that ``models`` name."""

    def of_uniform(self, file: Path) -> str | None:
        """By the uniform that was enrolled in ``file``."""


class PartError(BadInput):
    """A part's content is wrong: ``field`` is the dotted place, such as ``content.windows.w1.leave_post.after``."""

    def __init__(self, message: str, field: str = "content") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Revision:
    """A version of a part: what ``by`` saved at ``saved_at``, and why."""

    part: Part
    version: int
    content: Mapping[str, Any]
    by: str
    why: str
    saved_at: StreamTime


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RulesContent(_Content):
    """Figures that go before those of zaigang.yaml, key by key."""

    hall: Changes = Field(default_factory=dict)
    windows: Mapping[str, Changes] = Field(default_factory=dict)


class DutyContent(_Content):
    """Hours in place of those of zaigang.yaml; a window has what differs from the hall, null where nothing does."""

    hall: DutySettings | None = None
    windows: Mapping[str, OwnDutySettings | None] = Field(default_factory=dict)


class LeaveContent(_Content):
    """Leave beside that of zaigang.yaml."""

    entries: tuple[LeaveSettings, ...] = ()


class RosterContent(_Content):
    """Who is at which window, beside what zaigang.yaml says of it."""

    entries: tuple[RosterEntry, ...] = ()


class WornContent(_Content):
    """When which uniform is worn, in place of what zaigang.yaml says of it; without entries that holds."""

    entries: tuple[WornSettings, ...] = ()


_SHAPES: Final[Mapping[Part, type[_Content]]] = {
    "uniform_timetable": WornContent,
    "rules": RulesContent,
    "duty": DutyContent,
    "leave": LeaveContent,
    "roster": RosterContent,
}


def part_of(settings: Settings, part: Part) -> dict[str, Any]:
    """What ``settings`` say of ``part``, in the shape in which it is edited."""
    windows = {window: own for window, (_, own) in settings.windows().items()}
    if part == "rules":
        own = {window: _plain(one.rules) for window, one in windows.items() if one.rules}
        return {"hall": _plain(settings.rules), "windows": own}
    if part == "duty":
        hours = {window: _whole(one.duty) for window, one in windows.items() if one.duty is not None}
        return {"hall": _whole(settings.duty), "windows": hours}
    entries: Mapping[Part, Sequence[BaseModel]] = {
        "uniform_timetable": settings.models.worn(),
        "leave": settings.leave,
        "roster": settings.roster,
    }
    return {"entries": [_whole(one) for one in entries[part]]}


def checked(given: Settings, part: Part, content: object, refusal: Refusal) -> dict[str, Any]:
    """``content`` as it is kept: plain values in one way of writing them.

    It is held against ``given``, over which it is to lie, with the uniforms that are worn. Raises PartError naming the
    place.
    """
    shape = _SHAPES[part]
    if not isinstance(content, Mapping):
        raise PartError(f"{part}: it must hold the keys {' and '.join(shape.model_fields)}")
    try:
        plain_content = to_jsonable_python(content)
    except UnicodeEncodeError as error:  # JSON can write one, as \ud800
        raise PartError(f"{part}: it holds half a character ({error.object[error.start : error.end]!a})") from error
    except ValueError as error:
        raise PartError(f"{part}: it is nested too deeply") from error
    try:
        read = shape.model_validate(plain_content)
    except ValidationError as error:
        place, sentence = faults(error)[0]
        raise PartError(f"{part}: {sentence}", f"content.{place}" if place else "content") from error
    known = given.windows()
    for place, window in _windows_of(read):
        if window not in known:
            there = f"there are {', '.join(known)}" if known else "zaigang.yaml names none"
            raise PartError(f'{part}: {place}: there is no window "{window}"; {there}', f"content.{place}")
    if isinstance(read, RulesContent):
        return _checked_rules(given, read, refusal)
    if isinstance(read, LeaveContent):
        _check_rules_of_leave(read)
    if isinstance(read, WornContent):
        _check_uniforms(read, refusal)
    plain: dict[str, Any] = _plain(read)
    return plain


def with_edits(given: Settings, contents: Mapping[Part, Mapping[str, Any]], refusal: Refusal) -> Settings:
    """The site as it is with ``contents`` over what zaigang.yaml says; raises PartError naming part and place."""
    if not contents:
        return given
    given = with_uniforms(given, contents, refusal)
    wanted = {part: checked(given, part, content, refusal) for part, content in contents.items()}
    values = given.model_dump(mode="json")
    rules, duty = RulesContent(**wanted.get("rules", {})), DutyContent(**wanted.get("duty", {}))
    values["rules"] = _over(given.rules, rules.hall)
    if duty.hall is not None:
        values["duty"] = _plain(duty.hall)
    for camera in values["cameras"]:
        for window in camera["windows"]:
            window["rules"] = _over(window["rules"], rules.windows.get(window["id"], {}))
            if window["id"] in duty.windows:
                window["duty"] = _plain(duty.windows[window["id"]])
    for part in ("leave", "roster"):
        values[part] = [*values[part], *wanted.get(part, {}).get("entries", ())]
    try:
        settings = GivenSettings(**values)
        books = settings.books()
    except ValidationError as error:
        raise PartError("; ".join(sentence for _, sentence in faults(error))) from error
    except RulebookError as error:
        raise PartError(str(error)) from error
    _refuse(refusal, settings, *books.values())
    return settings


def with_uniforms(given: Settings, contents: Mapping[Part, Mapping[str, Any]], refusal: Refusal) -> Settings:
    """``given`` with the uniforms that ``contents`` say are worn, which decide what rules can be judged."""
    entries = checked(given, "uniform_timetable", contents.get("uniform_timetable", {}), refusal).get("entries")
    if not entries:
        return given
    values = {**given.models.model_dump(exclude={"uniforms"}), "uniform_timetable": entries}
    return given.model_copy(update={"models": ModelSettings(**values)})


def _checked_rules(given: Settings, wanted: RulesContent, refusal: Refusal) -> dict[str, Any]:
    """Every change by itself over zaigang.yaml, so that the one that is wrong can be named."""
    windows = given.windows()
    hall = _book(load_rulebook(), given.rules, wanted.hall, "hall")
    kept: dict[str, Any] = {"hall": _written(hall, wanted.hall), "windows": {}}
    _refuse(refusal, given, hall, place="hall")
    for window, changes in wanted.windows.items():
        own: WindowSettings = next(own for name, (_, own) in windows.items() if name == window)
        book = _book(hall, own.rules, changes, f"windows.{window}")
        _refuse(refusal, given, book, place=f"windows.{window}")
        kept["windows"][window] = _written(book, changes)
    return {scope: changes for scope, changes in kept.items() if changes}


def _book(base: Rulebook, below: Changes, above: Changes, place: str) -> Rulebook:
    try:
        return overridden(base, _over(below, above), place)
    except RulebookError as error:
        raise PartError(f"rules: {error}", ".".join(("content", place, *([error.key] if error.key else [])))) from error


def _written(book: Rulebook, changes: Changes) -> dict[str, Any]:
    """``changes`` with every value as the book writes it: 180 and 3min are one."""
    effective = {name: book.rules[name].model_dump(mode="json") for name in changes}
    return {name: {key: effective[name][key] for key in change} for name, change in changes.items() if change}


def _over(below: Changes, above: Changes) -> dict[str, dict[str, Any]]:
    """``above`` laid over ``below``, key by key."""
    return {name: {**below.get(name, {}), **above.get(name, {})} for name in dict.fromkeys((*below, *above))}


def _refuse(refusal: Refusal, settings: Settings, *books: Rulebook, place: str = "") -> None:
    for book in books:
        why = refusal.of_book(book, settings.models)
        if why is not None:
            raise PartError(f"rules: {place}: {why}" if place else f"rules: {why}", f"content.{place}".rstrip("."))


def _windows_of(content: _Content) -> Iterator[tuple[str, str]]:
    """Every window that ``content`` names, and where."""
    if isinstance(content, RulesContent | DutyContent):
        yield from ((f"windows.{window}", window) for window in content.windows)
    if isinstance(content, LeaveContent):
        for index, entry in enumerate(content.entries):
            yield from ((f"entries.{index}.windows", window) for window in entry.windows)
    if isinstance(content, RosterContent):
        yield from ((f"entries.{index}.window", entry.window) for index, entry in enumerate(content.entries))


def _check_rules_of_leave(content: LeaveContent) -> None:
    known = load_rulebook().rules
    for index, entry in enumerate(content.entries):
        strange = next((rule for rule in entry.rules if rule not in known), None)
        if strange is not None:
            place = f"entries.{index}.rules"
            raise PartError(
                f'leave: {place}: there is no rule "{strange}"; the book has {", ".join(known)}', f"content.{place}"
            )


def _check_uniforms(content: WornContent, refusal: Refusal) -> None:
    refused = lru_cache(maxsize=None)(refusal.of_uniform)  # what is worn all year stands in every entry
    for index, entry in enumerate(content.entries):
        for number, file in enumerate(entry.uniforms):
            why = refused(file)
            if why is not None:
                place = f"entries.{index}.uniforms.{number}"
                raise PartError(f"uniform_timetable: {place}: {why}", f"content.{place}")


def _plain(value: Any) -> Any:
    """Plain values as a file would hold them, of a model those that were given."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return to_jsonable_python(value)


def _whole(value: BaseModel) -> dict[str, Any]:
    """Plain values of a model with its defaults, without what it leaves to another."""
    return value.model_dump(mode="json", by_alias=True, exclude_none=True)
