"""Histograms of colours as a network: hue, saturation and value in bins, of a torso and of its thirds."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

HUES, SATURATIONS, VALUES = 12, 4, 6
BANDS = 3
LEAST = 1e-6
BESIDE = 0.25
"""So near its bin's edge, in bins, a colour counts in the next one too: a little more light moves no cloth at once."""


class ColourHistograms(nn.Module):
    """(n, 3, h, w) RGB 0..1 to unit vectors (n, 1152): the colours of the whole torso and of its upper, middle and
    lower third (a collar, a vest, an apron).
    """

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        height = int(inputs.shape[2])
        cuts = [round(height * band / BANDS) for band in range(BANDS + 1)]
        bands = [inputs[:, :, top:low] for top, low in pairwise(cuts)]
        return functional.normalize(torch.cat([histogram(part) for part in (inputs, *bands)], 1), dim=1)


def histogram(inputs: torch.Tensor) -> torch.Tensor:
    """(n, 3, h, w) RGB 0..1 to the square roots of the shares of 12 x 4 x 6 bins, (n, 288) of length 1: a product of
    two is their Bhattacharyya coefficient.
    """
    hue, saturation, value = hsv(inputs)
    by_saturation, by_value = _binned(saturation, SATURATIONS), _binned(value, VALUES)
    tint = (_binned(hue, HUES, around=True).unsqueeze(2) * by_saturation.unsqueeze(1)).flatten(1, 2)
    shares = torch.matmul(tint, by_value.transpose(1, 2)).flatten(1)
    return functional.normalize((shares + LEAST).sqrt(), dim=1)


def hsv(inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Hue, saturation and value of every pixel, each (n, pixels) and 0..1."""
    red, green, blue = inputs.flatten(2).unbind(1)
    value = torch.maximum(torch.maximum(red, green), blue)
    spread = value - torch.minimum(torch.minimum(red, green), blue)
    over = spread + LEAST
    sixth = torch.where(
        value == red,
        (green - blue) / over,
        torch.where(value == green, 2 + (blue - red) / over, 4 + (red - green) / over),
    )
    return torch.where(sixth < 0, sixth + 6, sixth) / 6, spread / (value + LEAST), value


def _binned(share: torch.Tensor, bins: int, around: bool = False) -> torch.Tensor:
    """How much each pixel, 0..1, counts in each bin, (n, bins, pixels); ``around`` of what has no end, as hue."""
    middles = torch.arange(bins, device=share.device, dtype=share.dtype).view(1, bins, 1) + 0.5
    at = (share * bins).unsqueeze(1)
    apart = (at - middles).abs() if around else (at.clamp(0.5, bins - 0.5) - middles).abs()
    if around:
        apart = torch.minimum(apart, bins - apart)
    return (0.5 + (0.5 - apart) / (2 * BESIDE)).clamp(0, 1)
