"""Films a script: staged pictures as H.264, with the truth beside them."""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from service.demo.cast import load_cast
from service.demo.paint import Picture
from service.demo.room import HEIGHT, WIDTH
from service.demo.script import Script
from service.demo.stage import Stage
from service.demo.truth import Truth, truth_of
from vision.errors import BadInput

__all__ = ["GOP_SECONDS", "Progress", "encode", "film"]

Progress = Callable[[int, int], None]
"""Called with (done, total) pictures."""

GOP_SECONDS: Final = 2

_ENCODER: Final = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    # A constant quantiser: a picture that repeats is then the same after decoding, key pictures too. From 24 on
    # P-pictures lose the noise, and an empty room would be a frozen picture.
    "qp": "22",
    "bf": "0",
    "sc_threshold": "0",
    "forced-idr": "1",
    "threads": "1",
}


def film(
    script: Script,
    path: Path,
    seconds: float | None = None,
    *,
    camera: str | None = None,
    cast_folder: Path | None = None,
    progress: Progress | None = None,
) -> Truth:
    """Writes what one camera (default: the script's first) sees as an MP4 at ``path``, its truth beside it.

    The truth goes to ``path`` with ``.truth.json`` for its suffix, and is returned. ``seconds`` (default: the whole
    script) must not be longer than the script. While the stream is lost there are no pictures: the time stamps jump.
    The cut-outs are kept in ``cast_folder``, by default beside the film. Raises BadInput or CastError.
    """
    end = script.duration if seconds is None else seconds
    if not 0 < end <= script.duration:
        raise BadInput(f"seconds: {end:g} is not within the script's {script.duration:g} s")
    chosen = script.cameras[0] if camera is None else script.camera(camera)
    stage = Stage(script, chosen, load_cast(cast_folder or path.parent))
    total = round(end * script.fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = 0
    for done, shown in encode(stage, path, total, script.fps):
        frames = shown
        if progress:
            progress(done, total)
    truth = truth_of(script, chosen, end)
    head = {"file": path.name, "width": WIDTH, "height": HEIGHT, "fps": float(script.fps), "frames": frames}
    text = json.dumps({**head, **truth}, ensure_ascii=False, indent=1)
    path.with_suffix(".truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def encode(stage: Stage, path: Path, total: int, fps: int) -> Iterator[tuple[int, int]]:
    """Encodes the first ``total`` pictures of ``stage`` to ``path`` (.mp4 or .ts); yields (done, shown) after each.

    Every group of pictures is GOP_SECONDS long and the first picture after a loss begins one; no B-frames.
    """
    container_options = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
    shown, pending_key = 0, True
    with av.open(str(path), "w", container_options=container_options) as container:
        stream = container.add_stream("libx264", rate=fps, options={**_ENCODER, "g": str(GOP_SECONDS * fps)})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(total):
            picture = stage.picture(number)
            if picture is None:
                pending_key = True
            else:
                frame = _frame(picture, number, fps)
                if pending_key or number % (GOP_SECONDS * fps) == 0:
                    frame.pict_type = PictureType.I
                pending_key = False
                shown += 1
                container.mux(stream.encode(frame))
            yield number + 1, shown
        container.mux(stream.encode(None))


def _frame(picture: Picture, number: int, fps: int) -> av.VideoFrame:
    planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts, frame.time_base = number, Fraction(1, fps)
    return frame
