"""Whatever is edited: what is said to change is all that changes, and saying nothing changes nothing."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.parts import Effective, differences, effective, proposed, unchanged, with_edits
from service.parts.content import Part, Revision
from service.rules.rulebook import load_rulebook
from service.settings import GivenSettings
from tests.fixtures.site import NOW, SETTINGS, JudgesAll

SITE = GivenSettings(
    **SETTINGS,
    rules={"leave_post": {"after": "4min"}},
    duty={"weekdays": ["mon", "tue"]},
    leave=[{"from": "2026-01-05", "to": "2026-01-05", "by": "王", "limit": "24h", "windows": ["w1"]}],
)
RULES = sorted(load_rulebook().rules)
WINDOWS = ["w1", "w2"]

figures = st.dictionaries(
    st.sampled_from(["after", "clear_after", "merge_gap", "cool_down"]), st.integers(1, 900), max_size=3
)
changes = st.dictionaries(st.sampled_from(RULES[:4]), figures, max_size=3)
hours = st.fixed_dictionaries(
    {},
    optional={
        "always": st.booleans(),
        "shifts": st.lists(st.sampled_from(["08:30-11:00", "13:00-17:00", "22:00-02:00"]), unique=True),
        "weekdays": st.lists(st.sampled_from(["mon", "wed", "sun"]), unique=True),
    },
)
moments = st.sampled_from(["2026-01-05T08:00", "2026-01-05T09:30", "2026-01-06T10:00"])
stretches = st.sampled_from([("05-01", "09-30"), ("10-01", "04-30"), ("09-16", "05-15"), ("2026-01-07", "2026-01-09")])
worn = st.builds(
    lambda stretch, files: {"from": stretch[0], "to": stretch[1], "uniforms": files},
    stretches,
    st.lists(st.sampled_from(["summer.npz", "winter.npz"]), min_size=1, unique=True),
)
entries = st.fixed_dictionaries(
    {"from": moments, "to": st.just("2026-01-07T12:00"), "by": st.sampled_from(["王", "李"])},
    optional={"windows": st.lists(st.sampled_from(WINDOWS), max_size=1), "limit": st.sampled_from(["5min", "2h"])},
)
contents = {
    "rules": st.fixed_dictionaries(
        {}, optional={"hall": changes, "windows": st.dictionaries(st.sampled_from(WINDOWS), changes)}
    ),
    "duty": st.fixed_dictionaries(
        {}, optional={"hall": hours, "windows": st.dictionaries(st.sampled_from(WINDOWS), hours | st.none())}
    ),
    "leave": st.fixed_dictionaries({}, optional={"entries": st.lists(entries, max_size=3)}),
    "uniform_timetable": st.fixed_dictionaries({}, optional={"entries": st.lists(worn, max_size=3)}),
}
edits: st.SearchStrategy[tuple[Part, dict[str, Any]]] = st.one_of(
    *(st.tuples(st.just(part), content) for part, content in contents.items())  # type: ignore[arg-type]
)


JUDGED = JudgesAll()


def edited(part: Part, content: dict[str, Any]) -> Effective:
    return effective(SITE, {part: Revision(part, 1, content, "王", "", NOW)}, JUDGED)


@settings(max_examples=60, deadline=None)
@given(edits, edits)
def test_what_is_said_to_change_is_what_changes(
    first: tuple[Part, dict[str, Any]], second: tuple[Part, dict[str, Any]]
) -> None:
    now = edited(*first)
    part, content = second

    told = proposed(now, part, content, NOW, {}, JUDGED)
    after = with_edits(SITE, {**now.contents, part: told.content}, JUDGED)

    windows = {window for change in told.changes for window in change.windows}
    for window in after.windows():
        same_book = now.settings.books()[window] == after.books()[window]
        same_duty = now.settings.duties().get(window, now.settings.duty) == after.duties().get(window, after.duty)
        if part == "rules":
            assert same_book is (window not in windows)
        if part == "duty":
            assert same_duty is (window not in windows)
    asked = [date(2026, 1, 5) + timedelta(days=day) for day in range(366)]
    others = [day for day in asked if set(now.settings.models.worn_on(day)) != set(after.models.worn_on(day))]
    assert [day for day in asked if any(one.first <= day <= one.last for one in told.worn)] == others
    assert (not told.changes) is (differences(after, now.settings, part) == [])
    undone = {(change.key, repr(change.new), repr(change.old)) for change in differences(after, now.settings, part)}
    assert {(change.key, repr(change.old), repr(change.new)) for change in told.changes} == undone


@settings(max_examples=30, deadline=None)
@given(edits)
def test_content_as_it_is_kept_means_the_same_and_is_kept_the_same(edit: tuple[Part, dict[str, Any]]) -> None:
    part, content = edit
    told = proposed(unchanged(SITE), part, content, NOW, {}, JUDGED)

    again = proposed(unchanged(SITE), part, told.content, NOW, {}, JUDGED)

    assert again.content == told.content
    assert again.changes == told.changes
    assert proposed(edited(part, dict(told.content)), part, content, NOW, {}, JUDGED).same


@settings(max_examples=20, deadline=None)
@given(edits)
def test_an_empty_content_gives_the_file_back(edit: tuple[Part, dict[str, Any]]) -> None:
    part, _ = edit

    assert with_edits(SITE, {part: {}}, JUDGED).books() == SITE.books()
    assert with_edits(SITE, {}, JUDGED) is SITE
    assert proposed(unchanged(SITE), part, {}, NOW, {}, JUDGED).same
