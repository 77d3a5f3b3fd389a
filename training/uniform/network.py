"""The network: a detector's first stages, pooled where it takes the clothes to be, beside a code of raw colours."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

STAGES = 7
"""Layers of YOLO26n up to stride 16."""

CODES = 64
STRIDE_4, STRIDE_8, STRIDE_16 = 2, 4, 6


class UniformNetwork(nn.Module):
    """(n, 3, h, w) RGB 0..1 to unit vectors (n, dimensions); height and width in whole multiples of 16.

    ``parts`` maps of attention each pool colours and features: the part they take (a shirt, an apron, a collar) is
    learned. Colours go past the detector, which was taught not to mind them.
    """

    def __init__(self, detector: Any, dimensions: int, parts: int) -> None:
        super().__init__()
        self.body = nn.ModuleList(list(detector.model[:STAGES]))
        with torch.no_grad():
            widths = [stage.shape[1] for stage in self._stages(torch.zeros(1, 3, 64, 64))]
        self.colours = nn.Sequential(nn.Conv2d(3, 32, 1), nn.SiLU(), nn.Conv2d(32, CODES, 1))
        self.attention = nn.Sequential(nn.Conv2d(widths[1] + widths[2] + 2, 64, 1), nn.SiLU(), nn.Conv2d(64, parts, 1))
        channels = [CODES, *widths]
        self.norms = nn.ModuleList([nn.LayerNorm(width) for width in channels])
        self.embedding = nn.Linear(parts * sum(channels), dimensions)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        fine, middle, coarse = self._stages(inputs)
        coarse = functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        codes = self.colours((functional.avg_pool2d(inputs, 4) - 0.45) * 4).softmax(1) * 8
        attention = self.attention(torch.cat([middle, coarse, *_places(middle)], 1)).flatten(2).softmax(2)
        planes = (functional.avg_pool2d(codes, 2), functional.avg_pool2d(fine, 2), middle, coarse)
        pooled = [
            norm(torch.matmul(attention, plane.flatten(2).transpose(1, 2)))
            for norm, plane in zip(self.norms, planes, strict=True)
        ]
        return functional.normalize(self.embedding(torch.cat(pooled, 2).flatten(1)), dim=1)

    def _stages(self, inputs: torch.Tensor) -> list[torch.Tensor]:
        stages, plane = [], inputs
        for index, layer in enumerate(self.body):
            plane = layer(plane)
            if index in (STRIDE_4, STRIDE_8, STRIDE_16):
                stages.append(plane)
        return stages

    def learn(self) -> None:
        """Training mode, but for batch norm: a step's few people would measure worse statistics than the start has."""
        self.train()
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()


def _places(plane: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far down and across each cell lies, -1..1."""
    count, _, height, width = plane.shape
    down = torch.linspace(-1, 1, height, device=plane.device).view(1, 1, height, 1).expand(count, 1, height, width)
    across = torch.linspace(-1, 1, width, device=plane.device).view(1, 1, 1, width).expand(count, 1, height, width)
    return down, across
