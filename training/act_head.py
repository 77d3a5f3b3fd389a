"""The second output of the objects network: what the person of a crop does, from the features that boxes come from."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

WIDE = 48


class ActHead(nn.Module):
    """Features of three scales, (b, c, h, w) each, to logits (b, answers); any height and width.

    Every scale is narrowed, looked at in its neighbourhood, and pooled twice: the mean tells posture, the largest
    answer that a small thing is somewhere.
    """

    def __init__(self, channels: list[int], answers: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(wide, WIDE, 1),
                nn.SiLU(),
                nn.Conv2d(WIDE, WIDE, 3, padding=1, groups=WIDE),
                nn.Conv2d(WIDE, WIDE, 1),
                nn.SiLU(),
            )
            for wide in channels
        )
        self.judge = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(2 * WIDE * len(channels), 64), nn.SiLU(), nn.Linear(64, answers)
        )

    def forward(self, features: list[torch.Tensor]) -> torch.Tensor:
        seen = [scale(feature) for scale, feature in zip(self.scales, features, strict=True)]
        pooled = [each.mean(dim=(2, 3)) for each in seen] + [each.amax(dim=(2, 3)) for each in seen]
        logits: torch.Tensor = self.judge(torch.cat(pooled, dim=1))
        return logits


class Answering(nn.Module):
    """A detector with its act head as one graph: picture to boxes (b, 300, 6) and answers 0..1 (b, answers)."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network, self.acts = network, network.acts
        self._features: list[torch.Tensor] = []
        network.model[-1].register_forward_pre_hook(self._keep)

    def _keep(self, _: nn.Module, given: tuple[list[torch.Tensor], ...]) -> None:
        self._features = list(given[0])

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        boxes = self.network(pictures)
        return boxes, self.acts(self._features).sigmoid()


def with_acts(network: Any, answers: int, seed: int) -> Any:
    """``network`` with a fresh act head under ``acts``; its boxes stay what they were."""
    torch.manual_seed(seed)
    channels = [branch[0].conv.in_channels for branch in network.model[-1].cv2]
    network.acts = ActHead(channels, answers)
    return network


def act_loss(logits: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the answers that are known; NaN in ``told`` (b, answers) is not."""
    known = ~told.isnan()
    if not known.any():
        return logits.sum() * 0
    smooth = told[known] * 0.96 + 0.02
    return nn.functional.binary_cross_entropy_with_logits(logits[known], smooth)
