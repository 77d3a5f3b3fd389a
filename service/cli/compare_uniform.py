"""`zaigang compare-uniform`: which of two judges a hall should take for its uniform, by the hall's own pictures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from service.cli.progress import Terminal
from vision.errors import BadInput

if TYPE_CHECKING:
    from vision.references import Single
    from vision.still import Still
    from vision.uniform_choice import Better, Judged

__all__ = ["add_to"]

_LEAST: Final = 5
_NAMED: Final = 5


def compare_uniform(
    uniforms: Annotated[
        list[Path], typer.Argument(help="The hall's enrolled uniforms: uniforms/winter.npz …", show_default=False)
    ],
    model: Annotated[
        Path,
        typer.Option(
            "--model", help="A network with the class uniform, or a run of zaigang train.", show_default=False
        ),
    ],
    wearing: Annotated[
        Path, typer.Option("--wearing", help="Pictures of people in any of these uniforms.", show_default=False)
    ],
    others: Annotated[
        Path, typer.Option("--others", help="Pictures of the hall's people in none of them.", show_default=False)
    ],
    crops: Annotated[
        bool, typer.Option("--crops", help="Every picture is one person, cut out: look for nobody in it.")
    ] = False,
    embedder: Annotated[
        Path | None, typer.Option("--embedder", help="The network of the enrolled ones, if not the shipped one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say which tells the hall's uniform better: what was enrolled, or a network with a class for it.

    Example: zaigang compare-uniform uniforms/winter.npz --model runs/uniform --wearing new/winter --others new/guests

    Take pictures that neither was made from; references of the enrolled uniforms are left out.
    """
    from training.model_folder import named
    from vision.card import SHIPPED
    from vision.detector import load_detector
    from vision.enrolment import read_enrolled
    from vision.references import picture_files
    from vision.still import shipped_still
    from vision.uniform import Uniforms, load_torso_network
    from vision.uniform_choice import LEAST_AUC, MOST_ACCUSED, better_of_two, judged
    from vision.uniform_class import UniformClass

    known = [read_enrolled(file) for file in dict.fromkeys(uniforms)]
    enrolled = Uniforms(load_torso_network(embedder or SHIPPED / "uniform"), known)
    own = named("--model", model)
    detector = UniformClass(load_detector(own))
    sides = [
        (option, folder, picture_files([folder])) for option, folder in (("--wearing", wearing), ("--others", others))
    ]
    still = None if crops else shipped_still()
    used = {picture.sha256 for one in known for picture in one.pictures}
    unused: list[Single] = []
    seen = []
    for option, folder, files in sides:
        faults: list[Single] = []
        people = _usable(files, still, used, faults, option)
        found = list(
            judged(((option == "--wearing", one.pixels, one.person or ()) for one in people), enrolled, detector)
        )
        if len(found) < _LEAST:
            raise BadInput(f"{option} {folder}: {len(found)} usable pictures, it takes {_LEAST}{_reasons(faults)}")
        seen += found
        unused += faults
    better = better_of_two(seen)
    settings = _settings(better, uniforms, own, embedder)
    close = [one.name for one in known if one.too_close]
    if as_json:
        left_out = [{"file": one.file, "why": one.fault} for one in unused]
        report = asdict(better) | {"too_close": close, "settings": settings, "not_used": left_out}
        typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for one in unused:
        typer.echo(f"not used: {one.file}: {one.fault}")
    typer.echo(f"enrolled ({', '.join(enrolled.names)}): {_told(better.enrolled)}")
    typer.echo(f"{', '.join(detector.names)}: {_told(better.detector)}")
    for name in close:
        typer.echo(f"{name} was called too close to plain clothes when it was enrolled: it should not accuse anybody")
    if settings is None:
        typer.echo(
            f"better: neither is fit to judge (AUC under {LEAST_AUC}, or over {MOST_ACCUSED:.0%} of those in uniform "
            "taken for not); more or other references may help, else leave uniform_missing off"
        )
        return
    which = "what was enrolled" if better.judge == "enrolled" else "the network"
    typer.echo(f"better: {which}; zaigang.yaml then says")
    typer.echo(f"  models: {json.dumps(settings, ensure_ascii=False)}")


def _usable(
    files: Sequence[Path], still: "Still | None", used: set[str], faults: "list[Single]", what: str
) -> "Iterator[Single]":
    """The pictures that show one person clearly, whose hashes then are in ``used``; the others go to ``faults``."""
    from vision.references import people_in

    with Terminal().bar(what) as moved:
        for done, one in enumerate(people_in(files, still, used), 1):
            moved(done, len(files))
            if one.person is None:
                faults.append(one)
            else:
                used.add(one.sha256)
                yield one


def _settings(better: "Better", uniforms: Sequence[Path], model: Path, embedder: Path | None) -> dict[str, Any] | None:
    """What `models:` of the site says for the better of the two; whole paths: a bare name is a shipped network's."""
    if better.judge == "neither":
        return None
    if better.judge == "detector":
        return {"uniform": str(model.resolve())}
    named = {"uniforms": [str(file.resolve()) for file in dict.fromkeys(uniforms)]}
    return named if embedder is None else {"uniform": str(embedder.resolve()), **named}


def _told(one: "Judged") -> str:
    return (
        f"AUC {one.auc:.3f}; of {one.wear} in uniform {one.accused} taken for not, of {one.others} others "
        f"{one.passed} taken for in uniform, {one.untold} cannot tell"
    )


def _reasons(faults: "Sequence[Single]") -> str:
    named = "; ".join(f"{one.file}: {one.fault}" for one in faults[:_NAMED])
    return f" ({named}{f'; and {len(faults) - _NAMED} more' if len(faults) > _NAMED else ''})" if named else ""


def add_to(app: typer.Typer) -> None:
    app.command(name="compare-uniform")(compare_uniform)
