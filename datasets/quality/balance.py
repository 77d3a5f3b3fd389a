"""Whether there is enough of every class in every split, and whether sets say what has to be known of them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from datasets.formats import SPLITS
from datasets.quality.finding import Finding
from datasets.store import StoredSample

__all__ = ["balance"]

_FEW = 20


def balance(samples: Sequence[StoredSample]) -> Iterator[Finding]:
    """Findings on classes and sets as a whole."""
    yield from _classes(samples)
    yield from _spelling(samples)
    sets: dict[str, list[StoredSample]] = {}
    for sample in samples:
        sets.setdefault(sample.set, []).append(sample)
    for name, members in sets.items():
        bare = [one for one in members if not one.annotation.labelled and not one.annotation.tags]
        if bare:
            what = f"{len(bare)} of {len(members)} pictures say nothing of any class; they teach nothing until labelled"
            yield Finding("unlabelled", "note", name, what, len(bare), tuple(one.title for one in bare))
        if not any(one.group for one in members) and len(members) > 1:
            what = "has no groups: only likeness keeps a scene on one side of a split; import it again with --group-by"
            yield Finding("no_groups", "warning", name, what, len(members))
        if not any(one.licence for one in members):
            what = "has no licence; say it with --licence when importing"
            yield Finding("no_licence", "note", name, what, len(members))


def _classes(samples: Sequence[StoredSample]) -> Iterator[Finding]:
    boxes: Counter[str] = Counter()
    split_boxes: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
    groups: dict[str, set[tuple[str, str]]] = {}
    for sample in samples:
        for label in sample.annotation.labels:
            boxes[label.kind] += 1
            groups.setdefault(label.kind, set()).add((sample.set, sample.group or sample.name))
            if sample.split:
                split_boxes[sample.split][label.kind] += 1
    used = [split for split in SPLITS if split_boxes[split]]
    for kind, count in sorted(boxes.items()):
        if count < _FEW:
            what = f"class {kind!r} has {count} boxes; below {_FEW} a figure on it says little"
            yield Finding("rare_class", "note", kind, what, 1 / count)
        elif len(groups[kind]) == 1:
            what = f"class {kind!r} is in one group only and cannot be split"
            yield Finding("one_group", "warning", kind, what, count)
        missing = [split for split in used if not split_boxes[split][kind]]
        if missing and count >= _FEW:
            what = f"class {kind!r} ({count} boxes) has none in {' and '.join(missing)}"
            yield Finding("missing_in_split", "warning", kind, what, count)


def _spelling(samples: Sequence[StoredSample]) -> Iterator[Finding]:
    """Classes that differ only in case, spaces, hyphens."""
    plain: dict[str, set[str]] = {}
    for kind in {kind for one in samples for kind in (*one.annotation.labelled, *one.annotation.tags)}:
        plain.setdefault(re.sub(r"[\W_]+", "", kind.lower()), set()).add(kind)
    for kinds in plain.values():
        if len(kinds) > 1:
            first, *rest = sorted(kinds)
            what = f"class {first!r} is also spelled {', '.join(map(repr, rest))}; import with --map to make them one"
            yield Finding("spelling", "warning", first, what, len(kinds))
