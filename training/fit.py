"""The fine-tune: ultralytics' network and loss, with two input shapes in one run and no loss where nothing is known."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.batches import Batches
from training.compose import Composed
from training.labels import EVERY
from training.recipe import Fit

if TYPE_CHECKING:
    import torch

KEEP_EVERY = 100
AVERAGING = 0.998


def fine_tuned(
    network: Any,
    rows: list[Composed],
    fit: Fit,
    folder: Path,
    answers: Sequence[str] = (),
    say: Callable[[str], None] = print,
) -> Any:
    """``network`` after ``fit``, averaged over its last steps and blended with its start; killed runs go on.

    Ultralytics' own trainer reads one square input size and takes every unlabelled pixel for bare ground; clerks need
    wide pictures and seat crops in one run, and half of the sources label one class only.
    Batch-norm statistics stay those of the start weights: some thousand pictures cannot measure them better.
    """
    import torch

    torch.manual_seed(fit.seed)
    folder.mkdir(parents=True, exist_ok=True)
    batches = Batches(rows, fit.shapes, fit.batch, fit.seed, answers)
    total = fit.epochs * len(batches)
    start = copy.deepcopy(network.state_dict())
    network = network.train().to(memory_format=torch.channels_last)
    _freeze(network, fit.freeze)
    criterion, unknown = _criterion(network, fit)
    optimizer = torch.optim.AdamW(_groups(network, fit), lr=fit.lr0, betas=(fit.momentum, 0.999))
    average = copy.deepcopy(network).eval()
    step = _resumed(folder / "last.pt", network, average, optimizer)
    began, first = time.monotonic(), step
    losses: list[float] = []
    while step < total:
        for batch in batches.one_pass(step // len(batches), step % len(batches)):
            for group in optimizer.param_groups:
                group["lr"] = fit.lr0 * _rate(step / total, step / max(1.0, fit.warmup_epochs * len(batches)), fit.lrf)
            loss = _loss(network, batch, criterion, unknown, fit, step / total)
            optimizer.zero_grad()
            backward: Any = loss.backward
            backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimizer.step()
            step += 1
            _averaged(average, network, min(AVERAGING, (1 + step) / (10 + step)))
            losses.append(float(loss.detach()))
            if step % KEEP_EVERY == 0 or step == total:
                _keep(folder / "last.pt", network, average, optimizer, step)
                left = (time.monotonic() - began) / (step - first) * (total - step) / 60
                recent = losses[-KEEP_EVERY:]
                say(f"step {step}/{total}  loss {sum(recent) / len(recent):.3f}  {left:.0f} min left")
    return blended(average, start, fit.blend)


def blended(network: Any, start: dict[str, Any], share: float) -> Any:
    """Weights on the line from ``start`` to ``network``; part of the way often holds on pictures of other origins.

    Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022.
    """
    mixed = {
        key: tensor * share + start[key].to(tensor) * (1 - share)
        if tensor.is_floating_point() and not key.startswith("acts.")
        else tensor
        for key, tensor in network.state_dict().items()
    }
    network.load_state_dict(mixed)
    return network.eval()


class _Unknown:
    """The classification loss with a zero where presence is not known and the assigner put no object."""

    def __init__(self) -> None:
        self.mask: torch.Tensor | None = None

    def __call__(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy

        loss = entropy(scores, targets, reduction="none")
        return loss if self.mask is None else loss * ((~self.mask) | (targets > 0))

    def see(self, regions: torch.Tensor, anchors: torch.Tensor, batch: int, classes: int) -> None:
        """``regions`` (n, 6): picture, class, x1, y1, x2, y2; ``anchors`` (a, 2) in input pixels."""
        import torch

        mask = torch.zeros(batch, len(anchors), classes, dtype=torch.bool)
        for picture, kind, x1, y1, x2, y2 in regions.tolist():
            inside = (anchors[:, 0] >= x1) & (anchors[:, 0] <= x2) & (anchors[:, 1] >= y1) & (anchors[:, 1] <= y2)
            columns = slice(None) if kind == EVERY else int(kind)
            mask[int(picture), inside, columns] = True
        self.mask = mask


def _criterion(network: Any, fit: Fit) -> tuple[Any, _Unknown]:
    from ultralytics.cfg import get_cfg
    from ultralytics.utils.loss import E2ELoss

    network.args = get_cfg(overrides={"box": fit.box, "cls": fit.cls, "epochs": fit.epochs})
    criterion, unknown = E2ELoss(network), _Unknown()
    criterion.one2many.bce = criterion.one2one.bce = unknown
    return criterion, unknown


def _loss(
    network: Any, batch: dict[str, Any], criterion: Any, unknown: _Unknown, fit: Fit, done: float
) -> torch.Tensor:
    import torch
    from ultralytics.utils import tal

    from training.act_head import act_loss

    make_anchors: Any = tal.make_anchors
    pictures = (batch["img"].float() / 255).contiguous(memory_format=torch.channels_last)
    # On a processor without bfloat16 instructions it would be ten times as slow as float32, not faster.
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
        answers = network(pictures)
        acts = network.acts(answers["one2many"]["feats"]).float() if fit.acts else None
    for head in answers.values():
        head["boxes"], head["scores"] = head["boxes"].float(), head["scores"].float()
    anchors, strides = make_anchors(answers["one2one"]["feats"], network.stride, 0.5)
    unknown.see(batch["unknown"], anchors * strides, len(pictures), network.model[-1].nc)
    first, last = fit.one_to_many
    criterion.o2m = first + (last - first) * done
    criterion.o2o = 1 - criterion.o2m
    losses, _ = criterion(answers, batch)
    total: torch.Tensor = losses.sum() / len(pictures)
    return total if acts is None else total + fit.acts * act_loss(acts, batch["acts"])


def _freeze(network: Any, layers: int) -> None:
    import torch

    for name, parameter in network.named_parameters():
        place = name.split(".")[1]
        parameter.requires_grad = not name.startswith("model.") or int(place) >= layers
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def _groups(network: Any, fit: Fit) -> list[dict[str, Any]]:
    """Weight decay on kernels only."""
    free = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in free if parameter.ndim > 1], "weight_decay": fit.weight_decay},
        {"params": [parameter for parameter in free if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _rate(done: float, warm: float, last: float) -> float:
    return min(1.0, warm) * (last + (1 - last) * (1 + math.cos(math.pi * done)) / 2)


def _averaged(average: Any, network: Any, keep: float) -> None:
    import torch

    with torch.no_grad():
        for mean, now in zip(average.parameters(), network.parameters(), strict=True):
            mean.lerp_(now.detach(), 1 - keep)


def _keep(file: Path, network: Any, average: Any, optimizer: Any, step: int) -> None:
    import torch

    state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
    beside = file.with_suffix(".part")
    torch.save({**state, "step": step}, beside)
    beside.replace(file)


def _resumed(file: Path, network: Any, average: Any, optimizer: Any) -> int:
    import torch

    if not file.exists():
        return 0
    state = torch.load(file, map_location="cpu", weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
