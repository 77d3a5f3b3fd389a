"""What was done with networks, line by line, and what follows from it: who is deployed, and who was before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from training.errors import TrainingError
from training.registry.roles import ROLES, Role

Action = Literal["add", "deploy", "retire", "rollback"]
State = Literal["candidate", "deployed", "retired"]


@dataclass(frozen=True, slots=True)
class Record:
    """One deed: ``entry`` is the network that it made a candidate, deployed or retired.

    ``at`` is UTC in ISO 8601, ``why`` what whoever did it gave as the reason, ``compared`` the figures that decided.
    """

    at: str
    by: str
    action: Action
    entry: str
    role: Role
    why: str | None = None
    forced: bool = False
    compared: Sequence[Mapping[str, Any]] = ()

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Standing:
    """``states`` and ``roles`` by entry, in the order they came; ``lines`` the deployed ones by role, oldest first.

    The last of a line is in use, the one before it is what a roll back brings back.
    """

    states: Mapping[str, State] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    lines: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)

    def deployed(self, role: Role) -> str | None:
        line = self.lines.get(role, ())
        return line[-1] if line else None


def standing(records: Iterable[Record]) -> Standing:
    """What is deployed, a candidate and retired after ``records``."""
    states: dict[str, State] = {}
    roles: dict[str, Role] = {}
    lines: dict[Role, tuple[str, ...]] = {}
    for record in records:
        roles[record.entry] = record.role
        line = lines.get(record.role, ())
        if record.action == "add":
            states[record.entry] = "candidate"
        elif record.action == "retire":
            states[record.entry] = "retired"
        else:
            if line:
                states[line[-1]] = "retired"
            lines[record.role] = line[:-1] if record.action == "rollback" else (*line, record.entry)
            states[record.entry] = "deployed"
    return Standing(states, roles, lines)


def read_records(text: str, name: str) -> list[Record]:
    """The records of a history; raises TrainingError naming the line that is none."""
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            record = Record(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise TrainingError(f"{name}, line {number}: is no record of the registry ({error})") from error
        if record.action not in get_args(Action) or record.role not in ROLES:
            raise TrainingError(f"{name}, line {number}: {record.action} as {record.role} is nothing that can be done")
        records.append(record)
    return records
