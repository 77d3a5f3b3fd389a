"""The fine-tune: people in the same clothes drawn together, all others apart, whoever they are, in whatever light."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.uniform.batches import Batch, Batches
from training.uniform.network import UniformNetwork
from training.uniform.recipe import Fit

if TYPE_CHECKING:
    import torch

KEEP_EVERY = 25
AVERAGING = 0.99
LAST_RATE = 0.03
LONGEST_STEP = 5.0


def fitted(
    network: UniformNetwork, batches: Batches, fit: Fit, folder: Path, say: Callable[[str], None] = print
) -> UniformNetwork:
    """``network`` after ``fit``, averaged over its last steps; a killed run goes on where ``folder`` says."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(fit.seed)
    network.learn()
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(_groups(network, fit), weight_decay=fit.weight_decay)
    file = folder / "last.pt"
    step = _resumed(file, network, average, optimizer)
    began, first, losses = time.monotonic(), step, []
    while step < fit.steps:
        for group in optimizer.param_groups:
            group["lr"] = fit.rate * group["share"] * _rate(step, fit)
        loss = contrast(network, batches.at(step), fit.temperature)
        optimizer.zero_grad()
        backward: Any = loss.backward
        backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_STEP)
        optimizer.step()
        step += 1
        with torch.no_grad():
            for mean, now in zip(average.parameters(), network.parameters(), strict=True):
                mean.lerp_(now, 1 - min(AVERAGING, step / (9 + step)))
        losses.append(float(loss.detach()))
        if step % KEEP_EVERY == 0 or step == fit.steps:
            _keep(file, network, average, optimizer, step)
            left = (time.monotonic() - began) / (step - first) * (fit.steps - step) / 60
            recent = losses[-KEEP_EVERY:]
            say(f"step {step}/{fit.steps}  loss {sum(recent) / len(recent):.3f}  {left:.0f} min left")
    return average


def contrast(network: UniformNetwork, batch: Batch, temperature: float) -> torch.Tensor:
    """Supervised contrastive loss (Khosla et al., NeurIPS 2020) of one batch, without pairs that may be the same."""
    import torch

    embedded = network(batch.inputs)
    alone = torch.eye(len(embedded), dtype=torch.bool)
    likeness = (embedded @ embedded.T / temperature).masked_fill(alone | batch.unsure, -1e4)
    chances = likeness - torch.logsumexp(likeness, 1, keepdim=True)
    same = batch.same & ~alone
    kept = same.any(1)
    mean = (chances * same).sum(1)[kept] / same.sum(1)[kept]
    loss: torch.Tensor = -mean.mean()
    return loss


def _groups(network: UniformNetwork, fit: Fit) -> list[dict[str, Any]]:
    named = list(network.named_parameters())
    return [
        {"params": [value for name, value in named if not name.startswith("body.")], "share": 1.0},
        {"params": [value for name, value in named if name.startswith("body.")], "share": fit.body},
    ]


def _rate(step: int, fit: Fit) -> float:
    sunk = LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * step / fit.steps)) / 2
    return min(1.0, (step + 1) / fit.warmup) * sunk


def _keep(file: Path, network: UniformNetwork, average: UniformNetwork, optimizer: Any, step: int) -> None:
    import torch

    state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict()}
    beside = file.with_suffix(".part")
    torch.save({**state, "step": step}, beside)
    beside.replace(file)


def _resumed(file: Path, network: UniformNetwork, average: UniformNetwork, optimizer: Any) -> int:
    import torch

    if not file.exists():
        return 0
    state = torch.load(file, map_location="cpu", weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
