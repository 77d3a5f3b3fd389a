"""A set's classes brought to those that are wanted, or refused with the mapping that is missing."""

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from datasets.errors import DatasetError
from datasets.formats import LabelledSet
from datasets.label import Annotation

__all__ = ["REST", "fitted", "kinds_of"]

REST = "*"
"""Stands for every class that no other mapping names."""


def fitted(
    said: LabelledSet, source: str, mapping: Mapping[str, str], wanted: Sequence[str] = (), labelled: Sequence[str] = ()
) -> LabelledSet:
    """``said`` with its classes renamed by ``mapping`` (to an empty name: left out).

    With ``wanted`` every class that has a box must be one of them afterwards. ``labelled`` says, in the new names,
    which classes have a box wherever one is seen; without it the source's word counts. Raises DatasetError naming the
    mapping that is missing, or one that names a class which the set does not have.
    """
    known = kinds_of(said)
    strange = sorted(set(mapping) - set(known) - {REST})
    if strange:
        raise DatasetError(f"{source}: --map names {strange[0]!r}, but its classes are {', '.join(known)}")
    names = {name: mapping.get(name, _rest(name, mapping, wanted)) for name in known}
    if wanted:
        missing = [name for name in known if names[name] and names[name] not in wanted and known[name]]
        if missing:
            raise DatasetError(_refusal(source, missing, known, wanted))
        names = {name: new if new in wanted else "" for name, new in names.items()}
    classes = tuple(dict.fromkeys(names[name] for name in known if names[name]))
    unheard = [name for name in labelled if name not in (wanted or classes)]
    if unheard:
        raise DatasetError(f"{source}: --labelled names {unheard[0]!r}; the classes are {', '.join(wanted or classes)}")
    classes = tuple(dict.fromkeys((*classes, *labelled)))
    pictures = tuple(replace(one, annotation=_renamed(one.annotation, names, tuple(labelled))) for one in said.pictures)
    return replace(said, classes=classes, pictures=pictures)


def kinds_of(said: LabelledSet) -> Counter[str]:
    """How many boxes and tags each class of the set has, in the order of its classes."""
    used = Counter(dict.fromkeys(said.classes, 0))
    used.update(label.kind for one in said.pictures for label in one.annotation.labels)
    used.update(tag for one in said.pictures for tag in one.annotation.tags)
    return used


def _rest(name: str, mapping: Mapping[str, str], wanted: Sequence[str]) -> str:
    return name if name in wanted else mapping.get(REST, name)


def _renamed(said: Annotation, names: Mapping[str, str], labelled: tuple[str, ...]) -> Annotation:
    labels = tuple(replace(label, kind=names[label.kind]) for label in said.labels if names[label.kind])
    tags = tuple(dict.fromkeys(names[tag] for tag in said.tags if names[tag]))
    whole = tuple(dict.fromkeys(names[name] for name in said.labelled if names.get(name)))
    return replace(said, labels=labels, tags=tags, labelled=labelled if said.labelled and labelled else whole)


def _refusal(source: str, missing: Sequence[str], used: Counter[str], wanted: Sequence[str]) -> str:
    named = ", ".join(f"{name!r} ({used[name]} times)" for name in missing)
    options = " ".join(f"--map '{name}={_nearest(name, wanted)}'" for name in missing[:8])
    return (
        f"{source}: has classes that are not among {', '.join(wanted)}: {named}; say what each of them is: {options} "
        f"(nothing after the = leaves a class out, --map '{REST}=' all that are not named)"
    )


def _nearest(name: str, wanted: Sequence[str]) -> str:
    """A guess at what is meant, for the person to correct."""
    low = name.lower()
    inside = [one for one in wanted if one.lower() in low or low in one.lower()]
    return next(iter(inside or difflib.get_close_matches(name, wanted, 1, 0.6)), "")
