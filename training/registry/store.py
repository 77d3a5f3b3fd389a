"""The registry as a folder: networks kept whole, one of them in use a role, changed by one rename, with its history."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import yaml

from training.errors import TrainingError
from training.model_folder import put_folder_in_place
from training.registry.gate import Comparison, Figures
from training.registry.records import Action, Record, Standing, read_records, standing
from training.registry.roles import EMBEDDING, NEEDS, ROLES, Role, role_of, serves
from vision.card import SHIPPED, ModelCard, read_card
from vision.disk import put_in_place, sync

_NAMED: Final = 3
"""So many faults are written out; the table above a refusal has them all."""


@dataclass(frozen=True, slots=True)
class Registry:
    """``root`` holds::

        kept/ID/                 every network that was added, as it came
        states/N/history.jsonl   all that was done, one line a deed
        states/N/deployed/ROLE   the network in use, a link into kept
        current                  a link to the state that counts: the only thing that a change exchanges
        deployed                 a link to current/deployed, for zaigang.yaml (models.objects: models/deployed/objects)

    A process that is killed leaves ``current`` where it was or where it was to be; what it drafted is swept later.
    """

    root: Path

    @property
    def exists(self) -> bool:
        return (self.root / "current").is_symlink()

    def records(self) -> list[Record]:
        """All that was done, oldest first; nothing where there is no registry yet."""
        if not self.exists:
            return []
        file = self.root / "current" / "history.jsonl"
        try:
            return read_records(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"{file}: cannot be read ({error})") from error

    def standing(self) -> Standing:
        return standing(self.records())

    def folder(self, entry: str) -> Path:
        return self.root / "kept" / entry

    def found(self, text: str) -> str:
        """The entry that ``text`` names: its id, or enough of the beginning to tell it from the others."""
        entries = list(self.standing().states)
        fitting = [text] if text in entries else [entry for entry in entries if entry.startswith(text)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise TrainingError(f"{text}: could be {', '.join(fitting)}; write more of it")
        raise TrainingError(f"{text}: is not in the registry {self.root}; there are {', '.join(entries) or 'none'}")

    def losses(self, before: str, after: str) -> list[Comparison]:
        """What ``before`` can by its card and ``after`` cannot: classes, answers from posture, the kind of output."""
        had, has = (_abilities(self.folder(entry)) for entry in (before, after))
        if self.standing().roles[after] == "uniform":
            return []  # it enrols uniforms or has a class for them: either judges, and it is measured how well
        return [
            Comparison(name, "card", 1, 1.0, 0.0, 0.0, f"{after} has no {kind} {name}, which {before} has")
            for name, kind in had.items()
            if name not in has
        ]

    def enrols(self, entry: str) -> bool:
        """Whether it is a network that uniforms are enrolled with, and not one with a class for them."""
        return str(read_card(self.folder(entry)).output) == EMBEDDING

    def check_is_of(self, entry: str, figures: Figures, source: str) -> None:
        """Raise TrainingError when ``figures`` are of other networks; evaluate does not name the one for uniforms."""
        card = read_card(self.folder(entry))
        if self.standing().roles[entry] != "uniform" and card.sha256 not in figures.networks:
            raise TrainingError(
                f"{source}: was not measured with {entry} (no network in it has its hash {card.sha256[:12]}…)"
            )

    def add(self, folder: Path, role: Role | None, by: str, why: str | None) -> str:
        """Take a copy of the model in ``folder`` as a candidate and return its id.

        A registry begins with the networks that ship, deployed, so that there is always one to fall back on. Raises
        ModelError for a damaged folder or one whose classes do not serve its role, TrainingError for one that is there.
        """
        card = read_card(folder)
        output = str(card.output)
        role = role or role_of(card.classes, output)
        if role is None:
            raise TrainingError(f"{folder}: what it is for does not follow from its classes; say --role")
        if not serves(role, card.classes, output):
            raise TrainingError(
                f"{folder}: cannot be {role}, for which it needs the class {NEEDS[role]}; "
                f"it has {', '.join(card.classes)}"
            )
        with self._changing() as records:
            if not records:
                shipped = (one for one in ROLES if (SHIPPED / one / "card.yaml").is_file())
                records = [record for one in shipped for record in self._shipped(one)]
                self._commit(records)
            entry = self._keep(card)
            if entry in standing(records).states:
                raise TrainingError(f"{folder}: is in the registry already, as {entry}")
            self._commit([*records, self._record(by, "add", entry, role, why)])
        return entry

    def deploy(
        self, entry: str, by: str, why: str | None, comparisons: Sequence[Comparison] = (), forced: bool = False
    ) -> None:
        """Put ``entry`` into use; refused with every measure that falls too far, or unmeasured, unless ``forced``."""
        faults = [one.fault for one in comparisons if one.fault]
        if faults and not forced:
            more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
            raise TrainingError(f"{entry} is not deployed: {'; '.join(faults[:_NAMED])}{more}")
        with self._changing() as records:
            now = standing(records)
            there = now.deployed(now.roles[entry])
            if there == entry:
                raise TrainingError(f"{entry}: is deployed already")
            if there is not None and not comparisons and not forced:
                raise TrainingError(f"{entry} is not deployed: it was not compared with {there}, which is in use")
            against_advice = forced and (bool(faults) or (there is not None and not comparisons))
            figures = tuple(asdict(one) for one in comparisons)
            record = self._record(by, "deploy", entry, now.roles[entry], why)
            self._commit([*records, replace(record, forced=against_advice, compared=figures)])

    def rollback(self, role: Role, by: str, why: str | None) -> tuple[str, str]:
        """Bring back what was deployed before; returns what went and what came."""
        with self._changing() as records:
            line = standing(records).lines.get(role, ())
            if len(line) < 2:
                raise TrainingError(
                    f"{role}: nothing was deployed before {line[-1] if line else 'now'}, to which to go back"
                )
            self._commit([*records, self._record(by, "rollback", line[-2], role, why)])
        return line[-1], line[-2]

    def retire(self, entry: str, by: str, why: str | None) -> None:
        """Take a candidate out of consideration; what is deployed can only be replaced."""
        with self._changing() as records:
            now = standing(records)
            if now.states[entry] != "candidate":
                state = now.states[entry]
                mend = "deploy another one or roll back" if state == "deployed" else "there is nothing to do"
                raise TrainingError(f"{entry}: is {state}, so {mend}")
            self._commit([*records, self._record(by, "retire", entry, now.roles[entry], why)])

    def _shipped(self, role: Role) -> list[Record]:
        entry, why = self._keep(read_card(SHIPPED / role)), "ships with the product"
        return [self._record("zaigang", "add", entry, role, why), self._record("zaigang", "deploy", entry, role, why)]

    def _keep(self, card: ModelCard) -> str:
        """A copy of the model's folder in ``kept``; the same model twice is one."""
        entry = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{card.name}-{card.version}-{card.sha256[:8]}")
        kept = self.folder(entry)
        if not kept.is_dir():
            draft = kept.with_name(f"{entry}.part")
            shutil.rmtree(draft, ignore_errors=True)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(card.folder, draft)
            put_folder_in_place(draft, kept)
        read_card(kept)
        return entry

    def _record(self, by: str, action: Action, entry: str, role: Role, why: str | None) -> Record:
        return Record(datetime.now(UTC).isoformat(timespec="seconds"), by, action, entry, role, why)

    @contextmanager
    def _changing(self) -> Iterator[list[Record]]:
        """The records as they stand, while no other process changes them."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield self.records()
        finally:
            os.close(handle)

    def _commit(self, records: Sequence[Record]) -> None:
        """Write the state after ``records`` beside the one that counts, and make it count by one rename."""
        states = self.root / "states"
        states.mkdir(exist_ok=True)
        number = max((int(one.name) for one in states.iterdir() if one.name.isdigit()), default=0) + 1
        draft = states / f"{number:06d}.part"
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "deployed").mkdir(parents=True)
        for role, line in standing(records).lines.items():
            (draft / "deployed" / role).symlink_to(Path("../../../kept") / line[-1])
        history = draft / "history.part"
        history.write_text("".join(record.line() for record in records), encoding="utf-8")
        put_in_place(history, draft / "history.jsonl")
        sync(draft / "deployed")
        draft.replace(states / f"{number:06d}")
        sync(states)
        if not (self.root / "deployed").is_symlink():
            self._link(self.root / "deployed", Path("current/deployed"))
        former = (self.root / "current").resolve().name if self.exists else None
        self._link(self.root / "current", Path("states") / f"{number:06d}")
        for old in states.iterdir():
            if old.name not in (f"{number:06d}", former):
                shutil.rmtree(old, ignore_errors=True)

    def _link(self, link: Path, target: Path) -> None:
        draft = link.with_name(f".{link.name}.part")
        draft.unlink(missing_ok=True)
        draft.symlink_to(target)
        draft.replace(link)
        sync(link.parent)


def _abilities(folder: Path) -> dict[str, str]:
    card = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    classes = dict.fromkeys(map(str, card["classes"]), "class")
    answers = dict.fromkeys(map(str, card.get("answers", ())), "answer from posture")
    return {str(card["output"]): "output", **answers, **classes}
