"""The observation log gives back what was looked at, whatever happens to the writer, its clock or its last line."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service.observations import ObservationLog, compress, hours
from tests.fixtures.observed import EVER, answers, at_work, read_back
from vision.observation import COUNTS, REASONS, SIGNALS, Observation, WindowId
from vision.streamtime import SECOND, StreamTime

START = StreamTime(1_767_574_800 * SECOND)
WINDOWS = (WindowId("w1"), WindowId("3号"))
Looks = list[tuple[Observation, ...]]

signals = st.fixed_dictionaries({}, optional={name: st.sampled_from([True, False, None]) for name in SIGNALS})
counts = st.fixed_dictionaries({}, optional={name: st.none() | st.integers(0, 40) for name in COUNTS})
gaps = st.sampled_from([200_000, 200_000, 333_333, SECOND, 2_500_000])
breaks = st.sampled_from([0, 0, SECOND, 100 * SECOND, 3599 * SECOND])
enough = settings(max_examples=40, deadline=None)
sure = st.dictionaries(st.sampled_from(SIGNALS), st.floats(0, 1), max_size=3)


@st.composite
def streams(draw: st.DrawFn) -> Looks:
    """Looks of two windows of one camera, in runs of the same answers, now and then of one window alone."""
    at = StreamTime(START + draw(st.integers(0, SECOND)))
    looks: Looks = []
    for _ in range(draw(st.integers(1, 8))):
        reason = draw(st.sampled_from([None, None, *REASONS]))
        said = {window: {**draw(signals), **draw(counts), "confidence": draw(sure)} for window in WINDOWS}
        gap, seen = draw(gaps), draw(st.sampled_from([WINDOWS, WINDOWS, WINDOWS[:1]]))
        for _ in range(draw(st.integers(1, 12))):
            looks.append(
                tuple(
                    Observation(window, at, reason=reason) if reason else Observation(window, at, **said[window])
                    for window in seen
                )
            )
            at = StreamTime(at + gap)
        at = StreamTime(at + draw(breaks))
    return looks


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def write(into: Path, looks: Looks) -> None:
    log = ObservationLog(into / "cam")
    for look in looks:
        log.write(look)
    log.close()


def of_each(looks: Looks) -> list[Observation]:
    return [one for look in looks for one in look]


@enough
@given(streams(), st.booleans())
def test_every_answer_comes_back_in_its_second_and_in_its_order(looks: Looks, closed: bool) -> None:
    with folder() as data:
        write(data, looks)
        if closed:
            compress(data / "cam", EVER)
        found = read_back(data)

    for window, own in at_work(of_each(looks)).items():
        assert answers(at_work(found)[window]) == answers(own)


@enough
@given(streams())
def test_confidence_comes_back_of_what_was_answered_as_the_mean_of_its_second(looks: Looks) -> None:
    with folder() as data:
        write(data, looks)
        found = at_work(read_back(data))

    for window, own in at_work(of_each(looks)).items():
        for second in {look.at // SECOND for look in own}:
            said = [look for look in own if look.at // SECOND == second]
            for look in (one for one in found[window] if one.at // SECOND == second):
                for name, value in look.confidence.items():
                    told = [one.confidence[name] for one in said if name in one.confidence]
                    assert getattr(look, name) is not None
                    assert told == [] or abs(sum(told) / len(told) - value) <= 0.1 + 0.025 + 1e-9


@enough
@given(streams(), st.integers(1, 2000))
def test_torn_tail_costs_what_it_tells_of_and_nothing_before_it(looks: Looks, cut: int) -> None:
    with folder() as data:
        write(data, looks)
        whole = read_back(data)
        last = hours(data / "cam")[-1].files[0]
        content = last.read_bytes()
        last.write_bytes(content[:-cut])
        torn = read_back(data)
        lost = content[len(content[:-cut].rpartition(b"\n")[0]) :].count(b"\n")
        write(data, [(Observation(WINDOWS[0], StreamTime(looks[-1][0].at + 2 * SECOND), occupied=True),)])
        resumed = read_back(data)

    assert answers(torn) == answers(whole)[: len(torn)]
    assert len({look.at // SECOND for look in whole}) - len({look.at // SECOND for look in torn}) <= lost
    assert answers(resumed)[: len(torn)] == answers(torn)
    assert resumed[-1].occupied is True


@enough
@given(streams(), streams(), st.integers(-1000, 1000))
def test_clock_that_is_set_back_or_forth_between_two_runs_gives_every_moment_once(
    first: Looks, second: Looks, by_s: int
) -> None:
    step = first[-1][0].at - START + by_s * SECOND
    moved = [
        tuple(Observation(one.window, StreamTime(one.at + step), occupied=True) for one in look) for look in second
    ]
    with folder() as data:
        write(data, first)
        write(data, moved)
        found = at_work(read_back(data))

    for window, own in found.items():
        times = [look.at for look in own]
        told = max((look.at // SECOND for look in of_each(first) if look.window == window), default=0)
        later = [look for look in of_each(moved) if look.window == window and look.at // SECOND > told]
        assert times == sorted(set(times))
        assert answers(own)[len(own) - len(later) :] == answers(later)
