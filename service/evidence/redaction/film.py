"""Encodes a clip and its pictures anew with everybody but the window's own staff blurred, and marked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.error
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from service.evidence.redaction.blur import Mask, blurred, composed, sharp_mask, spread_of
from service.evidence.redaction.mark import Watermark
from service.evidence.redaction.people import Box, People, Scenery, Sighting
from vision.detector import Detector
from vision.errors import SourceError
from vision.geometry import Size, bounds, square_around
from vision.picture import Pixels
from vision.source import pixels

__all__ = ["Finder", "Progress", "Redactor", "person_finder", "search"]

Progress = Callable[[int, int], None]
"""Called with (done, of how many)."""

Finder = Callable[[Pixels], list[Sighting]]
"""Whom a picture shows, at second 0."""

_EVERY: Final = 0.2
_FLOOR: Final = 0.1
_TICK: Final = Fraction(1, 90_000)


def person_finder(detector: Detector, scenery: Scenery) -> Finder:
    """Looks for people with the person network: over the whole picture, and closely at the zone that stays sharp.

    Boxes are in pixels of ``scenery``'s size, whatever the picture's.
    """

    def find(picture: Pixels) -> list[Sighting]:
        size = (picture.shape[1], picture.shape[0])
        across, down = scenery.size[0] / size[0], scenery.size[1] / size[1]
        staff = scenery.on(size).staff
        x1, y1, x2, y2 = square_around(bounds(staff), 1.3, size) if staff is not None else (0, 0, *size)
        side = detector.card.inputs["close"] * (2 if max(x2 - x1, y2 - y1) > detector.card.inputs["close"] else 1)
        whole = detector.detect([picture], floor=_FLOOR)[0]
        near = detector.detect([picture[y1:y2, x1:x2]], side, _FLOOR)[0].moved(x1, y1)
        seen: list[Sighting] = []
        for sweep, one in enumerate((whole, near)):
            for (left, top, right, bottom), score in zip(one.boxes.tolist(), one.scores.tolist(), strict=True):
                box = (left * across, top * down, right * across, bottom * down)
                seen.append(Sighting(0.0, box, score, None, sweep))
        return seen

    return find


def search(film: Path, find: Finder, progress: Progress | None = None) -> list[Sighting]:
    """Everybody whom ``find`` sees in ``film``, five times a second of it. Raises SourceError."""
    seen: list[Sighting] = []
    due = -1.0
    with _opened(film) as container:
        stream = container.streams.video[0]
        total = _length(container, stream)
        for second, frame in _frames(container, film):
            if second < due:
                continue
            due = second + _EVERY - 1e-3
            seen += [replace(one, at=second) for one in find(pixels(frame))]
            if progress is not None:
                progress(round(second * 10), max(round(total * 10), round(second * 10)))
    return seen


class Redactor:
    """Blurs one clip and its pictures alike; ``people`` None blurs everything."""

    def __init__(self, people: People | None, watermark: Watermark) -> None:
        self._people, self._watermark = people, watermark
        self._spread: dict[Size, float] = {}

    def picture(self, picture: Pixels, second: float) -> Pixels:
        """One picture of the clip's ``second``, redacted and marked; even in width and height, higher by the band."""
        size = (picture.shape[1] // 2 * 2, picture.shape[0] // 2 * 2)
        picture = picture[: size[1], : size[0]]
        coarse = blurred(picture, self._spread_of(size))
        mask = self.mask(size, second)
        if mask is not None:
            coarse = composed(picture, coarse, mask)
            self._watermark.over(coarse, mask)
        return self._watermark.below(coarse)

    def mask(self, size: Size, second: float) -> Mask | None:
        """What stays sharp in a picture of ``size``; None where nobody can tell, so nothing does."""
        moment = self._people.at(second) if self._people is not None else None
        if moment is None or self._people is None:
            return None
        scenery = self._people.scenery
        across, down = size[0] / scenery.size[0], size[1] / scenery.size[1]

        def scaled(boxes: Sequence[Box]) -> list[Box]:
            return [(x1 * across, y1 * down, x2 * across, y2 * down) for x1, y1, x2, y2 in boxes]

        return sharp_mask(size, scenery.on(size).staff, scaled(moment.own), scaled(moment.others))

    def film(self, source: Path, target: Path, begins: float = 0.0, progress: Progress | None = None) -> int:
        """Write ``source`` as H.264 to ``target``, picture by picture at the same times; returns how many there are.

        ``begins``: the second of the looks' time at which the film begins.
        Raises SourceError when it cannot be read, OSError when the disk refuses.
        """
        count = 0
        with (
            _opened(source) as given,
            av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as out,
        ):
            total = given.streams.video[0].frames
            stream: VideoStream | None = None
            size: Size = (0, 0)
            for second, frame in _frames(given, source):
                shown = self.picture(_fitted(pixels(frame), size), begins + second)
                if stream is None:
                    size = (frame.width, frame.height)
                    stream = _stream(out, shown)
                made = VideoFrame.from_ndarray(shown, format="bgr24").reformat(format="yuv420p")
                made.pts, made.time_base = round(second / _TICK), _TICK
                out.mux(stream.encode(made))
                count += 1
                if progress is not None:
                    progress(count, max(total, count))
            if stream is None:
                raise SourceError(f"{source}: holds no picture that can be decoded")
            out.mux(stream.encode(None))
        return count

    def _spread_of(self, size: Size) -> float:
        if size not in self._spread:
            people = self._people
            # Where nobody knows how large people are, the blur is as coarse as it gets.
            head = size[1] if people is None else people.largest_head * size[1] / people.scenery.size[1]
            self._spread[size] = spread_of(size, head)
        return self._spread[size]


def _fitted(picture: Pixels, size: Size) -> Pixels:
    """A picture whose size changed within a clip, on the size that the clip began with."""
    if size in ((0, 0), (picture.shape[1], picture.shape[0])):
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _stream(out: av.container.OutputContainer, shown: Pixels) -> VideoStream:
    stream = out.add_stream("libx264", options={"preset": "veryfast", "crf": "20", "g": "50", "bf": "0"})
    stream.height, stream.width = shown.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.codec_context.time_base = _TICK
    return stream


def _opened(film: Path) -> av.container.InputContainer:
    try:
        container = av.open(str(film))
    except av.error.FFmpegError as error:
        raise SourceError(f"{film}: cannot be read ({error.strerror or error})") from error
    if not container.streams.video:
        container.close()
        raise SourceError(f"{film}: holds no video")
    container.streams.video[0].thread_type = "AUTO"
    return container


def _length(container: av.container.InputContainer, stream: VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _frames(container: av.container.InputContainer, film: Path) -> Iterator[tuple[float, VideoFrame]]:
    """Each picture with its second of the film; one that is no later than the one before is left out."""
    last = -1.0
    try:
        for frame in container.decode(video=0):
            if frame.pts is None or frame.time_base is None:
                continue
            second = float(frame.pts * frame.time_base)
            if second > last:
                last = second
                yield second, frame
    except av.error.FFmpegError as error:
        raise SourceError(f"{film}: cannot be decoded ({error.strerror or error})") from error
