"""Who in a clip is the window's own staff, between looks too; whoever is in doubt is somebody else."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from service.evidence.redaction import Looks, People, Scenery, Sighting, looks_of
from service.evidence.redaction.people import Box, PeopleLimits, head_height
from vision.geometry import box_polygon

CLERK = (100.0, 50.0, 180.0, 200.0)
ZONE = (80.0, 30.0, 260.0, 230.0)
SCENE = Scenery("w1", (640, 360), box_polygon(ZONE))


def looks(*people: Sequence[Sighting], until: float = 4.0, rate: float = 5.0) -> Looks:
    times = tuple(number / rate for number in range(round(until * rate) + 1))
    return Looks(times, tuple(sorted((one for group in people for one in group), key=lambda one: one.at)))


def there(
    box: Box, since: float = 0.0, until: float = 4.0, window: str | None = "w1", step: Sequence[float] = (0.0, 0.0)
) -> list[Sighting]:
    """Somebody seen five times a second, who moves by ``step`` pixels a second."""
    times = [number / 5 for number in range(round(since * 5), round(until * 5) + 1)]
    return [Sighting(at, _moved(box, step[0] * (at - since), step[1] * (at - since)), 0.8, window) for at in times]


def _moved(box: Box, aside: float, down: float) -> Box:
    return box[0] + aside, box[1] + down, box[2] + aside, box[3] + down


def people(*seen: Sequence[Sighting], found: Iterable[Sighting] = (), scene: Scenery = SCENE, **more: float) -> People:
    return People(looks(*seen), list(found), scene, PeopleLimits(**more))


def others(cast: People, at: float) -> tuple[Box, ...]:
    moment = cast.at(at)
    assert moment is not None
    return moment.others


def own(cast: People, at: float) -> tuple[Box, ...]:
    moment = cast.at(at)
    assert moment is not None
    return moment.own


def test_clerk_at_the_window_is_its_own() -> None:
    cast = people(there(CLERK))

    assert own(cast, 1.1) == (CLERK,)
    assert others(cast, 1.1) == ()


def test_clerk_is_followed_between_two_looks() -> None:
    cast = people(there(CLERK, step=(10.0, 0.0)))

    assert own(cast, 1.1)[0] == pytest.approx(_moved(CLERK, 11.0, 0.0))


def test_picture_far_from_every_look_cannot_be_told() -> None:
    cast = people(there(CLERK))

    assert cast.at(4.5) is not None
    assert cast.at(5.2) is None
    assert People(Looks((), ()), [], SCENE).at(0.0) is None


def test_customer_between_two_looks_may_be_anywhere_from_one_to_the_other() -> None:
    walks = there((200.0, 60.0, 260.0, 220.0), window=None, step=(100.0, 0.0))

    (box,) = others(people(there(CLERK), walks), 1.1)

    assert box == pytest.approx((200.0 + 100.0, 60.0, 260.0 + 120.0, 220.0))


def test_customer_whom_some_looks_miss_is_taken_to_have_walked_on() -> None:
    walks = there((200.0, 60.0, 260.0, 220.0), window=None, step=(30.0, 0.0))
    seen = [one for one in walks if not 1.0 < one.at < 2.5]

    (box,) = others(people(there(CLERK), seen), 1.7)

    assert box[0] <= 200 + 30 * 1.0
    assert box[2] >= 260 + 30 * 2.5 - 6


def test_somebody_is_there_for_a_while_before_they_are_first_seen_and_after_they_were_last() -> None:
    guest = there((300.0, 60.0, 360.0, 220.0), 2.0, 3.0, window=None)
    cast = people(there(CLERK), guest)

    assert [bool(others(cast, at)) for at in (1.3, 1.5, 2.5, 3.5, 3.7)] == [False, True, True, True, False]


def test_whoever_walks_is_looked_for_where_they_were_going() -> None:
    guest = there((300.0, 60.0, 360.0, 220.0), 1.0, 2.0, window=None, step=(50.0, 0.0))

    (box,) = others(people(there(CLERK), guest), 2.4)

    assert box[2] == pytest.approx(360 + 50 * 1.4)


def test_customer_who_leans_over_the_counter_is_somebody_else() -> None:
    # Most of the time she stands in the hall; for a second the looks put her at the window.
    leaning = [
        Sighting(one.at, one.box, one.score, "w1" if 2.0 <= one.at <= 3.0 else None)
        for one in there((190.0, 60.0, 300.0, 330.0), window=None)
    ]
    cast = people(there(CLERK), leaning)

    assert own(cast, 2.5) == (CLERK,)
    assert others(cast, 2.5) == ((190.0, 60.0, 300.0, 330.0),)


def test_customer_whom_every_look_puts_at_the_window_gives_way_to_the_clerk_in_it() -> None:
    across = there((110.0, 0.0, 210.0, 60.0))
    cast = people(there(CLERK), across)

    assert own(cast, 2.0) == (CLERK,)
    assert others(cast, 2.0) == ((110.0, 0.0, 210.0, 60.0),)


def test_customer_who_stands_in_the_customers_zone_is_never_staff() -> None:
    scene = Scenery("w1", (640, 360), box_polygon(ZONE), box_polygon((80, 180, 260, 300)))

    assert own(people(there(CLERK), scene=scene), 2.0) == ()
    assert others(people(there(CLERK), scene=scene), 2.0) == (CLERK,)


def test_colleague_of_another_window_is_somebody_else() -> None:
    visits = [*there((200.0, 60.0, 260.0, 220.0), 0.0, 1.0, "w2"), *there((200.0, 60.0, 260.0, 220.0), 1.2, 4.0, "w1")]

    assert others(people(there(CLERK), visits), 3.0) == ((200.0, 60.0, 260.0, 220.0),)


def test_passer_by_behind_never_becomes_staff() -> None:
    passing = there((80.0, 40.0, 120.0, 160.0), 1.0, 2.4, step=(100.0, 0.0))

    assert own(people(passing), 1.7) == ()


def test_as_many_are_staff_as_the_window_is_for() -> None:
    second = there((185.0, 60.0, 255.0, 220.0), 1.0, 4.0)
    two = Scenery("w1", (640, 360), box_polygon(ZONE), posts=2)

    assert len(own(people(there(CLERK), second), 2.0)) == 1
    assert len(own(people(there(CLERK), second, scene=two), 2.0)) == 2


def test_relief_is_staff_once_she_has_taken_over() -> None:
    relief = there((185.0, 60.0, 255.0, 220.0), 2.4, 4.0)
    cast = people(there(CLERK, 0.0, 2.2), relief)

    assert own(cast, 1.0) == (CLERK,)
    assert own(cast, 3.0) == ((185.0, 60.0, 255.0, 220.0),)


def test_second_search_blurs_whom_the_looks_missed() -> None:
    face = Sighting(1.0, (150.0, 20.0, 190.0, 80.0), 0.15)

    assert face.box in others(people(there(CLERK), found=[face]), 1.0)


def test_second_search_that_sees_the_clerk_once_more_does_not_blur_her() -> None:
    again = [
        Sighting(1.0, (96.0, 54.0, 184.0, 205.0), 0.9, None, 0),
        Sighting(1.0, (98.0, 48.0, 182.0, 160.0), 0.3, None, 1),
        Sighting(1.0, (92.0, 50.0, 190.0, 206.0), 0.2, None, 0),
    ]

    assert others(people(there(CLERK), found=again), 1.0) == ()


def test_somebody_before_the_clerk_is_not_taken_for_her() -> None:
    before = Sighting(1.0, (90.0, 110.0, 190.0, 330.0), 0.8)

    assert before.box in others(people(there(CLERK), found=[before]), 1.0)


def test_looks_are_read_from_a_track() -> None:
    row = ["person", 100.0, 50.0, 180.0, 200.0, 0.8, "w1"]
    track = {
        "boxes": [[0.0, [row]], [0.2, [["cell phone", 1, 2, 3, 4, 0.5, None], row]]],
        "answers": [[0.0, False], [0.2, False]],
    }

    read = looks_of(track)

    assert read.times == (0.0, 0.2)
    assert [one.box for one in read.people] == [CLERK, CLERK]
    assert {one.window for one in read.people} == {"w1"}


def test_look_that_saw_nothing_and_could_not_tell_is_no_look() -> None:
    track = {"boxes": [[0.0, []], [5.0, []]], "answers": [[0.0, True], [5.0, None]]}

    assert looks_of(track).times == (0.0,)


@pytest.mark.parametrize("track", [{}, {"boxes": None}, {"boxes": [[1]]}, {"boxes": "x", "answers": 3}])
def test_track_that_says_nothing_has_no_looks(track: dict[str, Any]) -> None:
    assert looks_of(track) == Looks((), ())


def test_scenery_fits_a_clip_of_another_size() -> None:
    scene = SCENE.on((320, 180))

    assert scene.staff is not None
    assert scene.staff.max(axis=0).tolist() == [130.0, 115.0]


def test_head_is_never_taken_for_smaller_than_a_figure_allows() -> None:
    standing, seated = (0.0, 0.0, 70.0, 225.0), (0.0, 0.0, 75.0, 90.0)  # 7.5 and 3 heads of 30 px

    assert head_height(standing) >= 30
    assert head_height(seated) >= 30
