"""One camera from picture to observations: health, then the eye, then the observer."""

from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from vision.closeup import Eye, Sight
from vision.conduct import act_thresholds
from vision.dress import UniformAt
from vision.health import HealthCheck
from vision.layout import CameraLayout
from vision.observation import Observation, Reason, unknown
from vision.observer import Observer, Seen
from vision.picture import Picture
from vision.source import Sampler
from vision.streamtime import SECOND, StreamTime

__all__ = ["CameraPipeline", "Look", "look_through", "see_all"]

_FORGET_AFTER = 3 * SECOND


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One judgement of one camera's picture: an observation for each of its windows, and what was seen."""

    at: StreamTime
    observations: tuple[Observation, ...]
    seen: tuple[Seen, ...] = ()
    reason: Reason | None = None


class CameraPipeline:
    """Everything that is remembered of one camera between looks.

    ``uniforms`` gives who knows what the hall wears at a moment; ``close_rate`` is how many looks a second go close for
    what people do.
    """

    def __init__(
        self, layout: CameraLayout, eye: Eye, uniforms: UniformAt | None = None, close_rate: float = 2.5
    ) -> None:
        self.layout = layout
        self._health = HealthCheck()
        self._observer = Observer(layout, act_thresholds(eye.objects.card), uniforms)
        self._close = Sampler(close_rate)
        self._judged_at: StreamTime | None = None

    def wear(self, uniforms: UniformAt | None) -> None:
        """Judge by other uniforms from the next look on; what is remembered beside them stays."""
        self._observer.wear(uniforms)

    def admit(self, picture: Picture) -> tuple[Reason | None, bool]:
        """Why the picture cannot be judged, if so, and whether a close look is due; call once a picture, in order."""
        reason = self._health.judge(picture.at, picture.pixels)
        return reason, reason is None and self._close.takes(picture.at)

    def blind(self, at: StreamTime, reason: Reason) -> Look:
        """The look of a moment that cannot be judged."""
        return Look(at, tuple(unknown(window.id, at, reason) for window in self.layout.windows), reason=reason)

    def conclude(self, picture: Picture, sight: Sight) -> Look:
        """The look at a picture that the eye has seen; call in order of time."""
        if self._judged_at is not None and picture.at - self._judged_at > _FORGET_AFTER:
            self._observer.forget()
        self._judged_at = picture.at
        observations, seen = self._observer.observe(picture, sight)
        return Look(picture.at, tuple(observations), tuple(seen))


_Admitted: TypeAlias = tuple[CameraPipeline, Picture, Reason | None, bool]


def see_all(eye: Eye, work: Sequence[tuple[CameraPipeline, Picture]]) -> list[Look]:
    """One look for each picture, several cameras' pictures seen side by side."""
    return _seen(eye, [(pipeline, picture, *pipeline.admit(picture)) for pipeline, picture in work])


def look_through(
    pictures: Iterable[Picture], pipeline: CameraPipeline, eye: Eye, at_once: int = 8
) -> Generator[Look, None, None]:
    """The looks at a recorded film, ``at_once`` pictures being seen side by side.

    Meanwhile the next ones are read, on a thread of its own: close the generator before the film.
    """
    waiting = iter(pictures)

    def admitted() -> list[_Admitted]:
        return [(pipeline, picture, *pipeline.admit(picture)) for picture in islice(waiting, at_once)]

    with ThreadPoolExecutor(1, "film") as ahead:
        coming = ahead.submit(admitted)
        while batch := coming.result():
            coming = ahead.submit(admitted)
            yield from _seen(eye, batch)


def _seen(eye: Eye, admitted: Sequence[_Admitted]) -> list[Look]:
    clear = [(pipeline.layout, picture, close) for pipeline, picture, reason, close in admitted if reason is None]
    sights = iter(eye.see(clear))
    return [
        pipeline.conclude(picture, next(sights)) if reason is None else pipeline.blind(picture.at, reason)
        for pipeline, picture, reason, _ in admitted
    ]
