"""`zaigang train`: a network of a hall's own, fine-tuned on its pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.tables import show, table

if TYPE_CHECKING:
    from training.site import Trained

__all__ = ["add_to"]


def train(
    data: Annotated[
        list[Path],
        typer.Argument(
            help="Sets in YOLO form: folders or zips with images, labels, classes.txt, groups.csv.", show_default=False
        ),
    ],
    base: Annotated[
        str,
        typer.Option(
            "--base", help="Where the weights begin: a network that ships, a model folder, a run, or a .pt file."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The run's folder; its last part names the network.")],
    classes: Annotated[
        str | None,
        typer.Option(
            "--classes",
            metavar="[+]A,B",
            help="The network's classes: +A adds one to the base's, A,B has these alone [the base's].",
        ),
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="[SET:]OLD=NEW",
            help="What a class of the sets is called here; nothing after = leaves its boxes out.",
        ),
    ] = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="At most so many passes.")] = 40,
    size: Annotated[
        int,
        typer.Option(
            "--size", min=160, max=1920, help="Longer side of a picture as the network sees it, in steps of 32."
        ),
    ] = 640,
    batch: Annotated[int, typer.Option("--batch", min=1, max=256, help="Pictures a step.")] = 16,
    patience: Annotated[
        int, typer.Option("--patience", min=0, help="Stop after so many epochs without gain; 0: never.")
    ] = 10,
    held_out: Annotated[
        float, typer.Option("--held-out", min=0.05, max=0.5, help="Share of pictures, by group, kept for thresholds.")
    ] = 0.2,
    precision: Annotated[
        float, typer.Option("--wanted-precision", min=0.5, max=1, help="What thresholds must hold on them.")
    ] = 0.9,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Other pictures held out, other order.")] = 0,
) -> None:
    """Fine-tune a network on the hall's own pictures; start the same line again when it was killed, it goes on.

    zaigang train hall-may --base objects --map "phone=cell phone" --out runs/objects-may
    """
    from service.cli.progress import Terminal
    from training.extra import keep_offline, need

    need("zaigang train", "torch", "ultralytics", "albumentations", "onnx")
    keep_offline(out / ".ultralytics")
    from training.site import Plan, Wish, renaming, site_trained

    wish = Wish(tuple(data), base, out, classes, tuple(renaming(text) for text in maps or ()), held_out, precision)
    trained = site_trained(wish, Plan(epochs, -(-size // 32) * 32, batch, seed, patience), Terminal())
    _print(trained)
    typer.echo(f"network: {trained.folder}; curves: {out / 'curves.png'}")
    typer.echo(f"next: zaigang models add {trained.folder}")


def _print(trained: "Trained") -> None:
    found = table(
        None, "class", "boxes held out", "AP50", "of the base", "threshold", "precision", "recall", "threshold from"
    )
    for name, choice in trained.measured.thresholds.items():
        figure, before = trained.measured.figures.get(name), trained.measured.base.get(name)
        found.add_row(
            name,
            str(figure.boxes) if figure else "0",
            _share(figure.ap50 if figure else None),
            _share(before.ap50 if before else None),
            f"{choice.threshold:.2f}",
            _share(choice.precision),
            _share(choice.recall),
            choice.reason,
        )
    show(found)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def add_to(app: typer.Typer) -> None:
    app.command()(train)
