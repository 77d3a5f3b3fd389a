"""Pairs of events are those that comparing every event with every other one finds, and found without doing so."""

from hypothesis import given
from hypothesis import strategies as st

from service.overlaps import Overlaps
from service.rules.event import Event
from service.rules.rulebook import load_rulebook
from service.score import Interval, score, tiou
from service.whatif.differences import differences
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
BOOKS = {window: load_rulebook() for window in (W1, WindowId("w2"))}

spans = st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))
kinds = st.tuples(st.sampled_from(sorted(BOOKS)), st.sampled_from(["phone_use", "eating"]))
drawn = st.lists(st.tuples(kinds, spans), max_size=12)


@given(st.lists(spans), spans)
def test_spans_that_share_time_are_found(there: list[tuple[int, int]], one: tuple[int, int]) -> None:
    plain = [at for at, (begin, end) in enumerate(there) if begin < one[1] and one[0] < end]

    assert Overlaps(there).of(*one) == plain


@given(drawn, drawn, st.sampled_from([0, 0.2, 0.5]))
def test_pairs_are_those_of_the_plain_comparison(truth: list, found: list, least: float) -> None:
    true, given_ = ([Interval(*kind, *span) for kind, span in one] for one in (truth, found))

    result = score(true, given_, 0, least)

    overlaps = {
        (i, j): tiou(real, one)
        for i, real in enumerate(true)
        for j, one in enumerate(given_)
        if (real.window, real.rule) == (one.window, one.rule)
    }
    left = sorted((-shared, *pair) for pair, shared in overlaps.items() if shared >= least - 1e-9 and shared > 0)
    pairs = []
    while left:
        _, i, j = left[0]
        pairs.append((i, j))
        left = [one for one in left if one[1] != i and one[2] != j]
    assert result.matches == tuple((true[i], given_[j]) for i, j in sorted(pairs))


@given(drawn, drawn)
def test_event_without_a_pair_is_told_of_the_first_that_it_shares_time_with(before: list, after: list) -> None:
    now, then = ([_event(*one, name) for one in sorted(set(drawn))] for drawn, name in ((before, "n"), (after, "t")))

    for one in differences(now, then, BOOKS, BOOKS):
        if one.now is not None and one.then is not None:
            continue
        event, others = (one.now, then) if one.now is not None else (one.then, now)
        sharing = (
            other.id
            for other in others
            if (other.window, other.rule) == (event.window, event.rule)
            and other.started_at < event.until
            and event.started_at < other.until
        )
        assert one.of == next(sharing, None)
        assert (one.kind in ("merged", "split")) == (one.of is not None)


def _event(kind: tuple[WindowId, str], span: tuple[int, int], name: str) -> Event:
    begins, ends = (StreamTime(one * SECOND) for one in span)
    return Event(f"{name} {kind} {span}", *kind, "book", "closed", begins, begins, ends, 1.0)
