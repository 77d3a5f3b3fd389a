"""`zaigang enroll-uniform`: a hall's own uniform from some pictures of it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from service.cli.progress import Terminal
from vision.errors import BadInput

if TYPE_CHECKING:
    from vision.enrolment import Embeddings, Enrolled, Reference
    from vision.references import Shown
    from vision.still import Still
    from vision.uniform import TorsoNetwork

__all__ = ["add_to"]

_NAME: Final = re.compile(r"[\w.-]{1,64}")
_WELL: Final = 0.02
_SAME: Final = 0.9999  # two pictures that differ by less are one
_NAMED: Final = 5


def enroll_uniform(
    name: Annotated[str, typer.Argument(help="What the uniform is called, such as winter.", show_default=False)],
    pictures: Annotated[
        list[Path], typer.Argument(help="Pictures of people in it, or folders of such.", show_default=False)
    ],
    negatives: Annotated[
        Path | None,
        typer.Option("--negatives", help="A folder of people of this hall who do not wear it: guests, other services."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder that the uniform is put in.")] = Path("uniforms"),
    add: Annotated[bool, typer.Option("--add", help="Add these pictures to the uniform that is there.")] = False,
    crops: Annotated[
        bool, typer.Option("--crops", help="Every picture is one person, cut out: look for nobody in it.")
    ] = False,
    model: Annotated[Path | None, typer.Option("--model", help="Another uniform network than the shipped one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Enrol a hall's uniform from 10 to 20 pictures of it, and say how well it can be told from plain clothes.

    Example: zaigang enroll-uniform winter pictures/winter --negatives pictures/guests

    The uniform is kept as numbers, not as pictures. More pictures refine it later: --add.
    """
    from vision.card import SHIPPED
    from vision.enrolment import LEAST_REFERENCES, enrol, read_enrolled, write_enrolled
    from vision.references import picture_files
    from vision.still import shipped_still
    from vision.uniform import load_torso_network

    if not _NAME.fullmatch(name) or name.startswith("."):
        raise BadInput(f"NAME {name!r}: use letters, digits, '-', '_' and '.', at most 64 of them")
    file = out / f"{name}.npz"
    if file.exists() and not add:
        raise BadInput(f"{file} is there already; refine it with --add, or remove it first")
    if add and not file.exists():
        raise BadInput(f"{file}: no such uniform to add to; leave out --add to make it")
    files, others = picture_files(pictures), picture_files([negatives]) if negatives else []
    network = load_torso_network(model or SHIPPED / "uniform")
    former = read_enrolled(file) if add else None
    if former is not None and former.network != network.card.sha256:
        raise BadInput(
            f'{file} was enrolled with network "{former.network_name}" ({former.network[:12]}…), not with '
            f'"{network.card.name}" ({network.card.sha256[:12]}…); enrol it again from all of its pictures'
        )
    still = None if crops else shipped_still()
    shown = _looked_at(files, network, still, former.pictures if former else (), "uniform")
    strange = _looked_at(others, network, still, _references(former, shown), "others")
    faults = [one for one in (*shown, *strange) if one.fault is not None]
    used = _references(former, shown)
    if len(used) < LEAST_REFERENCES or len(used) == len(former.pictures if former else ()):
        raise BadInput(f'uniform "{name}": {_too_few(len(used), former is not None)}{_reasons(faults)}')
    uniform = enrol(
        name,
        (network.card.name, network.card.sha256),
        _joined(former.references if former else None, shown, network.bank),
        used,
        _joined(former.others if former else None, strange, network.bank),
        network.bank,
    )
    write_enrolled(uniform, file)
    if as_json:
        typer.echo(json.dumps(_report(uniform, file, faults), ensure_ascii=False, indent=1))
    else:
        _print(uniform, file, faults, len(files) + len(others))


def _looked_at(
    files: Sequence[Path], network: "TorsoNetwork", still: "Still | None", known: Sequence["Reference"], what: str
) -> list["Shown"]:
    """What each picture shows, with a bar on a terminal while they are looked at."""
    from vision.references import look_at

    looked = []
    with Terminal().bar(what) as moved:
        for one in look_at(files, network, still, {picture.sha256 for picture in known}):
            looked.append(one)
            moved(len(looked), len(files))
    return looked


def _references(former: "Enrolled | None", shown: Sequence["Shown"]) -> list["Reference"]:
    """Whatever shows the uniform, which cannot be an example of other clothes too."""
    return [
        *(former.pictures if former is not None else ()),
        *(one.reference for one in shown if one.reference is not None),
    ]


def _joined(former: "Embeddings | None", shown: Sequence["Shown"], bank: "Embeddings") -> "Embeddings":
    """What was known before and what was seen now, without what is there already."""
    import numpy as np

    joined = np.empty((0, bank.shape[1]), np.float32) if former is None else former
    for one in shown:
        if one.vector is not None and not (joined @ one.vector[0] > _SAME).any():
            joined = np.concatenate([joined, one.vector])
    return joined


def _too_few(usable: int, adding: bool) -> str:
    if adding:
        return "no usable picture to add"
    return (
        f"{usable} usable pictures; it takes at least 5, better 10 to 20, of different people, from all sides, "
        "in the hall's own light"
    )


def _reasons(faults: Sequence["Shown"]) -> str:
    if not faults:
        return ""
    named = "; ".join(f"{one.file}: {one.fault}" for one in faults[:_NAMED])
    return f" ({named}{f'; and {len(faults) - _NAMED} more' if len(faults) > _NAMED else ''})"


def _verdict(uniform: "Enrolled") -> str:
    """How well it can be told from other clothes, in a sentence."""
    from vision.enrolment import ENOUGH_OTHERS

    among = "this hall's other people" if len(uniform.others) >= ENOUGH_OTHERS else "people in plain clothes"
    share = f"of {among} some {max(round(100 * uniform.passing), 1)} % would pass for it"
    if uniform.too_close:
        return f"too close to plain clothes: {share}; do not let it accuse anybody"
    return f"told apart {'well' if uniform.passing <= _WELL else 'fairly well'}: {share}"


def _report(uniform: "Enrolled", file: Path, faults: Sequence["Shown"]) -> dict[str, Any]:
    return {
        "uniform": uniform.name,
        "file": str(file),
        "network": uniform.network,
        "references": len(uniform.references),
        "others": len(uniform.others),
        "passing": round(uniform.passing, 4),
        "auc": round(uniform.auc, 4),
        "too_close": uniform.too_close,
        "verdict": _verdict(uniform),
        "not_used": [{"file": one.file, "why": one.fault} for one in faults],
    }


def _print(uniform: "Enrolled", file: Path, faults: Sequence["Shown"], total: int) -> None:
    for one in faults:
        typer.echo(f"not used: {one.file}: {one.fault}")
    typer.echo(
        f"{total - len(faults)} of {total} pictures used; {uniform.name} has {len(uniform.references)} references"
    )
    typer.echo(f"{uniform.name}: {_verdict(uniform)} (AUC {uniform.auc:.3f})")
    typer.echo(f"written to {file}")


def add_to(app: typer.Typer) -> None:
    app.command(name="enroll-uniform")(enroll_uniform)
