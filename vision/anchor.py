"""Ties a live stream's own time stamps to UTC at arrival: stream time."""

from dataclasses import dataclass
from typing import Final

from vision.streamtime import SECOND, StreamTime

__all__ = ["Anchor", "Clock"]

_JUMP: Final = 2 * SECOND
_LEAK: Final = 1000  # the anchor gives way by a thousandth, which no camera's clock outruns


@dataclass(frozen=True, slots=True)
class Clock:
    """How a stream's own time stamps stand to this machine's clock, all in microseconds.

    read_at: the arrival to which this holds. anchored_at: since when they are tied to it without a jump. shifted: how
    far they have moved against it since then; what its first packets were late goes into it, too. jumps: how often
    they jumped on this connection. camera_offset: how far the camera's own clock is ahead of stream time, by the sender
    reports of RTSP, the way from lens to arrival included; None where it tells no time of its own.
    """

    read_at: StreamTime
    anchored_at: StreamTime
    shifted: int
    jumps: int
    camera_offset: int | None


class Anchor:
    """Places a stream's own times (microseconds from anywhere) on the UTC axis.

    The offset is the smallest difference between arrival and own time, since packets are late at times and never early;
    it gives way slowly, so that a camera whose clock runs slow is followed. A jump of the camera's clock anchors anew.
    """

    def __init__(self) -> None:
        self._offset: int | None = None
        self._arrival: StreamTime | None = None
        self._anchored: tuple[StreamTime, int] | None = None
        self._anchorings = 0
        self._camera_offset: int | None = None

    def place(self, own: int | None, arrival: StreamTime) -> StreamTime:
        """The stream time of what bears ``own`` and arrived at ``arrival``; call in order of arrival."""
        if own is None:
            return arrival
        difference = arrival - own
        if self._offset is None or self._arrival is None or not 0 <= difference - self._offset + _JUMP <= 2 * _JUMP:
            self._offset = difference
            self._anchored = (arrival, difference)
            self._anchorings += 1
        else:
            self._offset = min(difference, self._offset + max(0, arrival - self._arrival) // _LEAK)
        self._arrival = arrival
        return StreamTime(own + self._offset)

    def at(self, own: int) -> StreamTime | None:
        """The stream time of ``own`` by the offset as it stands, None before the first arrival."""
        return None if self._offset is None else StreamTime(own + self._offset)

    def told(self, camera_time: int, at: StreamTime) -> None:
        """The camera says that by its own clock it was ``camera_time`` (UTC) when it took the picture of ``at``."""
        self._camera_offset = camera_time - at

    @property
    def clock(self) -> Clock | None:
        """How its time stamps stand to ours, None before the first that has any."""
        if self._anchored is None or self._offset is None or self._arrival is None:
            return None
        since, offset = self._anchored
        return Clock(self._arrival, since, self._offset - offset, self._anchorings - 1, self._camera_offset)
