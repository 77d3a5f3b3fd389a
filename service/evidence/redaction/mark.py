"""Writes into a picture who exported it and when: in a band below it, and faintly over what is not blurred."""

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from service.evidence.redaction.blur import Mask
from vision.geometry import Size
from vision.picture import Pixels

__all__ = ["Watermark"]

_BAND: Final = (32, 28, 24)
_INK: Final = (235, 235, 235)
_FAINT: Final = 0.35


class Watermark:
    """The lines of one export's watermark."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self._lines = tuple("".join(sign if sign.isprintable() else " " for sign in line) for line in lines)
        # A picture is marked by one thread at a time: a face is no more than a loaded font.
        self._face = cv2.FontFace("sans")
        self._band = lru_cache(4)(self._drawn_band)
        self._over = lru_cache(4)(self._drawn_over)

    def band_height(self, width: int) -> int:
        """Pixels, even, that the band below a picture of ``width`` takes."""
        return (len(self._lines) * self._line(width) + 8 + 1) // 2 * 2

    def over(self, picture: Pixels, mask: Mask) -> None:
        """Write the lines over the picture where ``mask`` leaves it sharp, so that what is cut out of it is marked."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return
        ink = np.where(mask[y : y + height, x : x + width] > 0, self._over((width, height)), 0).astype(np.float32)
        part = picture[y : y + height, x : x + width]
        # Dark letters with a light edge would be read on anything; half of each is enough and hides less.
        part[:] = np.clip(part + (_FAINT * ink)[:, :, None] * np.where(part < 128, 1.0, -1.0), 0, 255)

    def below(self, picture: Pixels) -> Pixels:
        """``picture`` with the band below it."""
        return np.vstack([picture, self._band(picture.shape[1])])

    def _line(self, width: int) -> int:
        return max(14, width // 48)

    def _size(self, width: int, room: int, most: int) -> int:
        """The letters' size at which every line fits into ``room`` pixels."""
        longest = max(self._wide(line, most) for line in self._lines)
        return max(6, min(most, most * room // max(longest, 1)))

    def _wide(self, text: str, size: int) -> int:
        return int(cv2.getTextSize((1, 1), text, (0, 0), self._face, size)[2])

    def _drawn_band(self, width: int) -> Pixels:
        band = np.full((self.band_height(width), width, 3), _BAND, np.uint8)
        line = self._line(width)
        size = self._size(width, width - 16, round(0.75 * line))
        for number, text in enumerate(self._lines, 1):
            cv2.putText(band, text, (8, number * line), _INK, self._face, size)
        return band

    def _drawn_over(self, size: Size) -> Mask:
        """One line, repeated down the sharp part; 255 where it is written."""
        width, height = size
        ink = np.zeros((height, width, 3), np.uint8)
        letters = self._size(width, width - 4, max(9, width // 24))
        for y in range(height - 4, 0, -max(60, height // 3)):
            cv2.putText(ink, self._lines[0], (2, y), (255, 255, 255), self._face, letters)
        return ink[:, :, 0]
