"""Ties a live stream's own time stamps to UTC at arrival: stream time."""

from typing import Final

from vision.streamtime import SECOND, StreamTime

__all__ = ["Anchor"]

_JUMP: Final = 2 * SECOND
_LEAK: Final = 1000  # the anchor gives way by a thousandth, which no camera's clock outruns


class Anchor:
    """Places a stream's own times (microseconds from anywhere) on the UTC axis.

    The offset is the smallest difference between arrival and own time, since packets are late at times and never early;
    it gives way slowly, so that a camera whose clock runs slow is followed. A jump of the camera's clock anchors anew.
    """

    def __init__(self) -> None:
        self._offset: int | None = None
        self._arrival: StreamTime | None = None

    def place(self, own: int | None, arrival: StreamTime) -> StreamTime:
        """The stream time of what bears ``own`` and arrived at ``arrival``; call in order of arrival."""
        if own is None:
            return arrival
        difference = arrival - own
        if self._offset is None or self._arrival is None or not 0 <= difference - self._offset + _JUMP <= 2 * _JUMP:
            self._offset = difference
        else:
            self._offset = min(difference, self._offset + max(0, arrival - self._arrival) // _LEAK)
        self._arrival = arrival
        return StreamTime(own + self._offset)

    def at(self, own: int) -> StreamTime | None:
        """The stream time of ``own`` by the offset as it stands, None before the first arrival."""
        return None if self._offset is None else StreamTime(own + self._offset)
