"""A picture of a stream: its pixels, and the moment at which it was taken."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vision.streamtime import StreamTime

__all__ = ["Picture", "Pixels"]

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""A picture's pixels, shape (height, width, 3), BGR."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a stream: when it was taken, and its pixels."""

    at: StreamTime
    pixels: Pixels
