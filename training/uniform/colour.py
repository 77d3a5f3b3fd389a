"""Histograms of colours as a network: hue, saturation and value in overlapping bins, of a torso and of its thirds."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

HUES, SATURATIONS, VALUES = 12, 4, 6
BANDS = 3
LEAST = 1e-6


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

    A colour between two bins counts in both by how near it lies, so that a little more light moves no pixel at once.
    """
    hue, saturation, value = hsv(inputs)
    by_hue = _round(hue * HUES, HUES)
    by_saturation = _clamped(saturation, SATURATIONS)
    by_value = _clamped(value, VALUES)
    tint = (by_hue.unsqueeze(2) * by_saturation.unsqueeze(1)).flatten(1, 2)
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


def _clamped(share: torch.Tensor, bins: int) -> torch.Tensor:
    """How much each pixel, 0..1, counts in each bin, (n, bins, pixels); outermost bins end at 0 and 1."""
    middles = torch.arange(bins, device=share.device, dtype=share.dtype).view(1, bins, 1)
    at = (share * bins - 0.5).clamp(0, bins - 1).unsqueeze(1)
    return (1 - (at - middles).abs()).clamp(min=0)


def _round(at: torch.Tensor, bins: int) -> torch.Tensor:
    """The same of what goes round, ``at`` being 0..bins."""
    middles = torch.arange(bins, device=at.device, dtype=at.dtype).view(1, bins, 1) + 0.5
    apart = (at.unsqueeze(1) - middles).abs()
    return (1 - torch.minimum(apart, bins - apart)).clamp(min=0)
