"""One part of a site from one file: what it says, in the shape of `zaigang.yaml`, and what is wrong with it."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, ValidationError

from service.imports.entries import closed_rows, leave_rows, roster_rows, worn_rows
from service.imports.headings import columns_of
from service.imports.hours import HOURS, duty_of_hours, hours_rows
from service.imports.reading import read_file, read_table
from service.imports.table import Fault, Table
from service.imports.taking import Names
from service.rules.rulebook import load_rulebook
from service.settings import DutySettings, OwnDutySettings, Settings
from vision.errors import BadInput

__all__ = ["PARTS", "Imported", "Part", "import_content", "import_part"]

Part: TypeAlias = Literal["duty", "leave", "roster", "uniform_timetable"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file, ``source``, says of ``part``.

    content: of the rows without a fault alone, plain data as `zaigang.yaml` has it: of duty
    ``{"hall": {...}, "windows": {id: {...}}}`` with the keys that the file says something of, of the others
    ``{"entries": [...]}``. rows: how many rows were taken. notes: what was passed over without being wrong.
    """

    part: Part
    source: str
    content: dict[str, Any]
    rows: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def check(self) -> None:
        """Raises BadInput with every fault, a line each, where there is any."""
        if not self.faults:
            return
        shown = [f"  {fault}" for fault in self.faults[:_SHOWN]]
        if len(self.faults) > _SHOWN:
            shown.append(f"  and {len(self.faults) - _SHOWN} more")
        raise BadInput("\n".join([f"{self.source}: {self.told}", *shown]))

    @property
    def told(self) -> str:
        """How much of it is wrong, in words."""
        bad = len({fault.row for fault in self.faults})
        return f"{'1 row is' if bad == 1 else f'{bad} rows are'} wrong, nothing was taken"


Unfit: TypeAlias = Callable[[Path], str | None]


def import_part(
    part: Part, path: Path, settings: Settings, sheet: str | None = None, unfit: Unfit | None = None
) -> Imported:
    """What the table in ``path`` says of ``part``, as `import_content` has it; raises BadInput, naming the file."""
    return import_content(part, read_file(path), str(path), settings, sheet, unfit)


def import_content(
    part: Part, content: bytes, source: str, settings: Settings, sheet: str | None = None, unfit: Unfit | None = None
) -> Imported:
    """What the table in ``content``, the bytes of a file, says of ``part``.

    Windows are known by the ids and names of ``settings``, uniforms by those of its files; ``unfit`` says why one
    cannot be judged by. A file for `duty` holds hours or, with a column 事由/why, days out of service. ``sheet`` names
    one of a workbook that has several. Rows that are wrong are faults of the result. Raises BadInput, naming
    ``source``, where it cannot be read or its headings are wrong.
    """
    names = Names(_window_names(settings), _rule_names(), _uniform_names(settings), unfit or (lambda _file: None))
    try:
        table = read_table(content, sheet)
        found, rows, faults, doubles = _PARSED[part](table, names)
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from error
    read = (f'sheet "{table.sheet}" was read',) if table.sheet is not None else ()
    ordered = sorted(faults, key=lambda fault: fault.row)
    return Imported(part, source, found, rows, tuple(ordered), (*read, *table.notes, *doubles))


_Parsed: TypeAlias = tuple[dict[str, Any], int, list[Fault], list[str]]


def _leave(table: Table, names: Names) -> _Parsed:
    return _listed(*leave_rows(table, names))


def _roster(table: Table, names: Names) -> _Parsed:
    return _listed(*roster_rows(table, names))


def _worn(table: Table, names: Names) -> _Parsed:
    return _listed(*worn_rows(table, names))


def _listed(rows: list[tuple[int, dict[str, Any]]], faults: list[Fault]) -> _Parsed:
    once, doubles = _once(rows)
    return {"entries": [entry for _, entry in once]}, len({row for row, _ in once}), faults, doubles


def _duty(table: Table, names: Names) -> _Parsed:
    if _is_of_closed_days(table):
        return _closed(table, names)
    rows, faults = hours_rows(table, names)
    content = duty_of_hours(rows)
    for window, own in ((None, content["hall"]), *content["windows"].items()):
        model: type[BaseModel] = OwnDutySettings if window else DutySettings
        try:
            model.model_validate(own)
        except ValidationError as error:
            last = [row.number for row in rows if row.season and (window in row.windows if window else not row.windows)]
            faults += [Fault(last[-1], "", str(one["msg"]).removeprefix("Value error, ")) for one in error.errors()]
    return content, len(rows), faults, []


def _is_of_closed_days(table: Table) -> bool:
    try:
        columns_of(table, (*HOURS, "why"), (), "a table of duty")
    except BadInput:
        return False
    return "why" in columns_of(table, (*HOURS, "why"), (), "a table of duty").places


def _closed(table: Table, names: Names) -> _Parsed:
    found, faults = closed_rows(table, names)
    rows, doubles = _once(found)
    content: dict[str, Any] = {"hall": {}, "windows": {}}
    for _, entry in rows:
        windows = entry.pop("windows")
        for scope in [content["hall"]] if windows is None else [content["windows"].setdefault(w, {}) for w in windows]:
            scope.setdefault("closed", []).append(entry)
    return content, len(rows), faults, doubles


_PARSED: Final = {"duty": _duty, "leave": _leave, "roster": _roster, "uniform_timetable": _worn}


def _once(rows: Sequence[tuple[int, dict[str, Any]]]) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    """The rows without those that repeat another, and a note for each of these."""
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    notes = []
    for number, entry in rows:
        before, _ = first.setdefault(repr(entry), (number, entry))
        if before != number:
            notes.append(f"row {number} repeats row {before} and was taken once")
    return list(first.values()), notes


def _window_names(settings: Settings) -> dict[str, str]:
    """Every id, and every name that is one window's alone, to the id."""
    titles = [(window, own.title) for window, (_, own) in settings.windows().items()]
    once = [(title, window) for window, title in titles if sum(other == title for _, other in titles) == 1]
    return {_plain(name): str(window) for name, window in [*once, *((window, window) for window, _ in titles)]}


def _uniform_names(settings: Settings) -> dict[str, str]:
    """Every file of a uniform that the site names, and every file's name that is one's alone, to the file."""
    files = list(dict.fromkeys(file for entry in settings.models.worn() for file in entry.uniforms))
    once = [(file.stem, file) for file in files if sum(other.stem == file.stem for other in files) == 1]
    return {_plain(name): str(file) for name, file in [*once, *((str(file), file) for file in files)]}


def _rule_names() -> dict[str, str]:
    rules: Mapping[str, Any] = load_rulebook().rules
    return {_plain(name): id_ for id_, rule in rules.items() for name in (rule.name.zh, rule.name.en, id_)}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()
