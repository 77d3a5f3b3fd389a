"""Leave, asked quickly, exempts from what its entries say one by one."""

from hypothesis import given
from hypothesis import strategies as st

from service.rules.duty.leave import Leave, exempt_by
from vision.observation import WindowId
from vision.streamtime import StreamTime

moments = st.integers(0, 40).map(StreamTime)
some_windows = st.frozensets(st.sampled_from(["w1", "w2"]))
some_rules = st.frozensets(st.sampled_from(["phone_use", "uniform_missing"]), max_size=1)
leaves = st.builds(
    lambda begins, lasts, windows, rules, limit: Leave(
        begins, StreamTime(begins + lasts), windows, rules, limit, by="王", why=""
    ),
    moments,
    st.integers(1, 20),
    some_windows,
    some_rules,
    st.integers(1, 20),
)


@given(
    st.lists(leaves, max_size=8),
    st.sampled_from(["w1", "w2", "w3"]).map(WindowId),
    st.sampled_from([None, "phone_use", "leave_post"]),
    moments,
)
def test_whoever_asks_hears_what_the_entries_say(
    entries: list[Leave], window: WindowId, rule: str | None, at: StreamTime
) -> None:
    assert exempt_by(entries)(window, rule, at) == any(entry.holds(window, rule, at) for entry in entries)
