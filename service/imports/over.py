"""What is in force of a part with what a file says over it, so that a file of closed days leaves the hours alone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError

from service.imports.part import Imported
from service.parts import Effective, part_of
from service.settings import ClosedSettings, LeaveSettings, RosterEntry

__all__ = ["content_with", "laid_over"]


def content_with(now: Effective, found: Imported) -> dict[str, Any]:
    """The content of ``found.part`` that the site should have: what was edited with ``found`` over it.

    Of hours that nobody has edited yet those of zaigang.yaml are, so that a file of closed days leaves them alone.
    """
    edited = now.revisions[found.part].content if found.part in now.revisions else {}
    if found.part != "duty":
        return laid_over(found, edited)
    in_force = part_of(now.settings, "duty")
    windows = dict(edited.get("windows") or {})
    for window in found.content["windows"]:
        if window not in windows and window in in_force["windows"]:
            windows[window] = in_force["windows"][window]
    hall = edited.get("hall") or (in_force["hall"] if found.content["hall"] else None)
    return laid_over(found, {"windows": windows} if hall is None else {"hall": hall, "windows": windows})


def laid_over(found: Imported, present: Mapping[str, Any]) -> dict[str, Any]:
    """The content of ``found.part`` that the site should have, from ``present``, that which it has.

    Hours that the file gives replace those of the hall or window that they are of; single days and closed days are
    added, and so are entries of leave and roster that are not there yet. A uniform timetable replaces the one there is.
    """
    if found.part == "uniform_timetable":
        return found.content
    if found.part != "duty":
        model: type[BaseModel] = LeaveSettings if found.part == "leave" else RosterEntry
        return {**present, "entries": _added(model, present.get("entries", ()), found.content["entries"])}
    windows = dict(present.get("windows") or {})
    for window, own in found.content["windows"].items():
        windows[window] = _duty(windows.get(window) or {}, own)
    hall = found.content["hall"]
    return {**present, **({"hall": _duty(present.get("hall") or {}, hall)} if hall else {}), "windows": windows}


def _duty(present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in present.items() if key != "by_weekday" or "shifts" not in given}
    together = {**kept, **given}
    if "days" in given:
        together["days"] = {
            **{str(day): worked for day, worked in (present.get("days") or {}).items()},
            **given["days"],
        }
    if "closed" in given:
        together["closed"] = _added(ClosedSettings, present.get("closed") or (), given["closed"])
    return together


def _added(model: type[BaseModel], present: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    known = []
    for entry in present:
        with suppress(ValidationError):  # told where the content is checked, with its place
            known.append(model.model_validate(entry))
    return [*present, *(entry for entry in given if model.model_validate(entry) not in known)]
