"""Following people from look to look: the same person keeps her number, strangers do not get it."""

import numpy as np

from vision.detector import Detections
from vision.streamtime import SECOND, StreamTime
from vision.tracking import Tracker

Box = tuple[float, float, float, float]


def seen(*people: tuple[Box, float]) -> Detections:
    return Detections(
        np.array([box for box, _ in people], np.float32).reshape(-1, 4),
        np.array([score for _, score in people], np.float32),
        np.zeros(len(people), np.intp),
        ("person",),
    )


def numbers(looks: list[Detections], every: int = SECOND // 5) -> list[list[int | None]]:
    tracker = Tracker()
    return [
        [track.id if track else None for track in tracker.update(StreamTime(index * every), look)]
        for index, look in enumerate(looks)
    ]


def test_seated_person_keeps_her_number_through_weak_looks() -> None:
    box = (100.0, 50.0, 180.0, 200.0)

    assert numbers([seen((box, score)) for score in (0.9, 0.3, 0.1, 0.6)]) == [[1], [1], [1], [1]]


def test_faint_box_begins_no_track() -> None:
    assert numbers([seen(((0.0, 0.0, 50.0, 90.0), 0.1))]) == [[None]]


def test_person_who_walks_off_fast_keeps_her_number() -> None:
    walk = [383, 417, 464, 558, 673, 766]

    assert numbers([seen(((x, 140.0, x + 150.0, 380.0), 0.8)) for x in walk]) == [[1]] * 6


def test_two_people_who_pass_each_other_keep_their_numbers() -> None:
    looks = [
        seen(
            ((100.0 + 20 * step, 100.0, 160.0 + 20 * step, 300.0), 0.9),
            ((400.0 - 20 * step, 150.0, 480.0 - 20 * step, 340.0), 0.9),
        )
        for step in range(16)
    ]

    assert numbers(looks)[-1] == [1, 2]


def test_somebody_much_smaller_next_to_her_is_somebody_else() -> None:
    assert numbers([seen(((100.0, 50.0, 200.0, 350.0), 0.9)), seen(((190.0, 60.0, 220.0, 150.0), 0.9))]) == [[1], [2]]


def test_person_unseen_for_long_is_a_new_one() -> None:
    box = ((100.0, 50.0, 180.0, 200.0), 0.9)

    assert numbers([seen(box), *[seen()] * 10, seen(box)])[-1] == [1]
    assert numbers([seen(box), *[seen()] * 40, seen(box)])[-1] == [2]


def test_confident_box_is_matched_before_a_doubtful_one() -> None:
    first = seen(((100.0, 50.0, 180.0, 200.0), 0.9))
    both = seen(((102.0, 50.0, 182.0, 200.0), 0.2), ((110.0, 50.0, 190.0, 200.0), 0.9))

    assert numbers([first, both])[1] == [2, 1]
