"""The fine-tune: ultralytics' network and loss, several input shapes in one run, no loss where nothing is known, and
the start weights as teacher of what the sources are too few to teach.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.batches import Batches
from training.compose import Composed
from training.labels import EVERY
from training.recipe import Fit, Recipe

if TYPE_CHECKING:
    import torch

KEEP_EVERY = 100
AVERAGING = 0.998
ACTS = "acts."
ALL = 10_000
"""More layers than a network has."""


def fine_tuned(
    network: Any,
    rows: list[Composed],
    recipe: Recipe,
    folder: Path,
    say: Callable[[str], None] = print,
) -> Any:
    """``network`` after the recipe's fit: its runs, their mean, and what ``blend`` leaves of the start.
    Runs that ended are kept and a killed one goes on; ``folder`` may be carried from one machine to another.

    The mean of runs that differ by chance only does better on pictures of other origins than each of them (Wortsman et
    al., Model soups, ICML 2022).
    """
    import torch

    fit = recipe.fit
    folder.mkdir(parents=True, exist_ok=True)
    start, done = copy.deepcopy(network), folder / "tuned.pt"
    if not done.exists():
        mean = mean_of([_run(network, rows, recipe, one, folder / f"seed{one.seed}", say) for one in fit.each_run()])
        if fit.acts_steps:
            # The mean of several second outputs knows nothing of the mean's features: it is learnt anew on these.
            mean |= {key: tensor for key, tensor in start.state_dict().items() if key.startswith(ACTS)}
            network.load_state_dict(mean)
            told = [row for row in rows if row.acts]
            last = fit.model_copy(update={"steps": fit.acts_steps, "freeze": ALL, "faithful": 0.0})
            mean = _run(network, told, recipe, last, folder / "acts", say)
        _put(mean, done)
    network.load_state_dict(torch.load(done, map_location="cpu", weights_only=True))
    return blended(network, start.state_dict(), fit.blend)


def _run(
    network: Any, rows: list[Composed], recipe: Recipe, fit: Fit, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """The weights of ``network`` after one run, averaged over its last steps; ``network`` itself stays as it is.

    Ultralytics' own trainer reads one square input size and takes every unlabelled pixel for bare ground; clerks need
    wide pictures and seat crops in one run, and half of the sources label one class only.
    Batch-norm statistics stay those of the start weights: some thousand pictures cannot measure them better.
    """
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "tuned.pt"
    if done.exists():
        kept: dict[str, Any] = torch.load(done, map_location="cpu", weights_only=True)
        return kept
    torch.manual_seed(fit.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batches = Batches(rows, fit, recipe.answers)
    teacher = Teacher(copy.deepcopy(network), recipe, device) if fit.faithful else None
    network = copy.deepcopy(network).to(device).train().to(memory_format=torch.channels_last)
    _freeze(network, fit.freeze)
    criterion, unknown = _criterion(network, fit)
    optimizer = torch.optim.AdamW(_groups(network, fit), lr=fit.lr0, betas=(fit.momentum, 0.999))
    average = copy.deepcopy(network).eval()
    step = _resumed(folder / "last.pt", network, average, optimizer)
    began, first = time.monotonic(), step
    losses: list[torch.Tensor] = []
    while step < fit.steps:
        for batch in batches.one_pass(step // len(batches), step % len(batches)):
            for group in optimizer.param_groups:
                group["lr"] = (
                    fit.lr0 * group["times"] * _rate(step / fit.steps, step / max(1, fit.warmup_steps), fit.lrf)
                )
            there = {name: part.to(device, non_blocking=True) for name, part in batch.items()}
            if fit.freeze == ALL:
                loss = _act_loss(network, there, fit)
            else:
                loss = _loss(network, there, criterion, unknown, teacher, fit, step / fit.steps)
            optimizer.zero_grad()
            backward: Any = loss.backward
            backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimizer.step()
            step += 1
            _averaged(average, network, min(AVERAGING, (1 + step) / (10 + step)))
            losses.append(loss.detach())
            if step % KEEP_EVERY == 0 or step == fit.steps:
                _keep(folder / "last.pt", network, average, optimizer, step)
                left = (time.monotonic() - began) / (step - first) * (fit.steps - step) / 60
                say(f"step {step}/{fit.steps}  loss {float(torch.stack(losses).mean()):.3f}  {left:.0f} min left")
                losses.clear()
            if step == fit.steps:
                break
    weights: dict[str, Any] = average.cpu().state_dict()
    _put(weights, done)
    return weights


def mean_of(weights: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean of networks of one layout, tensor by tensor; what is no float is the first one's."""
    import torch

    return {
        key: torch.stack([each[key].float() for each in weights]).mean(0) if first.is_floating_point() else first
        for key, first in weights[0].items()
    }


def fitted(folder: Path) -> bool:
    """Whether ``folder`` holds a fit that ran to its end."""
    return (folder / "tuned.pt").exists()


def blended(network: Any, start: dict[str, Any], share: float) -> Any:
    """Weights on the line from ``start`` to ``network``; part of the way often holds on pictures of other origins.

    Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022.
    """
    mixed = {
        key: tensor * share + start[key].to(tensor) * (1 - share)
        if tensor.is_floating_point() and not key.startswith(ACTS)
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


def _inside(regions: torch.Tensor, anchors: torch.Tensor, batch: int, classes: int) -> torch.Tensor:
    """(batch, anchors, classes): which anchors lie in a region of that class.

    ``regions`` (n, 6): picture, class, x1, y1, x2, y2; ``anchors`` (a, 2); both in input pixels.
    """
    import torch

    x, y = anchors.T
    inside = ((x >= regions[:, 2:3]) & (x <= regions[:, 4:5]) & (y >= regions[:, 3:4]) & (y <= regions[:, 5:6])).float()
    picture, kind = regions[:, 0].long(), regions[:, 1].long()
    every = kind == EVERY
    of_class = torch.zeros(batch * classes, len(anchors), device=anchors.device)
    of_class.index_add_(0, (picture * classes + kind)[~every], inside[~every])
    of_any = torch.zeros(batch, len(anchors), device=anchors.device)
    of_any.index_add_(0, picture[every], inside[every])
    return ((of_class.view(batch, classes, -1) + of_any[:, None]) > 0).transpose(1, 2)


def _objects(batch: dict[str, Any]) -> torch.Tensor:
    """The labelled boxes of a batch as regions, see `_inside`."""
    import torch

    height, width = batch["img"].shape[1:3]
    middle, half = batch["bboxes"][:, :2], batch["bboxes"][:, 2:] / 2
    corners = torch.cat([middle - half, middle + half], 1) * torch.tensor(
        [width, height, width, height], device=middle.device
    )
    return torch.cat([batch["batch_idx"][:, None], batch["cls"], corners], 1)


class Teacher:
    """The start weights, and how far a network in training is from their scores where no label says better.

    A few dozen pictures of food and phones would wear away what the start learnt from many thousands (Li and Hoiem,
    Learning without Forgetting, ECCV 2016). In a labelled box of a class the label speaks alone, and of a class that
    some source checked to be absent it teaches only where nothing is known.
    """

    def __init__(self, network: Any, recipe: Recipe, device: torch.device) -> None:
        import torch

        self._network = network.to(device).train().requires_grad_(False)
        _freeze(self._network, ALL)
        checked = {name for source in recipe.sources for name in source.absent}
        kept = [name not in recipe.start.like for name in recipe.classes]
        self._everywhere = torch.tensor(
            [known and name not in checked for known, name in zip(kept, recipe.classes, strict=True)], device=device
        )
        self._kept = torch.tensor(kept, device=device)

    def distance(
        self, pictures: torch.Tensor, answers: Any, unknown: torch.Tensor, labelled: torch.Tensor
    ) -> torch.Tensor:
        """``unknown`` and ``labelled`` (b, anchors, classes)."""
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as entropy

        with torch.no_grad():
            theirs = self._network(pictures)
        where = ((unknown & self._kept) | self._everywhere) & ~labelled
        total = torch.zeros((), device=pictures.device)
        for name, head in answers.items():
            told = theirs[name]["scores"].float().sigmoid().transpose(1, 2)
            ours = head["scores"].transpose(1, 2)
            apart = entropy(ours, told, reduction="none") - entropy(told.logit(1e-6), told, reduction="none")
            # What both take for bare ground counts little, though it is nearly everywhere.
            heed = (ours.detach().sigmoid() - told).abs().sqrt() * where
            total = total + (apart * heed).sum() / (told * where).sum().clamp(min=1.0)
        return total


def _criterion(network: Any, fit: Fit) -> tuple[Any, _Unknown]:
    from ultralytics.cfg import get_cfg
    from ultralytics.utils.loss import E2ELoss

    network.args = get_cfg(overrides={"box": fit.box, "cls": fit.cls, "epochs": 1})
    criterion, unknown = E2ELoss(network), _Unknown()
    criterion.one2many.bce = criterion.one2one.bce = unknown
    return criterion, unknown


def _loss(
    network: Any,
    batch: dict[str, Any],
    criterion: Any,
    unknown: _Unknown,
    teacher: Teacher | None,
    fit: Fit,
    done: float,
) -> torch.Tensor:
    from ultralytics.utils import tal

    from training.act_head import act_loss

    make_anchors: Any = tal.make_anchors
    pictures = _pictures(batch, fit)
    with _fast(pictures):
        answers = network(pictures)
        acts = network.acts(answers["one2many"]["feats"]).float() if fit.acts else None
    for head in answers.values():
        head["boxes"], head["scores"] = head["boxes"].float(), head["scores"].float()
    anchors, strides = make_anchors(answers["one2one"]["feats"], network.stride, 0.5)
    places, classes = anchors * strides, network.model[-1].nc
    unknown.mask = _inside(batch["unknown"], places, len(pictures), classes)
    first, last = fit.one_to_many
    criterion.o2m = first + (last - first) * done
    criterion.o2o = 1 - criterion.o2m
    losses, _ = criterion(answers, batch)
    total: torch.Tensor = losses.sum() / len(pictures)
    if teacher is not None:
        labelled = _inside(_objects(batch), places, len(pictures), classes)
        with _fast(pictures):
            apart = teacher.distance(pictures, answers, unknown.mask, labelled)
        total = total + fit.faithful * apart
    return total if acts is None else total + fit.acts * act_loss(acts, batch["acts"])


def _act_loss(network: Any, batch: dict[str, Any], fit: Fit) -> torch.Tensor:
    """That of the second output alone."""
    import torch

    from training.act_head import act_loss

    pictures = _pictures(batch, fit)
    with _fast(pictures):
        with torch.no_grad():
            features = network(pictures)["one2many"]["feats"]
        return act_loss(network.acts(features).float(), batch["acts"])


def _pictures(batch: dict[str, Any], fit: Fit) -> torch.Tensor:
    import torch

    pictures = _lit(batch["img"].flip(3).permute(0, 3, 1, 2).float() / 255, fit.light)
    return pictures.contiguous(memory_format=torch.channels_last)


def _fast(pictures: torch.Tensor) -> Any:
    """In bfloat16, but on a processor without instructions for it: there it would be ten times as slow as float32."""
    import torch

    fast = pictures.is_cuda or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=fast)


def _lit(pictures: torch.Tensor, light: float) -> torch.Tensor:
    """Other exposure, white balance and saturation for every picture, each by up to the share ``light``."""
    import torch

    if not light:
        return pictures
    count, where = len(pictures), pictures.device
    exposure = 1 + light * (2 * torch.rand(count, 1, 1, 1, device=where) - 1)
    balance = 1 + light / 3 * (2 * torch.rand(count, 3, 1, 1, device=where) - 1)
    saturation = 1 + light * (2 * torch.rand(count, 1, 1, 1, device=where) - 1)
    grey = pictures.mean(1, keepdim=True)
    return ((grey + (pictures - grey) * saturation) * exposure * balance).clamp(0, 1)


def _freeze(network: Any, layers: int) -> None:
    import torch

    for name, parameter in network.named_parameters():
        place = name.split(".")[1]
        parameter.requires_grad = not name.startswith("model.") or int(place) >= layers
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def _groups(network: Any, fit: Fit) -> list[dict[str, Any]]:
    """Weight decay on kernels only; what starts from nothing learns ``fresh`` times as fast."""
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith(ACTS), parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": members,
            "weight_decay": fit.weight_decay if kernels else 0.0,
            "times": fit.fresh if fresh else 1.0,
        }
        for (fresh, kernels), members in groups.items()
    ]


def _rate(done: float, warm: float, last: float) -> float:
    return min(1.0, warm) * (last + (1 - last) * (1 + math.cos(math.pi * done)) / 2)


def _averaged(average: Any, network: Any, keep: float) -> None:
    import torch

    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)


def _keep(file: Path, network: Any, average: Any, optimizer: Any, step: int) -> None:
    state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
    _put({**state, "step": step}, file)


def _put(state: dict[str, Any], file: Path) -> None:
    import torch

    beside = file.with_suffix(".part")
    torch.save(state, beside)
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
