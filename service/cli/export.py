"""`zaigang export`: a trained network as the files that the product loads."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from vision.errors import BadInput

__all__ = ["add_to"]


def export(
    network: Annotated[
        str,
        typer.Argument(
            help="A .pt file, a run of zaigang train, a model folder, or a network that ships.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The new model folder.", show_default=False)],
    int8: Annotated[bool, typer.Option("--int8", help="Also an INT8 form, in OUT/int8; needs --calibration.")] = False,
    calibration: Annotated[
        Path | None, typer.Option("--calibration", help="Pictures of the hall's cameras, to calibrate INT8 on.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the card calls it [its own name].")] = None,
) -> None:
    """Export a network: OpenVINO and ONNX files with FP16 weights and a card; with --int8 a form for processors that
    have no bf16, compared with FP16 on pictures that it was not calibrated on.

    zaigang export objects --int8 --calibration hall-may/images --out models/objects-small
    """
    if int8 is not (calibration is not None):
        raise BadInput("--int8 and --calibration go together: INT8 is calibrated on pictures of the hall")
    from service.cli.progress import Terminal
    from training.extra import keep_offline, need
    from training.model_folder import folder_named

    if folder_named(network) is None:
        need("zaigang export", "torch", "ultralytics", "onnx")
    if int8:
        need("zaigang export --int8", "nncf")
    with TemporaryDirectory() as settings:
        keep_offline(Path(settings))
        from training.deliver import delivered

        made = delivered(network, out, name, calibration, Terminal())
    typer.echo(f"network: {made.folder}")
    if made.agreement is not None:
        one = made.agreement
        if not one.boxes:
            typer.echo(
                f"INT8: {made.int8}; on {one.pictures} pictures FP16 saw nothing, so nothing can be said of what INT8 "
                "keeps: calibrate on pictures that show what it is for, 200 are good"
            )
            return
        typer.echo(
            f"INT8: {made.int8}; of {one.boxes} boxes of FP16 on {one.pictures} pictures {one.kept:.1%} are kept, "
            f"{one.added:.1%} added; scores change by {one.gap:.3f} on average ({one.shift:+.3f})"
        )


def add_to(app: typer.Typer) -> None:
    app.command()(export)
