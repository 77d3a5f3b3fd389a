"""The fine-tune of a site: ultralytics' own trainer on one folder of pictures, which can be killed at any moment."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PosixPath
from typing import Any

import torch
from torch import nn
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import torch_safe_load

from training.augment import hall_transforms
from training.errors import TrainingError
from training.site.wish import Plan
from vision.disk import put_in_place

_LEARNING = {
    # AdamW at a rate that moves a trained network and does not break it; the schedule is ultralytics' linear one.
    "optimizer": "AdamW", "lr0": 0.001, "lrf": 0.05, "momentum": 0.9, "weight_decay": 0.0005,
    "warmup_epochs": 1.0, "warmup_bias_lr": 0.001,
    # The camera itself is in hall_transforms; mosaics bring small things, and are closed for the last fifth.
    "mosaic": 0.5, "scale": 0.4, "translate": 0.1, "fliplr": 0.5, "hsv_h": 0.01, "hsv_s": 0.3, "hsv_v": 0.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Epoch:
    """One finished epoch: ``losses`` by name, and AP50 and AP50-95 on the held-out pictures."""

    number: int
    losses: dict[str, float]
    ap50: float
    ap: float


def fitted(
    network: Callable[[], Any],
    pictures: Path,
    classes: tuple[str, ...],
    plan: Plan,
    folder: Path,
    stepped: Callable[[int, int], None],
    passed: Callable[[Epoch], None],
) -> Any:
    """The best network of the run in ``folder``, begun with ``network`` or gone on with from its last whole epoch.

    ``stepped`` hears of every batch (done, of how many in all), ``passed`` of every epoch.
    """
    last, best = folder / "weights" / "last.pt", folder / "weights" / "best.pt"
    done = _epochs_done(last)
    if done:
        _mend_best(last, best)
    if not _is_over(last, plan):
        _cut_curves(folder / "results.csv", done)
        fit = _Fit(pictures, classes, network, _settings(plan, folder, last if done else None))
        fit.add_callback("on_train_batch_end", lambda one: stepped(*one.progress()))
        fit.add_callback("on_fit_epoch_end", lambda one: passed(_epoch(one)))
        fit.train()
    checkpoint, _ = torch_safe_load(str(best), safe_only=True)
    return checkpoint["ema"].float().eval()


class _WholeFile(PosixPath):
    """A file that is written beside and then put in place: ultralytics writes checkpoints over the last good one."""

    def write_bytes(self, data: Any) -> int:
        draft = Path(f"{self}.part")
        written = draft.write_bytes(data)
        put_in_place(draft, Path(self))
        return written


class _Fit(DetectionTrainer):  # type: ignore[misc]  # ultralytics has no types
    """Not called a trainer, since ultralytics reports to other services whatever has that word in its name."""

    def __init__(
        self, pictures: Path, classes: tuple[str, ...], network: Callable[[], Any], settings: dict[str, Any]
    ) -> None:
        self._given = {
            "path": pictures,
            "train": str(pictures / "images" / "train"),
            "val": str(pictures / "images" / "val"),
            "names": dict(enumerate(classes)),
            "nc": len(classes),
            "channels": 3,
        }
        self._steps = 0
        super().__init__(overrides=settings)
        self.last, self.best = _WholeFile(self.wdir / "last.pt"), _WholeFile(self.wdir / "best.pt")
        if not self.resume:
            self.model = network()

    def progress(self) -> tuple[int, int]:
        self._steps += 1
        batches = len(self.train_loader)
        return self.start_epoch * batches + self._steps, self.epochs * batches

    def get_dataset(self) -> dict[str, Any]:
        """The run's own pictures; ultralytics' way looks for a font on the network first."""
        return self._given

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = False) -> Any:
        """The checkpoint's network as it is: built anew it would lose the width of its class branches."""
        return weights

    def _model_train(self) -> None:
        """Batch norm keeps the statistics of the start weights: a few hundred pictures cannot measure them better."""
        super()._model_train()
        for module in self.model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()

    def final_eval(self) -> None:
        """Nothing: what is measured is the exported file, and stripped checkpoints cannot be gone on with."""


def _settings(plan: Plan, folder: Path, last: Path | None) -> dict[str, Any]:
    cuda = torch.cuda.is_available()
    return {
        **_LEARNING,
        "model": str(last or "begin.pt"),
        "resume": str(last) if last else False,
        "save_dir": str(folder),
        "epochs": plan.epochs,
        "imgsz": plan.size,
        "batch": plan.batch,
        "nbs": plan.batch,
        "seed": plan.seed,
        "patience": plan.patience,
        "freeze": plan.frozen,
        "close_mosaic": plan.epochs // 5,
        "augmentations": hall_transforms(plan.camera),
        "device": "0" if cuda else "cpu",
        # 'True' would fetch another network to try half precision with.
        "amp": "bf16" if cuda and torch.cuda.is_bf16_supported() else False,
        "workers": min(8, os.cpu_count() or 1),
        "plots": False,
        "verbose": False,
    }


def _epochs_done(last: Path) -> int:
    return int(_state(last)["epoch"]) + 1 if last.is_file() else 0


def _is_over(last: Path, plan: Plan) -> bool:
    """Whether the last epoch is done, or the last ``patience`` ones brought nothing."""
    if not last.is_file():
        return False
    state = _state(last)
    done, best = int(state["epoch"]) + 1, int(state["stopper"]["best_epoch"])
    return done >= plan.epochs or (plan.patience > 0 and done - best >= plan.patience)


def _mend_best(last: Path, best: Path) -> None:
    """Write ``best`` again where the run was killed after ``last``, which is the best so far, and before ``best``."""
    state = _state(last)
    if int(state["stopper"]["best_epoch"]) == int(state["epoch"]) + 1:
        _WholeFile(best).write_bytes(last.read_bytes())


def _state(last: Path) -> dict[str, Any]:
    try:
        checkpoint, _ = torch_safe_load(str(last), safe_only=True)
        return dict(checkpoint)
    except (OSError, RuntimeError, LookupError, EOFError, ValueError) as error:
        raise TrainingError(f"{last}: cannot be read ({error}); remove the run's folder and begin again") from error


def _cut_curves(file: Path, done: int) -> None:
    """Leave the rows of the epochs that the checkpoint holds: a killed run may have written one more, or half of it."""
    if not done or not file.is_file():
        file.unlink(missing_ok=True)
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines[1:] if line.endswith("\n") and int(line.split(",", 1)[0]) <= done]
    draft = file.with_suffix(".part")
    draft.write_text("".join([*lines[:1], *kept]), encoding="utf-8")
    put_in_place(draft, file)


def _epoch(fit: Any) -> Epoch:
    losses = {name: float(value) for name, value in (fit.tloss or {}).items()}
    return Epoch(
        fit.epoch + 1, losses, float(fit.metrics["metrics/mAP50(B)"]), float(fit.metrics["metrics/mAP50-95(B)"])
    )
