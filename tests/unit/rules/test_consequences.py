"""What a month's upheld events lead to: the ladder, half days of absence, and what does not count twice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.month import month_named
from service.rules.consequences.accounts import Account, Judged, PeopleAt, accounts
from service.rules.consequences.explanation import Explainer
from service.rules.event import Event, VerdictWord, event_id
from service.rules.rulebook import Rulebook, RulebookError, load_rulebook, overridden
from vision.errors import BadInput
from vision.observation import WindowId
from vision.streamtime import SECOND, StreamTime, from_datetime

ZONE = ZoneInfo("Asia/Shanghai")
BOOK = load_rulebook()
NOVEMBER = month_named("2026-11", ZONE)
SPAN = NOVEMBER.since, NOVEMBER.until


def at(text: str) -> StreamTime:
    """``03 09:00`` is the third of November at nine by the hall's clock."""
    day, clock = text.split()
    return from_datetime(datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=ZONE))


def judged(
    rule: str,
    begins: str | StreamTime,
    minutes: float = 6,
    verdict: VerdictWord = "upheld",
    window: str = "w1",
    repeats: Judged | None = None,
) -> Judged:
    start = at(begins) if isinstance(begins, str) else begins
    id_ = event_id(WindowId(window), rule, BOOK.version, start)
    until = StreamTime(start + round(minutes * 60 * SECOND))
    former = repeats.event.id if repeats is not None else None
    event = Event(id_, WindowId(window), rule, BOOK.version, "closed", start, until, until, 0.9, former)
    return Judged(event, BOOK.rules[rule], verdict)


def of_month(*events: Judged, people_at: PeopleAt | None = None) -> list[Account]:
    return accounts(events, SPAN, BOOK.consequences, people_at)


def only(*events: Judged) -> Account:
    (account,) = of_month(*events)
    return account


def steps(account: Account) -> list[tuple[int, str | None]]:
    return [(line.breaches, line.rung.name.en if line.rung is not None else line.uncounted) for line in account.lines]


def test_first_second_and_third_breach_of_a_month_lead_up_the_ladder_and_the_last_step_stays() -> None:
    account = only(*(judged("smoking", f"{day:02} 10:00", 1) for day in (2, 3, 9, 20)))

    assert steps(account) == [
        (1, "Spoken warning"),
        (2, "Notice in the hall"),
        (3, "Report to the seconding department"),
        (4, "Report to the seconding department"),
    ]
    assert account.rung is not None
    assert account.rung.name.zh == "通报主管部门"


def test_windows_have_ladders_of_their_own() -> None:
    found = of_month(judged("smoking", "02 10:00"), judged("smoking", "02 10:00", window="w2"))

    assert [(one.whose.id, one.breaches) for one in found] == [("w1", 1), ("w2", 1)]


@pytest.mark.parametrize("verdict", ["pending", "dismissed"])
def test_what_is_not_upheld_leads_to_nothing(verdict: VerdictWord) -> None:
    assert of_month(judged("smoking", "02 10:00", verdict=verdict)) == []


def test_a_verdict_that_is_changed_after_an_appeal_changes_the_ladder() -> None:
    first, second = judged("smoking", "02 10:00"), judged("phone_use", "03 10:00")
    appealed = Judged(first.event, first.rule, "dismissed")

    assert steps(only(first, second)) == [(1, "Spoken warning"), (2, "Notice in the hall")]
    assert steps(only(appealed, second)) == [(1, "Spoken warning")]


def test_a_month_is_the_halls_from_midnight_to_midnight_by_the_begin_of_events() -> None:
    last = from_datetime(datetime(2026, 10, 31, 23, 59, 59, tzinfo=ZONE))
    first = from_datetime(datetime(2026, 11, 1, 0, 0, 0, tzinfo=ZONE))

    account = only(judged("smoking", last), judged("smoking", first), judged("smoking", "30 23:59"))

    assert [line.judged.event.started_at for line in account.lines] == [first, at("30 23:59")]


@pytest.mark.parametrize(
    ("month", "zone", "hours"),
    [("2026-11", "Asia/Shanghai", 720), ("2026-03", "Europe/Berlin", 743), ("2026-10", "Europe/Berlin", 745)],
)
def test_a_month_with_a_change_of_the_clocks_is_an_hour_shorter_or_longer(month: str, zone: str, hours: int) -> None:
    found = month_named(month, ZoneInfo(zone))

    assert (found.until - found.since) / SECOND == hours * 3600


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "November", "", "2026-11-01", "0000-01"])
def test_what_is_no_month_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(BadInput, match="write it as 2026-11"):
        month_named(text, ZONE)


def test_a_notice_to_the_hall_never_counts() -> None:
    account = only(judged("queue_long", "02 10:00"), judged("smoking", "02 11:00"))

    assert steps(account) == [(0, "notice"), (1, "Spoken warning")]


def test_a_repeat_counts_with_what_it_repeats_and_for_itself_where_that_was_dismissed() -> None:
    first = judged("phone_use", "02 10:00", 1)
    second = judged("phone_use", "02 10:02", 1, repeats=first)
    third = judged("phone_use", "02 10:04", 1, repeats=second)
    dismissed = Judged(first.event, first.rule, "dismissed")
    pending = Judged(second.event, second.rule, "pending")

    assert steps(only(first, second, third)) == [(1, "Spoken warning"), (1, "repeat"), (1, "repeat")]
    assert steps(only(first, pending, third)) == [(1, "Spoken warning"), (1, "repeat")]
    assert steps(only(dismissed, second, third)) == [(1, "Spoken warning"), (1, "repeat")]


def test_a_repeat_of_an_event_of_the_month_before_is_no_new_breach() -> None:
    last = judged("phone_use", from_datetime(datetime(2026, 10, 31, 23, 59, 30, tzinfo=ZONE)), 0.3)

    account = only(last, judged("phone_use", "01 00:00", 1, repeats=last))

    assert steps(account) == [(0, "repeat")]


def test_late_and_the_absence_that_it_is_are_one_breach() -> None:
    account = only(judged("late_on_post", "02 09:00", 20), judged("leave_post", "02 09:00", 20))

    assert sorted(steps(account), key=str) == sorted([(1, "Spoken warning"), (1, "same_act")], key=str)


def test_a_call_that_is_phone_use_as_well_is_one_breach() -> None:
    call = judged("phone_call", "02 10:00:05", 1)
    account = only(judged("phone_use", "02 10:00", 2), call)

    assert account.breaches == 1
    (uncounted,) = [line for line in account.lines if line.uncounted]
    assert uncounted.of is not None
    assert uncounted.of.event.id == call.event.id


def test_two_hours_of_absences_are_half_a_day_and_no_breach_beside_the_absences() -> None:
    absences = [judged("leave_post", f"02 {hour}:00", 45) for hour in ("09", "10", "11")]
    summed = judged("half_day_absence", "02 09:00", 165)

    account = only(*absences, summed)

    assert (account.breaches, account.missed) == (3, 1)
    assert [line.uncounted for line in account.lines if line.judged is summed] == ["same_act"]
    assert only(summed).breaches == 1


def test_an_absence_of_two_hours_is_half_a_day_where_no_shift_adds_them_up() -> None:
    long, short = judged("leave_post", "02 09:00", 120), judged("leave_post", "03 09:00", 119)

    assert (only(long).missed, only(short).missed) == (1, 0)


@pytest.mark.parametrize(("verdict", "missed"), [("upheld", 1), ("pending", 0), ("dismissed", 0)])
def test_where_a_shift_adds_them_up_the_verdict_on_the_sum_decides(verdict: VerdictWord, missed: int) -> None:
    account = only(judged("leave_post", "02 09:00", 130), judged("half_day_absence", "02 09:00", 130, verdict))

    assert account.missed == missed


def test_four_times_late_or_early_are_half_a_day_and_the_next_four_another() -> None:
    late = [judged("late_on_post", f"{day:02} 09:00", 10) for day in range(2, 7)]
    early = [judged("early_leave", f"{day:02} 11:50", 10) for day in range(2, 6)]

    account = only(*late, *early)

    made = [(one.nth, len(one.events)) for one in account.half_days]
    assert made == [(1, 4), (2, 4), (None, 1)]
    assert account.missed == 2


def test_lateness_within_half_a_day_that_counts_is_not_counted_to_another() -> None:
    late = [judged("late_on_post", f"{day:02} 09:00", 30) for day in range(2, 6)]
    whole = judged("half_day_absence", "05 09:00", 150)

    assert only(*late).missed == 1
    account = only(*late, whole)
    assert [(one.nth, len(one.events)) for one in account.half_days] == [(1, 1), (None, 3)]


Entry = tuple[str, str, str, str]


def rostered(*entries: Entry) -> PeopleAt:
    """``(person, window, from, to)`` each."""

    def people_at(window: WindowId, moment: StreamTime) -> tuple[str, ...]:
        return tuple(person for person, of, begins, ends in entries if of == window and at(begins) <= moment < at(ends))

    return people_at


def test_a_person_is_named_where_she_alone_is_on_the_roster_and_counts_at_every_window() -> None:
    people = rostered(("李芳", "w1", "02 09:00", "02 17:00"), ("李芳", "w2", "03 09:00", "03 17:00"))

    (account,) = of_month(judged("smoking", "02 10:00"), judged("smoking", "03 10:00", window="w2"), people_at=people)

    assert (account.whose.kind, account.whose.id, account.breaches) == ("person", "李芳", 2)


def test_where_nobody_or_several_are_rostered_or_hands_change_it_counts_for_the_window_and_says_so() -> None:
    people = rostered(
        ("李芳", "w1", "02 09:00", "02 12:00"),
        ("王强", "w1", "02 11:00", "02 12:00"),
        ("李芳", "w1", "02 13:00", "02 14:00"),
        ("王强", "w1", "02 14:00", "02 15:00"),
    )

    (account,) = of_month(
        judged("smoking", "02 08:00"),
        judged("smoking", "02 11:30"),
        judged("leave_post", "02 13:50", 20),
        people_at=people,
    )

    assert account.whose.kind == "window"
    assert [line.unnamed for line in account.lines] == ["nobody_rostered", "several_rostered", "handed_over"]


def test_a_repeat_by_somebody_else_is_hers() -> None:
    people = rostered(("李芳", "w1", "02 09:00", "02 10:01"), ("王强", "w1", "02 10:01", "02 17:00"))
    first = judged("phone_use", "02 10:00", 0.5)

    found = of_month(first, judged("phone_use", "02 10:01", 0.5, repeats=first), people_at=people)

    assert {one.whose.id: steps(one) for one in found} == {
        "李芳": [(1, "Spoken warning")],
        "王强": [(1, "Spoken warning")],
    }


def test_every_line_says_which_event_rule_source_and_count_in_both_languages() -> None:
    explain = Explainer(ZONE, {"w1": "3号"}.__getitem__)
    first = judged("smoking", "02 10:00", 1)
    account = only(first, judged("smoking", "02 10:01", 1, repeats=first), judged("phone_use", "03 09:30", 2))

    said = [explain.line(line) for line in account.lines]

    assert said[0].zh == (
        "11-02 10:00:00–10:01:00 3号 吸烟（S0 S1 S2 S3：“工作场所禁止吸烟。”）。"
        "当月第 1 次违规：口头批评（S2：“当月第一次违规，给予口头批评。”）。"
    )
    assert said[1].en == (
        '11-02 10:01:00–10:02:00 3号, Smoking (S0 S1 S2 S3: "No smoking at the post."). '
        "Not counted again: a repeat of the one at 10:00:00."
    )
    assert "Breach 2 of the month: Notice in the hall" in said[2].en
    assert explain.summary(account).zh == "3号：违规 2 次，通报批评。"
    assert explain.month(SPAN[0], 0, 7).zh == "2026年11月没有认定属实的事件，不产生后果；待认定 7 件。"


def test_a_month_of_lateness_says_how_many_are_lacking_to_half_a_day() -> None:
    explain = Explainer(ZONE, {"w1": "3号"}.__getitem__)
    (lacking,) = only(judged("late_on_post", "02 09:00", 10), judged("early_leave", "02 11:50", 10)).half_days

    assert explain.half_day(lacking).zh.startswith("迟到、早退 2/4：11-02 09:00:00–09:10:00、11-02 11:50:00–12:00:00")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"half_days": [{"rules": ["sleepin"], "text": {"zh": "一", "en": "a"}, "sources": []}]}, 'no rule "sleepin"'),
        ({"one_act": [["smoking", "smoking"]]}, "smoking stands there twice"),
    ],
)
def test_wrong_consequences_are_refused(change: Mapping[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Rulebook.model_validate({**BOOK.model_dump(), "consequences": change})


def test_a_changed_book_keeps_its_consequences() -> None:
    assert overridden(BOOK, {"smoking": {"after": "5s"}}, "test").consequences == BOOK.consequences
    with pytest.raises(RulebookError):
        overridden(BOOK, {"consequences": {"ladder": []}}, "test")


single = st.builds(
    judged,
    st.sampled_from(["leave_post", "half_day_absence", "phone_use", "phone_call", "smoking"]),
    st.integers(0, 300).map(lambda minute: StreamTime(at("02 09:00") + minute * 60 * SECOND)),
    st.integers(0, 110),
)


@settings(max_examples=60)
@given(st.lists(single, min_size=2, max_size=9, unique_by=lambda one: one.event.id))
def test_one_more_upheld_event_never_lessens_what_a_month_brings(events: Sequence[Judged]) -> None:
    before, after = only(*events[1:]), only(*events)

    assert before.breaches <= after.breaches <= before.breaches + 1
    assert before.missed <= after.missed
    for act in BOOK.consequences.one_act:
        counted = [line.judged for line in after.lines if line.judged.event.rule in act and line.uncounted is None]
        assert not any(one.overlaps(other) for one in counted for other in counted if one is not other)
