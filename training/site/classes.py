"""Which classes a network shall have, and what the classes of a trainer's sets mean for them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.errors import TrainingError


@dataclass(frozen=True, slots=True)
class Renaming:
    """A class ``old`` of a set (None: of every set) is the network's ``new``; None leaves its boxes out."""

    set: str | None
    old: str
    new: str | None

    def __str__(self) -> str:
        return f"--map {f'{self.set}:' if self.set else ''}{self.old}={self.new or ''}"


def renaming(text: str) -> Renaming:
    """``[SET:]OLD=NEW`` read; an empty NEW leaves the boxes out."""
    name, equals, new = text.partition("=")
    of, colon, old = name.strip().rpartition(":")
    if not equals or not old.strip() or (colon and not of.strip()):
        raise TrainingError(
            f"--map {text!r}: write it as [SET:]OLD=NEW, such as 'phone=cell phone'; an empty NEW leaves boxes out"
        )
    return Renaming(of.strip() or None, old.strip(), new.strip() or None)


def wanted_classes(base: Sequence[str], wish: str | None) -> tuple[str, ...]:
    """The classes of the network to be: those of ``base``, ``+a,b`` more than those, or ``a,b`` and no others."""
    if wish is None:
        return tuple(base)
    names = [name.strip() for name in wish.removeprefix("+").split(",")]
    if not all(names):
        raise TrainingError(f"--classes {wish!r}: write names with commas between, such as +uniform or person,uniform")
    names = [*base, *names] if wish.startswith("+") else names
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise TrainingError(f"--classes {wish!r}: {double} is named twice, or the base has it already")
    return tuple(names)


def meanings(
    sets: Mapping[str, Sequence[str]], classes: Sequence[str], base: Sequence[str], renamings: Sequence[Renaming]
) -> dict[str, dict[str, str | None]]:
    """For every set its classes as the network's (None: left out).

    Raises TrainingError with the options to give when a class means nothing yet, when an option names what is not
    there, or when nothing would teach one of ``classes``.
    """
    for one in renamings:
        _check(one, sets, classes)
    meant: dict[str, dict[str, str | None]] = {}
    unknown: dict[str, list[str]] = {}
    for name, own in sets.items():
        meant[name] = {}
        for kind in own:
            given = _chosen(name, kind, renamings)
            if given is not None:
                meant[name][kind] = given.new
            elif kind in classes:
                meant[name][kind] = kind
            else:
                unknown.setdefault(kind, []).append(name)
    if unknown:
        raise TrainingError(_missing(unknown, classes))
    taught = {new for own in meant.values() for new in own.values()} | set(base)
    empty = [name for name in classes if name not in taught]
    if empty:
        raise TrainingError(
            f"--classes: nothing teaches {_listed(empty)}: neither the base nor a set has "
            f"{'such classes' if empty[1:] else 'such a class'}; the sets have "
            f"{_listed(sorted({kind for own in sets.values() for kind in own})) or 'none'}"
        )
    return meant


def _chosen(name: str, kind: str, renamings: Sequence[Renaming]) -> Renaming | None:
    """The renaming of this set before the one of every set; of several the last."""
    fitting = [one for one in renamings if one.old == kind and one.set in (None, name)]
    return next((one for one in reversed(fitting) if one.set), fitting[-1] if fitting else None)


def _check(one: Renaming, sets: Mapping[str, Sequence[str]], classes: Sequence[str]) -> None:
    if one.set is not None and one.set not in sets:
        raise TrainingError(f"{one}: there is no set {one.set}; the sets are {_listed(list(sets))}")
    there = sorted({kind for name, own in sets.items() if one.set in (None, name) for kind in own})
    if one.old not in there:
        raise TrainingError(f"{one}: no set has a class {one.old}; they have {_listed(there) or 'none'}")
    if one.new is not None and one.new not in classes:
        raise TrainingError(
            f"{one}: the network has no class {one.new}; it has {_listed(classes)}. "
            f"Let it learn one with --classes +{one.new}"
        )


def _missing(unknown: Mapping[str, Sequence[str]], classes: Sequence[str]) -> str:
    options = " ".join(f"--map {_quoted(f'{kind}={_guess(kind, classes)}')}" for kind in unknown)
    where = "; ".join(f"{kind} in {_listed(names)}" for kind, names in unknown.items())
    many = len(unknown) > 1
    return (
        f"what {'these classes mean' if many else 'this class means'} to the network is not said: {where}. "
        f"It has {_listed(classes)}. Say what {'they are' if many else 'it is'} with {options} (nothing after = leaves "
        f"the boxes out), or let it learn {'them' if many else 'it'} with --classes {_quoted('+' + ','.join(unknown))}"
    )


def _guess(kind: str, classes: Sequence[str]) -> str:
    """The class that ``kind`` most likely is; NAME where none is near."""
    holding = [name for name in classes if kind.lower() in name.lower() or name.lower() in kind.lower()]
    near = holding or difflib.get_close_matches(kind, classes, n=1, cutoff=0.7)
    return near[0] if near else "NAME"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _listed(names: Sequence[str], most: int = 24) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
