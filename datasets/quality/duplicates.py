"""The same or nearly the same picture several times, and likenesses or groups on both sides of a split."""

from collections.abc import Iterator, Sequence

from datasets.likeness import NEAR, clusters, joined
from datasets.quality.finding import Finding, Severity
from datasets.store import StoredSample

__all__ = ["duplicates", "leaks"]


def duplicates(samples: Sequence[StoredSample], near: int = NEAR) -> Iterator[Finding]:
    """One finding for each picture that is there several times, and one for each chain of likenesses."""
    same: dict[str, list[StoredSample]] = {}
    for sample in samples:
        same.setdefault(sample.picture, []).append(sample)
    for copies in same.values():
        if len(copies) > 1:
            yield _copies(copies)
    for chain in clusters(samples, near):
        alike = [samples[at] for at in chain]
        others = tuple(one.title for one in alike[1:])
        severity: Severity = "warning" if len({(one.set, one.group) for one in alike if one.group}) > 1 else "note"
        what = f"looks like {_listed(others)}"
        if severity == "warning":
            what += ", which are in other groups"
        yield Finding("near_duplicate", severity, alike[0].title, what, len(alike), others)


def leaks(samples: Sequence[StoredSample], near: int = NEAR) -> Iterator[Finding]:
    """Groups, copies and likenesses with pictures in more than one split: figures measured there are too good."""
    groups: dict[tuple[str, str], list[StoredSample]] = {}
    for sample in samples:
        if sample.group and sample.split:
            groups.setdefault((sample.set, sample.group), []).append(sample)
    for (name, group), members in groups.items():
        splits = _splits(members)
        if len(splits) > 1:
            what = f"group {group!r} is in {' and '.join(splits)}; split again: zaigang data split"
            yield Finding("leak", "error", name, what, len(members), tuple(one.title for one in members))
    same: dict[str, int] = {}
    copies = [(same.setdefault(sample.picture, at), at) for at, sample in enumerate(samples)]
    chains = [
        *(chain for chain in joined(len(samples), copies) if len(chain) > 1),
        *clusters(samples, near),
    ]
    for chain in chains:
        members = [samples[at] for at in chain if samples[at].split]
        splits = _splits(members)
        if len(splits) > 1:
            word = "is the same as" if len({one.picture for one in members}) == 1 else "looks like"
            first, *rest = members
            others = tuple(one.title for one in rest)
            what = f"{word} {_listed(others)}, but they are in {' and '.join(splits)}"
            yield Finding("leak", "error", first.title, what, len(members), others)


def _copies(copies: Sequence[StoredSample]) -> Finding:
    first, *rest = copies
    others = tuple(one.title for one in rest)
    what = f"is the same picture as {_listed(others)}"
    contested = sorted(
        kind
        for kind in {kind for one in copies for kind in one.annotation.labelled}
        if len({_drawn(one, kind) for one in copies if kind in one.annotation.labelled}) > 1
    )
    if contested:
        what += f", but {', '.join(contested)} is labelled otherwise there"
    return Finding("duplicate", "warning" if contested else "note", first.title, what, len(copies), others)


def _drawn(sample: StoredSample, kind: str) -> tuple[tuple[int, ...], ...]:
    """The boxes of a class in whole pixels, to be compared."""
    boxes = (label.corners(sample.size) for label in sample.annotation.labels if label.kind == kind)
    return tuple(sorted(tuple(round(side) for side in box) for box in boxes))


def _splits(samples: Sequence[StoredSample]) -> list[str]:
    return sorted({one.split for one in samples if one.split})


def _listed(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - 2} more" if len(titles) > 3 else ""
    return ", ".join(titles if not more else titles[:2]) + more
