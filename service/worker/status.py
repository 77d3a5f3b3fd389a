"""How a window stands at this moment, in the words of the live wall, and since when."""

from dataclasses import asdict, dataclass
from typing import Any

from service.rules.duty import Duty
from service.rules.judge import Standing
from vision.observation import Observation
from vision.streamtime import SECOND, StreamTime

__all__ = ["WindowStatus"]

_BLINK = 2 * SECOND


@dataclass(slots=True)
class WindowStatus:
    """Follows one window's looks; a moment in which nothing can be told does not change what the wall says."""

    since: StreamTime
    status: str = "unknown"
    reason: str | None = "starting"
    staff_count: int | None = None
    _unsure_since: StreamTime | None = None

    def look(self, look: Observation, duty: Duty, why: str | None = None) -> None:
        """Take a look's answers; ``why`` the window is closed, where it is."""
        status, reason = _standing(look, duty, why)
        if status != "unsure":
            self._unsure_since = None
        elif self._unsure_since is None:
            self._unsure_since = look.at
        since = look.at
        if status == "unsure":
            since = self._unsure_since or look.at
            if look.at - since < _BLINK and self.status in ("on_post", "empty"):
                return
        if (status, reason) != (self.status, self.reason):
            self.status, self.reason, self.since = status, reason, since
        self.staff_count = look.staff_count

    def told(self, window: str, breaches: list[Standing]) -> dict[str, Any]:
        """What the service is told of the window."""
        return {
            "id": window,
            "status": self.status,
            "since": self.since,
            "reason": self.reason,
            "staff_count": self.staff_count,
            "breaches": [asdict(one) for one in breaches],
        }


def _standing(look: Observation, duty: Duty, why: str | None) -> tuple[str, str | None]:
    if duty == "no_calendar":
        return "no_calendar", None
    if duty == "exempt":
        return "exempt", None
    if duty == "closed":
        return "closed", why
    if duty != "on":
        return "off_duty", None
    if look.reason is not None:
        return "unknown", look.reason
    return {True: "on_post", False: "empty", None: "unsure"}[look.occupied], None
