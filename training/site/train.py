"""A hall's own pictures to a network of its own: read, split, laid out, fine-tuned, exported, measured, its card."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.picture import decoded
from training.labels import read_picture
from training.look import Network
from training.model_folder import empty_draft, exported, put_folder_in_place, write_card
from training.site.base import PLAIN, Base, base_of, network_of, plain_card
from training.site.card import Measured, site_card
from training.site.classes import meanings, wanted_classes
from training.site.curves import draw_curves
from training.site.measured import answers, chosen, measures
from training.site.pictures import Row, Teaching, groups_of, laid_out
from training.site.run import alone_in, begin_or_go_on, check_is_ours, check_room
from training.site.sets import HallSet, Weighed, read_sets, weighed
from training.site.split import Group, Key, held_out_groups
from training.site.weights import BODY, with_answers, with_rows
from training.site.wish import Plan, Teller, Wish
from vision.errors import StorageFull

if TYPE_CHECKING:
    from training.site.fit import Epoch

UNFOUND = 2 * PLAIN
"""The threshold of a class that neither the held-out pictures nor the base's card know one for."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The folder of the network, and what was measured."""

    folder: Path
    measured: Measured


@dataclass(frozen=True)
class _Run:
    """Everything that is known before work begins."""

    wish: Wish
    plan: Plan
    teller: Teller
    base: Base
    sets: Sequence[HallSet]
    classes: tuple[str, ...]
    meant: Mapping[str, Mapping[str, str | None]]
    groups: Sequence[Group]
    held_out: frozenset[Key]

    @property
    def carries_answers(self) -> bool:
        return self.base.carries_answers(self.classes)

    @property
    def out(self) -> Path:
        return self.wish.out

    @property
    def pictures(self) -> int:
        return sum(group.pictures for group in self.groups)

    @cached_property
    def base_folder(self) -> Path:
        """The base as the product loads it: what it was is measured in the same way as what it became."""
        if self.base.folder is not None:
            return self.base.folder
        folder = self.out / "base"
        if not folder.is_dir():
            draft = empty_draft(folder)
            first = self.sets[0]
            picture = decoded(first.read(first.pictures[0]), first.title(first.pictures[0]))
            files = exported(network_of(self.base), draft, picture)
            write_card(plain_card(self.base, files), draft)
            put_folder_in_place(draft, folder)
        return folder


def site_trained(wish: Wish, plan: Plan, teller: Teller) -> Trained:
    """The network that ``wish`` and ``plan`` describe; a killed run goes on when it is asked for again.

    Raises TrainingError and DatasetError for what a person can mend, StorageFull when the disk runs full midway.
    """
    with alone_in(wish.out):
        check_is_ours(wish.out)
        try:
            return _trained(_run(wish, plan, teller))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageFull(f"--out {wish.out}: the disk is full; free some and start the same line again") from error


def _run(wish: Wish, plan: Plan, teller: Teller) -> _Run:
    """All that can be refused without looking at a picture is refused here."""
    base = base_of(wish.base)
    sets = read_sets(wish.data)
    classes = wanted_classes(base.classes, wish.classes)
    meant = meanings({one.name: one.classes for one in sets}, classes, base.classes, wish.renamings)
    groups = groups_of(sets, meant)
    new = [name for name in classes if name not in base.classes]
    held_out = held_out_groups(groups, wish.held_out, plan.seed, new)
    if base.carries_answers(classes):
        plan = replace(plan, frozen=BODY)
    return _Run(wish, plan, teller, base, sets, classes, meant, groups, held_out)


def _trained(run: _Run) -> Trained:
    with run.teller.bar("reading") as bar:
        data = weighed(run.sets, lambda done: bar(done, run.pictures))
    if begin_or_go_on(run.out, _identity(run, data)):
        run.teller.say(f"{run.out}: going on where this run stopped")
    check_room(run.out, data.size)
    kept = sum(group.pictures for group in run.groups if group.key in run.held_out)
    for one in run.sets:
        if one.left_out:
            run.teller.say(
                f"{one.name}: {one.left_out} pictures are left out: they have no labels, or are kept for a test"
            )
    run.teller.say(
        f"{run.pictures} pictures in {len(run.groups)} groups, {kept} of them ({len(run.held_out)} groups) held out; "
        f"classes: {', '.join(run.classes)}"
    )
    if run.base.answers:
        judged = f"note: {run.base.name} also judges {', '.join(run.base.answers)} from posture; "
        run.teller.say(
            judged + "its body stays as it is and only its head is trained, so that it goes on judging as it did"
            if run.carries_answers
            else judged + "without all of its classes this becomes another network, which finds things alone"
        )
    rows = _laid_out(run, data)
    model = run.out / "model"
    if (model / "card.yaml").is_file():
        return Trained(model, _measured(run, model, rows))
    network = _fitted(run)
    if run.carries_answers:
        network = with_answers(network, run.base.file, len(run.base.answers))
    draw_curves(run.out / "fit" / "results.csv", run.out / "curves.png")
    draft = empty_draft(model)
    files = exported(network, draft, read_picture(run.out / "data" / "images" / rows[0].file))
    measured = _measured(run, draft, rows)
    write_card(site_card(run.wish, run.plan, run.base, run.classes, data.digest, files, measured), draft)
    return Trained(put_folder_in_place(draft, model), measured)


def _identity(run: _Run, data: Weighed) -> dict[str, Any]:
    return {
        "base": run.base.sha256,
        "classes": list(run.classes),
        "map": {name: dict(own) for name, own in run.meant.items()},
        "pictures": data.digest,
        "held_out": run.wish.held_out,
        "wanted_precision": run.wish.precision,
        **asdict(run.plan),
    }


def _laid_out(run: _Run, data: Weighed) -> list[Row]:
    known = set(run.classes) & set(run.base.classes)
    teaching = Teaching(Network(run.base_folder), run.base.classes, run.plan.size) if known else None
    with run.teller.bar("laying out") as bar:
        return laid_out(
            run.sets,
            data,
            run.meant,
            run.classes,
            run.held_out,
            teaching,
            run.out / "data",
            lambda done: bar(done, run.pictures),
        )


def _fitted(run: _Run) -> Any:
    from training.site.fit import fitted

    def network() -> Any:
        return with_rows(network_of(run.base), run.classes, run.plan.seed)

    def passed(epoch: Epoch) -> None:
        losses = ", ".join(f"{name} {value:.3f}" for name, value in epoch.losses.items())
        run.teller.say(
            f"epoch {epoch.number}/{run.plan.epochs}: {losses}; held out: AP50 {epoch.ap50:.3f}, AP {epoch.ap:.3f}"
        )

    with run.teller.bar("training") as bar:
        return fitted(network, run.out / "data", run.classes, run.plan, run.out / "fit", bar, passed)


def _measured(run: _Run, folder: Path, rows: Sequence[Row]) -> Measured:
    kept = [row for row in rows if row.part == "val"]
    pictures, size = run.out / "data", run.plan.size
    with run.teller.bar("measuring") as bar:
        found = answers(Network(folder), run.classes, kept, pictures, size, lambda done: bar(done, 2 * len(kept)))
        before = answers(
            Network(run.base_folder),
            run.base.classes,
            kept,
            pictures,
            size,
            lambda done: bar(len(kept) + done, 2 * len(kept)),
        )
    thresholds = chosen(found, run.wish.precision, run.base.thresholds, UNFOUND)
    return Measured(thresholds, measures(found), measures(before))
