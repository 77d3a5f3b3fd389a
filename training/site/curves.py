"""A run's curves as a picture: losses and average precision by epoch, from the table that the trainer writes."""

from __future__ import annotations

import csv
from pathlib import Path


def draw_curves(table: Path, picture: Path) -> Path:
    """``table`` is ultralytics' results.csv; ``picture`` a PNG of two panels beside each other."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with table.open(newline="", encoding="utf-8") as stream:
        rows = [{key.strip(): float(value) for key, value in row.items()} for row in csv.DictReader(stream)]
    epochs = [row["epoch"] for row in rows]
    figure, (losses, scores) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for part, style in (("train", "-"), ("val", "--")):
        for name in ("box_loss", "cls_loss"):
            if f"{part}/{name}" in rows[0]:
                losses.plot(epochs, [row[f"{part}/{name}"] for row in rows], style, label=f"{part} {name[:3]}")
    for key, label in (("mAP50(B)", "AP at overlap 0.5"), ("mAP50-95(B)", "AP at 0.5 to 0.95")):
        scores.plot(epochs, [row[f"metrics/{key}"] for row in rows], label=label)
    losses.set(xlabel="epoch", ylabel="loss")
    scores.set(xlabel="epoch", ylabel="on held-out groups, all classes", ylim=(0, 1))
    for panel in (losses, scores):
        panel.grid(alpha=0.3)
        panel.legend(frameon=False)
    figure.savefig(picture, dpi=100)
    plt.close(figure)
    return picture
