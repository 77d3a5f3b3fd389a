"""`zaigang models`: which networks a hall has, which one is in use, and how it came to be."""

import getpass
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
import yaml

from service.cli.tables import show, table
from vision.errors import BadInput

if TYPE_CHECKING:
    from training.registry import Comparison, Figures, Registry, Role

__all__ = ["add_to"]

_STATES: Final = {"deployed": "● 在用 deployed", "candidate": "○ 待定 candidate", "retired": "– 停用 retired"}
_GATE: Final = "gate.yaml"

Where = Annotated[Path, typer.Option("--registry", help="The registry's folder.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it [the user's name].")]
Why = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason, kept in the history.")]
Entry = Annotated[str, typer.Argument(help="A network of the registry: its id or how it begins.", show_default=False)]
_HERE: Final = Path("models")


def listed(
    registry: Where = _HERE, as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False
) -> None:
    """List the networks of the registry and what they are: in use, candidates, retired."""
    kept = _registry(registry)
    now = kept.standing()
    rows = [{"id": entry, "role": now.roles[entry], "state": state} for entry, state in now.states.items()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        typer.echo(
            f"no registry in {registry}: the networks that ship are in use. Begin one: zaigang models add FOLDER"
        )
        return
    found = table(None, "网络 network", "role", "状态 state")
    for row in rows:
        found.add_row(row["id"], row["role"], _STATES[row["state"]])
    show(found)


def shown(entry: Entry, registry: Where = _HERE) -> None:
    """Show a network: its card, where it is, and what was done with it."""
    kept = _registry(registry)
    name = kept.found(entry)
    folder = kept.folder(name)
    card: dict[str, Any] = yaml.safe_load((folder / "card.yaml").read_text(encoding="utf-8"))
    now = kept.standing()
    typer.echo(f"{name}: {now.states[name]} as {now.roles[name]}; {folder}")
    for key in ("classes", "inputs", "thresholds", "threshold_source", "data", "parent", "trained", "int8", "files"):
        if key in card:
            value = card[key]
            typer.echo(f"  {key}: {', '.join(map(str, value)) if isinstance(value, list) else _flat(value)}")
    for figure in card.get("figures", ()):
        typer.echo(f"  {figure['measure']}: {figure['value']} (base {figure.get('base')})")
    _print_history(kept, name)


def history(registry: Where = _HERE) -> None:
    """Print all that was ever done in the registry, oldest first."""
    _print_history(_registry(registry), None)


def add(
    folder: Annotated[
        str,
        typer.Argument(help="A model's folder, a run of zaigang train, or a network that ships.", show_default=False),
    ],
    registry: Where = _HERE,
    role: Annotated[
        str | None, typer.Option("--role", help="person, objects or uniform [what its classes say].")
    ] = None,
    by: By = None,
    why: Why = None,
) -> None:
    """Take a network into the registry as a candidate.

    zaigang models add runs/objects-may
    """
    from training.model_folder import folder_named, unknown

    kept, found = _registry(registry), folder_named(folder)
    if found is None:
        raise unknown(folder)
    entry = kept.add(found, _role(role) if role else None, by or getpass.getuser(), why)
    typer.echo(f"{entry}: candidate. Next: zaigang models deploy {entry} --root THE-EVALUATION-SET")


def deploy(
    entry: Entry,
    registry: Where = _HERE,
    root: Annotated[
        Path | None, typer.Option("--root", help="The frozen evaluation set, on which both are measured now.")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="What zaigang evaluate --json said with it.")
    ] = None,
    against: Annotated[Path | None, typer.Option("--against", help="What it said with the network in use.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Although a measure falls; say --why.")] = False,
    by: By = None,
    why: Why = None,
) -> None:
    """Put a network into use; refused when a measure falls by more than its allowed drop on the frozen evaluation set.

    How far each may fall, and where the set is, can stand in the registry's gate.yaml:

    root: data/eval

    allowed_drop: {default: 0.02, phone.ap: 0.01}
    """
    from training.registry import compared, read_limits

    kept = _registry(registry)
    name = kept.found(entry)
    role = kept.standing().roles[name]
    now = kept.standing().deployed(role)
    if force and not (why or "").strip():
        raise BadInput("--force: say --why, which is kept in the history beside who did it")
    rows: list[Comparison] = []
    if now is not None and now != name:
        limits = read_limits(kept.root / _GATE)
        before, after = _figures(kept, role, now, name, root or limits.root, against, figures, force)
        if before and after:
            rows = [*kept.losses(now, name), *_of_role(role, compared(before.measures, after.measures, limits))]
    _print_comparison(rows)
    kept.deploy(name, by or getpass.getuser(), why, rows, force)
    _say_deployed(kept, role, name)


def _of_role(role: "Role", rows: "list[Comparison]") -> "list[Comparison]":
    """A network for uniforms is held to what is measured of uniforms; the others saw what they see with either."""
    if role != "uniform":
        return rows
    kept = [row for row in rows if row.name.startswith("uniform.") and row.before is not None]
    if not kept:
        raise BadInput(
            "the evaluation set has no folder uniform-… on which uniforms are measured; compare both on the hall's own "
            "pictures with zaigang compare-uniform, and deploy with --force --why what it said"
        )
    return kept


def rollback(
    role: Annotated[str, typer.Argument(help="person, objects or uniform.", show_default=False)],
    registry: Where = _HERE,
    by: By = None,
    why: Why = None,
) -> None:
    """Bring back the network that was in use before, at once and without measuring."""
    kept = _registry(registry)
    went, came = kept.rollback(_role(role), by or getpass.getuser(), why)
    typer.echo(f"{went}: retired")
    _say_deployed(kept, _role(role), came)


def retire(entry: Entry, registry: Where = _HERE, by: By = None, why: Why = None) -> None:
    """Take a candidate out of consideration; it stays in the registry."""
    kept = _registry(registry)
    name = kept.found(entry)
    kept.retire(name, by or getpass.getuser(), why)
    typer.echo(f"{name}: retired")


def _registry(root: Path) -> "Registry":
    from training.registry import Registry

    return Registry(root)


def _role(text: str) -> "Role":
    from training.registry import ROLES

    found = next((role for role in ROLES if role == text), None)
    if found is None:
        raise BadInput(f"there is no role {text!r}; roles are {', '.join(ROLES)}")
    return found


def _figures(
    kept: "Registry",
    role: "Role",
    now: str,
    name: str,
    root: Path | None,
    against: Path | None,
    figures: Path | None,
    force: bool,
) -> "tuple[Figures | None, Figures | None]":
    """The figures of the network in use and of the candidate, from files or measured now."""
    from training.registry import read_figures

    if figures is not None and against is not None:
        texts = [(_read(file), str(file)) for file in (against, figures)]
    elif figures is not None or against is not None:
        raise BadInput("--figures and --against go together: what was measured with the candidate, and with the other")
    elif root is not None:
        texts = [(_evaluated(kept, role, one, root), f"zaigang evaluate --root {root}") for one in (now, name)]
    elif force:
        return None, None
    else:
        raise BadInput(
            f"{name} is compared with {now} before it is deployed: name the frozen evaluation set with --root (or "
            f"once for all as root: in {kept.root / _GATE}), or give --figures and --against"
        )
    before, after = (read_figures(text, source) for text, source in texts)
    for entry, one, source in ((now, before, texts[0][1]), (name, after, texts[1][1])):
        kept.check_is_of(entry, one, source)
    return before, after


def _evaluated(kept: "Registry", role: "Role", entry: str, root: Path) -> str:
    """What `zaigang evaluate` says with ``entry`` in its role and the networks in use in the others."""
    now = kept.standing()
    networks = {one: now.deployed(one) for one in now.lines} | {role: entry}
    folders = {one: kept.folder(name) for one, name in networks.items() if name}
    options = [part for one, folder in folders.items() for part in (f"--{one}", str(folder))]
    typer.echo(f"measuring {entry} on {root}", err=True)
    run = "from service.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "evaluate", "--root", str(root), "--json", *options],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise BadInput(f"{entry} could not be measured on {root}: what zaigang evaluate said stands above")
    return done.stdout


def _print_comparison(rows: "list[Comparison]") -> None:
    if not rows:
        return
    found = table(None, "measure", "set", "n", "in use", "candidate", "may fall by", "")
    for row in rows:
        values = ("–" if value is None else f"{value:.3f}" for value in (row.before, row.after))
        found.add_row(row.name, row.set, str(row.n), *values, f"{row.allowed:.3f}", "✗" if row.fault else "✓")
    show(found)


def _say_deployed(kept: "Registry", role: "Role", name: str) -> None:
    typer.echo(f"{name}: deployed as {role}")
    alone = ", and leave out models.uniforms" if role == "uniform" and not kept.enrols(name) else ""
    typer.echo(
        f"zaigang.yaml: models: {{{role}: {kept.root / 'deployed' / role}}}{alone}; the service uses it when it starts"
    )


def _print_history(kept: "Registry", entry: str | None) -> None:
    for record in kept.records():
        if entry in (None, record.entry):
            forced = " (forced)" if record.forced else ""
            why = f": {record.why}" if record.why else ""
            typer.echo(f"{record.at}  {record.by}  {record.action}{forced}  {record.entry} as {record.role}{why}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: cannot be read ({error})") from error


def _flat(value: object) -> str:
    return ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Networks of this hall: list, show, add, deploy, retire, roll back.", no_args_is_help=True)
    for name, command in (
        ("list", listed), ("show", shown), ("history", history), ("add", add),
        ("deploy", deploy), ("rollback", rollback), ("retire", retire),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="models")
