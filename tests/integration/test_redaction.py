"""Real counters with known people, exported: no other person's head keeps detail, and the staff stay visible."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from service.evidence.redaction import LIMIT, People, Redactor, Watermark, detail, looks_of, person_finder, search
from service.models import load_eye
from service.settings import ModelSettings
from tests.fixtures.known_people import Counter, counters, frames, head_of, track_of
from vision.closeup import Eye

PICTURES = 12


@dataclass(frozen=True)
class Measured:
    """One counter's export. ``before``, ``after``: detail in other people's heads. Shares of the staff's own pixels."""

    frames: int
    before: list[float]
    after: list[float]
    head: list[float]
    torso: list[float]


def exported(counter: Counter, folder: Path, eye: Eye) -> Measured:
    film = counter.film(folder / f"{counter.name}.mp4", PICTURES)
    found = search(film, person_finder(eye.person, counter.scenery))
    people = People(looks_of(track_of(counter, film, eye)), found, counter.scenery)
    redactor = Redactor(people, Watermark(("张三 导出 2026-01-05 09:00:00 CST",)))
    redactor.film(film, folder / "export.mp4")
    given, shown = frames(film, counter.size), frames(folder / "export.mp4", counter.size)
    assert len(given) == len(shown) == PICTURES
    result = Measured(PICTURES, [], [], [], [])
    for number, (original, redacted) in enumerate(zip(given, shown, strict=True)):
        for box in counter.others:
            rows, columns, height = head_of(counter.moved(box, number), counter.size)
            if min(original[rows, columns].shape) >= 4:
                result.before.append(detail(original[rows, columns], height))
                result.after.append(detail(redacted[rows, columns], height))
        mask = redactor.mask(counter.size, number / 10)
        own = counter.moved(counter.own, number)
        rows, columns, _ = head_of(own, counter.size)
        torso = (
            slice(max(round(own[1]), 0), round(own[1] + 0.6 * (own[3] - own[1]))),
            slice(max(round(own[0]), 0), round(own[2])),
        )
        result.head.append(0.0 if mask is None else float((mask[rows, columns] > 0).mean()))
        result.torso.append(0.0 if mask is None else float((mask[torso] > 0).mean()))
    return result


@pytest.mark.shared
@pytest.mark.slow
def test_no_customer_s_head_keeps_detail_in_200_exported_frames_and_staff_stay_visible(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    eye = load_eye(ModelSettings(), ())
    places = [*counters(shared, "counter-scenes")[1:28:2], *counters(shared, "phone-cctv")[::4]]

    measured = [exported(counter, tmp_path, eye) for counter in places]

    before, after = (np.array([one for m in measured for one in getattr(m, name)]) for name in ("before", "after"))
    head, torso = (np.array([np.mean(getattr(m, name)) for m in measured]) for name in ("head", "torso"))
    with capsys.disabled():
        print(
            f"\n{sum(m.frames for m in measured)} frames of {len(places)} counters, {len(after)} heads: detail "
            f"p50 {np.median(before):.1f} before, max {after.max():.2f}, p95 {np.percentile(after, 95):.2f} after "
            f"(limit {LIMIT}); staff sharp: head {head.mean():.2f}, head and torso {torso.mean():.2f}; "
            f"heads mostly seen at {np.mean(head > 0.5):.2f} of counters"
        )
    assert sum(m.frames for m in measured) >= 200
    assert len(after) >= 400
    assert np.median(before) > 5 * LIMIT  # there is something to blur
    assert after.max() <= LIMIT
    assert torso.mean() >= 0.65
