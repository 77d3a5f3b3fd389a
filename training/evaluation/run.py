"""Measures networks on every set of a folder: looks, judges, and puts the base's figures beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from training.evaluation.bootstrap import Clusters, Resampling
from training.evaluation.films import Film, film_measures
from training.evaluation.folders import Assigned, Mapped, Unmeasured, assigned, opened
from training.evaluation.looks import NetworkFolders, Watcher
from training.evaluation.measure import Case, Findings, Measure, Subject
from training.evaluation.sets import EvaluationSet
from training.evaluation.speed import look_times
from vision.card import ModelCard, read_card
from vision.closeup import EyeLimits
from vision.errors import BadInput

__all__ = ["Bases", "Plan", "Report", "Row", "Step", "evaluate", "find_bases", "planned", "timed"]

Step = Callable[[], None]
"""Called after every picture."""

_OF_PEOPLE = ("people.", "counters.", "seat.")


@dataclass(frozen=True, slots=True)
class Bases:
    """The untuned networks whose figures stand beside: COCO's detector for everything, the pose network's person boxes
    for people.
    """

    coco: Path | None = None
    pose: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be measured: sets with their kinds, films, and what was passed over."""

    sets: tuple[tuple[Assigned, EvaluationSet], ...]
    films: tuple[Film, ...]
    passed: tuple[Unmeasured, ...]
    only: tuple[str, ...] = ()

    def pictures(self, bases: Bases) -> int:
        """How many pictures will be looked at, those of the base networks too."""
        films = sum(film.looks for film in self.films)
        own = sum(len(one.samples) for _, one in self.sets) + films
        people = sum(len(one.samples) for given, one in self.sets if _is_of_people(given))
        people += films if bases.coco else 0
        return own * (2 if bases.coco else 1) + (people if bases.pose else 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, and the same of the base networks where they were measured and have one."""

    measure: Measure
    base: float | None = None
    pose: float | None = None


@dataclass(slots=True)
class Report:
    """Everything that was measured of one pair of networks."""

    cards: tuple[ModelCard, ...]
    rows: list[Row]
    passed: tuple[Unmeasured, ...] = ()
    cases: list[Case] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_bases(folder: Path) -> Bases:
    """The networks in ``folder``: ``coco`` and ``pose`` below it, or one that serves as COCO's detector itself."""
    if (folder / "card.yaml").is_file():
        return Bases(folder)
    coco, pose = ((folder / name) if (folder / name / "card.yaml").is_file() else None for name in ("coco", "pose"))
    if coco is None and pose is None:
        raise BadInput(
            f"--base {folder}: holds neither a network (card.yaml) nor the folders coco and pose; "
            f"make them with: python -m training.evaluation.base --out {folder}"
        )
    return Bases(coco, pose)


def timed(networks: NetworkFolders, bases: Bases, threads: int) -> list[Row]:
    """How long looks take, as shares of the base network's time in the same run; raises BadInput without one."""
    if bases.coco is None:
        raise BadInput("--speed: needs a base network to be timed against, given by --base")
    small = EyeLimits().least_scene
    pairs = [
        ("speed.scene_640", networks.person, 640, bases.coco, 640),
        (f"speed.scene_{small}", networks.person, small, bases.coco, 640),
        ("speed.close_320", networks.objects, 320, bases.coco, 320),
    ]
    return [
        Row(
            Measure(
                one.name,
                "speed",
                one.ratio,
                one.rounds,
                "rounds",
                one.middle,
                note=f"{one.looks_a_second:.1f} looks a second against {one.others_a_second:.1f}",
            ),
            base=1.0,
        )
        for one in look_times(pairs, threads=threads)
    ]


def planned(
    root: Path, maps: Sequence[Mapped], films: Sequence[Film], only: Sequence[str], also: Sequence[str] = ()
) -> Plan:
    """Reads every picture and label before any is looked at; raises DatasetError naming the first thing that is wrong.

    ``only``: patterns of measures (``phone.*``) or sets. ``also``: further classes, as the networks spell them.
    """
    found, passed = assigned(root, maps)
    chosen = [one for one in found if _is_wanted(only, one.name, one.kind.measures)]
    sets = tuple((one, opened(one, also)) for one in chosen)
    seen = tuple(film for film in films if _is_wanted(only, film.name, film.measures))
    return Plan(sets, seen, () if only else tuple(passed), tuple(only))


def evaluate(
    plan: Plan, networks: NetworkFolders, bases: Bases, threads: int, resampling: Resampling, step: Step
) -> Report:
    """The figures of ``networks`` on all that is planned, in its order, with those of the base networks beside.

    Raises DatasetError for a picture that cannot be read, ModelError for a network that cannot be used.
    """
    cards: tuple[ModelCard, ...] = networks.cards()
    if networks.uniform is not None:
        cards = (*cards, read_card(networks.uniform))
    own = _measured(plan, networks, threads, resampling, step)
    once = Resampling(0, resampling.seed)
    base: dict[tuple[str, str], float | None] = {}
    pose: dict[tuple[str, str], float | None] = {}
    if bases.coco is not None:
        base = _values(_measured(plan, NetworkFolders(bases.coco, bases.coco), threads, once, step))
    if bases.pose is not None:
        people = Plan(tuple(one for one in plan.sets if _is_of_people(one[0])), plan.films if bases.coco else (), ())
        pose = _values(_measured(people, NetworkFolders(bases.pose, bases.coco or bases.pose), threads, once, step))
        pose = {key: value for key, value in pose.items() if key[0].startswith(_OF_PEOPLE)}
    rows = [
        Row(one, base.get((one.name, one.set)), pose.get((one.name, one.set)))
        for one in own.measures
        if _is_wanted(plan.only, one.set, (one.name,))
    ]
    notes = [note for _, one in plan.sets for note in one.notes]
    return Report(cards, rows, plan.passed, own.cases, notes)


def _measured(plan: Plan, networks: NetworkFolders, threads: int, resampling: Resampling, step: Step) -> Findings:
    person, objects = networks.cards()
    findings = Findings()
    watcher = Watcher(networks, threads)
    for given, one in plan.sets:
        glances = watcher.glances(one, given.kind.look, step)
        clusters = Clusters.among([sample.group for sample in one.samples])
        subject = Subject(one, glances, person, objects, networks.uniform, clusters, resampling)
        given_here = given.kind.judge(subject)
        findings.measures += given_here.measures
        findings.cases += given_here.cases
    for film in plan.films:
        findings.measures += film_measures(film, networks, threads, resampling, step)
    return findings


def _values(findings: Findings) -> dict[tuple[str, str], float | None]:
    return {(one.name, one.set): one.value for one in findings.measures}


def _is_of_people(given: Assigned) -> bool:
    return any(name.startswith(_OF_PEOPLE) for name in given.kind.measures)


def _is_wanted(only: Sequence[str], name: str, measures: Sequence[str]) -> bool:
    """Whether any pattern is that of the set (its part aside) or of one of its measures; no pattern wants all."""
    words = (name, name.partition("/")[0], *measures)
    return not only or any(fnmatchcase(word, pattern) for word in words for pattern in only)
