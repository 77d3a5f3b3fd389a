"""The pictures of one camera at any moment of a script: the room, the people in it, the lens."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.demo.acting import RISE, VISITOR_SCALE, Part, Pose, parts_of
from service.demo.cast import Figure
from service.demo.lens import Lens
from service.demo.paint import Picture
from service.demo.props import HeldPhone, draw_held_phone
from service.demo.room import COUNTER_EDGE, HEIGHT, LOOKS, WIDTH, Room, draw_room
from service.demo.script import CameraScript, Script

__all__ = ["Stage"]

HEAD: Final = 100.0
"""Length in pixels of the head of somebody behind the counter."""

SEATED_CROWN: Final = COUNTER_EDGE - 192
"""Row of the crown of somebody seated, before perspective."""

PHONE: Final = 76.0
"""Length in pixels of a phone: a big one beside a head of that length, so that a camera on the wall still sees it."""

VISITOR_CROWN: Final = COUNTER_EDGE - 22
"""Row of the crown of somebody on the customers' side: her head is seen against the counter."""

_PAD = 44
_SUNK = 232.0

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Sprite:
    """A figure at the size it is seen at, lit by the room; ``shadow`` is its blurred outline."""

    picture: Picture
    shadow: NDArray[np.uint8]
    middle: float
    crown: float
    neck: float
    head: float


class Stage:
    """One camera of a script, staged. ``picture(n)`` depends on nothing but the script and ``n``."""

    def __init__(self, script: Script, camera: CameraScript, cast: dict[str, Figure]) -> None:
        look = LOOKS[camera.room]
        self.room: Room = draw_room(look, camera.title)
        self.parts: tuple[Part, ...] = parts_of(camera, look.seat)
        self._script, self._camera = script, camera
        self._lens = Lens(camera, script.duration)
        self._front_kept = 255 - np.repeat(self.room.front[..., 3:], 3, axis=2)
        self._front = np.ascontiguousarray(self.room.front[..., :3])
        self._empty = self.room.back.copy()
        self._put_front(self._empty, (0, 0, WIDTH, HEIGHT))
        self._sprites = {part: _sprite(cast[part.who], VISITOR_SCALE if part.visitor else 1.0) for part in self.parts}
        self._phones: dict[tuple[str, str], HeldPhone] = {}
        for part in self.parts:
            for phone in part.phones:
                sleeve = _sleeve(cast[part.who])
                self._phones[part.who, phone.look] = draw_held_phone(phone.look, sleeve, length=PHONE, turn=6)

    @property
    def frames(self) -> int:
        """Pictures in one run of the script, those that the camera loses counted in."""
        return round(self._script.duration * self._script.fps)

    def picture(self, number: int) -> Picture | None:
        """Picture ``number`` (0 is the script's first), (HEIGHT, WIDTH, 3) BGR, or None while the stream is lost."""
        t = number / self._script.fps
        if any(h.at <= t < h.until for h in self._camera.of("lost")):
            return None
        for frozen in self._camera.of("frozen"):
            if frozen.at <= t < frozen.until:
                number = int(np.ceil(frozen.at * self._script.fps))
                t = number / self._script.fps
        return self._lens.seen(self.scene(t), t, number)

    def scene(self, t: float) -> Picture:
        """What is before the lens at ``t`` seconds, without noise, (HEIGHT, WIDTH, 3) BGR."""
        scene = self._empty.copy()
        period = self._script.duration
        acting = [(part, pose) for part in self.parts if (pose := part.pose(t, period)) is not None]
        behind = [(part, pose) for part, pose in acting if not part.visitor]
        placed = [(part, pose, self._place(part, pose)) for part, pose in behind]
        touched = _union([self._touched(part, at) for part, _, at in placed])
        if touched:
            x1, y1, x2, y2 = touched
            scene[y1:y2, x1:x2] = self.room.back[y1:y2, x1:x2]
            for part, pose, at in placed:
                self._draw(scene, self._sprites[part], pose, at, 1.0)
                if pose.phone > 0:
                    self._draw_phone(scene, part, pose, at, t)
            self._put_front(scene, touched)
        for part, pose in acting:
            if part.visitor:
                self._draw(scene, self._sprites[part], pose, self._place(part, pose), VISITOR_SCALE)
        return scene

    def _place(self, part: Part, pose: Pose) -> tuple[float, float]:
        """Where the crown is seen, in pixels."""
        if part.visitor:
            return self.room.place(pose.x, VISITOR_CROWN - (pose.rise - RISE) * VISITOR_SCALE)
        return self.room.place(pose.x, SEATED_CROWN - pose.rise + _SUNK * pose.down)

    def _touched(self, part: Part, at: tuple[float, float]) -> Box | None:
        sprite = self._sprites[part]
        reach = sprite.picture.shape[1] / 2 + 30
        bottom = min(HEIGHT, int(COUNTER_EDGE) + 60)
        return _clipped((int(at[0] - reach), int(at[1]) - _PAD - 10, int(at[0] + reach), bottom))

    def _draw(self, scene: Picture, sprite: _Sprite, pose: Pose, at: tuple[float, float], size: float) -> None:
        reach = sprite.picture.shape[1] / 2 + 10
        bottom = HEIGHT if size > 1 else int(COUNTER_EDGE) + 20
        box = _clipped((int(at[0] - reach), int(at[1]) - _PAD, int(at[0] + reach), bottom))
        if box is None:
            return
        x1, y1, x2, y2 = box
        squash = 1 - 0.22 * pose.down
        turned = 1 - 0.1 * pose.walking
        rows = (np.arange(y1, y2, dtype=np.float32) - at[1]) / squash + sprite.crown
        columns = (np.arange(x1, x2, dtype=np.float32) - at[0]) / turned + sprite.middle
        above = sprite.neck - rows
        weight = np.clip(above / (0.3 * sprite.head) + 0.5, 0, 1)
        weight = weight * weight * (3 - 2 * weight)
        sideways = -pose.tilt * size * weight * np.clip(above / sprite.head, 0, 1) - pose.lean * size * np.clip(
            (above + sprite.head) / (2 * sprite.head), 0, 1
        )
        lowered = rows - pose.nod * size * weight + pose.breath * 0.9 * size * (1 - weight)
        map_x = columns[None, :] + sideways[:, None].astype(np.float32)
        map_y = np.broadcast_to(lowered[:, None].astype(np.float32), map_x.shape)
        here = scene[y1:y2, x1:x2]
        fallen = 14 * size
        shade = cv2.remap(sprite.shadow, map_x - np.float32(fallen), map_y - np.float32(fallen * 0.6), cv2.INTER_LINEAR)
        cv2.multiply(here, cv2.cvtColor(255 - shade, cv2.COLOR_GRAY2BGR), dst=here, scale=1 / 255)
        figure = cv2.remap(sprite.picture, map_x, np.ascontiguousarray(map_y), cv2.INTER_LINEAR)
        _over(here, np.asarray(figure, np.uint8))

    def _draw_phone(self, scene: Picture, part: Part, pose: Pose, at: tuple[float, float], t: float) -> None:
        look = min(part.phones, key=lambda h: max(h.at - t, t - h.until, 0.0)).look
        held = self._phones[part.who, look]
        raised = (1 - pose.phone) * 150
        x = at[0] - 12 + pose.tilt * 0.3 + pose.lean * 0.4 - held.grip[0]
        y = at[1] + 134 + raised + pose.nod * 0.2 - held.grip[1]
        move = np.array([[1, 0, x - np.floor(x)], [0, 1, y - np.floor(y)]], np.float32)
        moved = cv2.warpAffine(held.picture, move, held.picture.shape[1::-1], flags=cv2.INTER_LINEAR).astype(np.uint8)
        left, top = int(np.floor(x)), int(np.floor(y))
        box = _clipped((left, top, left + moved.shape[1], min(top + moved.shape[0], int(COUNTER_EDGE) + 40)))
        if box is not None:
            x1, y1, x2, y2 = box
            _over(scene[y1:y2, x1:x2], moved[y1 - top : y2 - top, x1 - left : x2 - left])

    def _put_front(self, scene: Picture, box: Box) -> None:
        x1, y1, x2, y2 = box
        here = scene[y1:y2, x1:x2]
        cv2.multiply(here, self._front_kept[y1:y2, x1:x2], dst=here, scale=1 / 255)
        cv2.add(here, self._front[y1:y2, x1:x2], dst=here)


def _over(scene: Picture, layer: Picture) -> None:
    """Lays a premultiplied (h, w, 4) over ``scene`` (h, w, 3), in place."""
    kept = cv2.cvtColor(255 - layer[..., 3], cv2.COLOR_GRAY2BGR)
    cv2.multiply(scene, kept, dst=scene, scale=1 / 255)
    cv2.add(scene, cv2.cvtColor(layer, cv2.COLOR_BGRA2BGR), dst=scene)


def _sprite(figure: Figure, size: float) -> _Sprite:
    scale = HEAD * size / figure.head
    picture = cv2.resize(figure.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = picture[..., 3:] / 255
    grey = picture[..., :3].mean(axis=2, keepdims=True)
    lit = (grey + (picture[..., :3] - grey) * 0.86) * 0.93 + 7 * alpha
    height = picture.shape[0]
    lit *= np.interp(np.arange(height), (0, 2.6 * HEAD * size), (1.04, 0.84))[:, None, None]
    full = np.dstack([lit, picture[..., 3:]]).clip(0, 255).astype(np.uint8)
    full = cv2.copyMakeBorder(full, _PAD, 0, _PAD, _PAD, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)).astype(np.uint8)
    shadow = cv2.GaussianBlur(full[..., 3], (0, 0), 11 * size)
    return _Sprite(
        picture=full,
        shadow=(shadow * 0.36).astype(np.uint8),
        middle=figure.middle * scale + _PAD,
        crown=figure.crown * scale + _PAD,
        neck=(figure.chin + 0.04 * figure.head) * scale + _PAD,
        head=HEAD * size,
    )


def _sleeve(figure: Figure) -> tuple[float, float, float]:
    """The colour of a figure's cloth beside the chest."""
    top, left = int(figure.chin + 0.75 * figure.head), int(figure.middle - 0.62 * figure.head)
    patch = figure.picture[top : top + int(0.2 * figure.head), left : left + int(0.2 * figure.head), :3]
    blue, green, red = np.median(patch.reshape(-1, 3), axis=0)
    return float(blue) * 0.9 + 8, float(green) * 0.9 + 8, float(red) * 0.9 + 8


def _clipped(box: Box) -> Box | None:
    x1, y1, x2, y2 = max(box[0], 0), max(box[1], 0), min(box[2], WIDTH), min(box[3], HEIGHT)
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _union(boxes: list[Box | None]) -> Box | None:
    there = [box for box in boxes if box is not None]
    if not there:
        return None
    return (min(b[0] for b in there), min(b[1] for b in there), max(b[2] for b in there), max(b[3] for b in there))
