"""A duration that is written reads back as itself: plans and rulebooks travel as text."""

from hypothesis import example, given
from hypothesis import strategies as st

from service.rules.duration import parse, written
from vision.streamtime import SECOND, seconds


@given(st.integers(0, 10**7 * SECOND))
@example(1_000_001 * SECOND)
@example(10)
def test_written_duration_reads_back_to_the_microsecond(microseconds: int) -> None:
    assert seconds(parse(written(microseconds / SECOND))) == microseconds
