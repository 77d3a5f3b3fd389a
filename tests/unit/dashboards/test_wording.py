"""Changes of edited parts in words, as a manager reads them; what has no word is told as it is written."""

from typing import Any

import pytest

from dashboards.texts import Language, texts
from dashboards.wording import Told, Wording
from service.api.schemas import TextOut, WindowOut
from service.api.schemas.parts import ChangeOut, SpellOut
from service.api.schemas.rules import RuleOut

RULE = RuleOut(
    id="leave_post",
    name=TextOut(zh="擅自离岗", en="Post left"),
    text=TextOut(zh="", en=""),
    severity="major",
    state="on",
    sources=[],
    parameters={},
    origins={},
    waits=[],
)
WINDOWS = [WindowOut.model_construct(id=f"w{number}", name=f"{number}号") for number in range(1, 9)]
ALL = [window.id for window in WINDOWS]


def wording(language: Language = "zh") -> Wording:
    return Wording(texts(language), [RULE], WINDOWS)


def told(part: str, key: str, old: Any, new: Any, language: Language = "zh") -> Told:
    (one,) = wording(language).told(part, [ChangeOut(key=key, old=old, new=new, windows=["w1"])])
    return one


@pytest.mark.parametrize(
    ("key", "old", "new", "what", "was", "is_now"),
    [
        ("leave_post.after", "5min", "90s", "擅自离岗 · 持续满", "5 分钟", "1 分 30 秒"),
        ("leave_post.begin_share", 0.8, 0.725, "擅自离岗 · 开始比例", "80%", "72.5%"),
        ("leave_post.state", "auto", "off", "擅自离岗 · 启用", "模型支持时启用", "停用"),
        ("leave_post.severity", "major", "grave", "擅自离岗 · 程度", "较重", "严重"),
        ("leave_post.min_looks", 1, 3, "擅自离岗 · 最少清晰画面", "1", "3"),
        (
            "leave_post.escalation",
            [],
            [{"after": "30min", "severity": "grave"}],
            "擅自离岗 · 升级",
            "无",
            "满 30 分钟升为严重",
        ),
        (
            "leave_post.during",
            None,
            {"count": "customer_count", "over": 0},
            "擅自离岗 · 同时条件",
            "无",
            "办事群众超过 0 人",
        ),
        ("leave_post.text", {"zh": "甲", "en": "a"}, {"zh": "乙", "en": "b"}, "擅自离岗 · text", "甲", "乙"),
        ("newer_rule.newer_key", "a", ["b", "c"], "newer_rule · newer_key", "a", "b、c"),
    ],
)
def test_figure_of_a_rule_is_told_in_words(key: str, old: Any, new: Any, what: str, was: str, is_now: str) -> None:
    assert told("rules", key, old, new) == Told(what, (was,), (is_now,), "1号")


@pytest.mark.parametrize(
    ("key", "old", "new", "was", "is_now"),
    [
        (
            "shifts",
            ["09:00-12:00"],
            ["08:30-12:00", "13:00-17:00"],
            ("09:00–12:00",),
            ("08:30–12:00、13:00–17:00",),
        ),
        ("weekdays", ["mon", "sun"], [], ("周一、周日",), ()),
        ("by_weekday", {}, {"mon-thu,sat": ["09:00-12:00"]}, (), ("周一–周四、周六 09:00–12:00",)),
        (
            "days",
            {"2026-10-01": "off", "2026-10-10": "on"},
            {"2026-10-01": "off", "2026-10-10": ["09:00-12:00"]},
            ("2026-10-10 上班",),
            ("2026-10-10 09:00–12:00",),
        ),
        (
            "closed",
            [{"begins": "2026-12-24", "ends": None, "why": "装修"}],
            [{"begins": "05-01", "ends": "05-03", "why": "检修"}],
            ("2026-12-24 · 装修",),
            ("05-01 – 05-03 · 检修",),
        ),
        (
            "seasons",
            [],
            [
                {
                    "begins": "05-01",
                    "ends": "09-30",
                    "shifts": ["08:00-12:00"],
                    "by_weekday": {"fri": ["08:00-10:00"]},
                    "weekdays": None,
                }
            ],
            (),
            ("05-01 – 09-30 · 08:00–12:00 · 周五 08:00–10:00",),
        ),
        ("always", False, True, ("否",), ("是",)),
    ],
)
def test_hours_are_told_by_what_differs(
    key: str, old: Any, new: Any, was: tuple[str, ...], is_now: tuple[str, ...]
) -> None:
    one = told("duty", key, old, new)

    assert (one.old, one.new) == (was, is_now)


def test_entry_of_leave_is_told_whole() -> None:
    entry = {
        "windows": ["w1"],
        "from": "2026-01-05T10:00:00",
        "to": "2026-01-05T10:20:30",
        "rules": [],
        "limit": "30min",
        "by": "王主任",
        "why": "取件",
    }

    assert told("leave", "leave.0123456789ab", None, entry) == Told(
        "请假", (), ("2026-01-05 10:00 – 10:20:30 · 最长 30 分钟 · 王主任 · 取件",), "1号"
    )
    dressed = {**entry, "rules": ["leave_post", "newer"], "to": "2026-01-06T10:00:00", "why": ""}
    assert told("leave", "leave.0123456789ab", dressed, None, "en").old == (
        "2026-01-05 10:00 – 2026-01-06 10:00 · Post left, newer · 王主任",
    )


def test_entry_of_the_roster_names_who_and_when() -> None:
    entry = {"person": "王芳", "window": "w1", "from": "2026-01-05", "to": "2026-01-31"}

    assert told("roster", "roster.w1", entry, None).old == ("王芳 · 2026-01-05 – 2026-01-31",)


def test_entry_of_a_part_without_words_of_its_own_is_told_as_it_is_written() -> None:
    one = told("newer_part", "newer_part.2026-05-01/2026-09-30", None, ["uniforms/summer"])

    assert (one.what, one.new) == ("newer_part 2026-05-01 – 2026-09-30", ("uniforms/summer",))


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        (ALL, "全部窗口"),
        (["w1", "w9"], "1号、w9"),
        (ALL[:6], "1号、2号、3号、4号、5号、6号"),
        (ALL[:7], "1号、2号、3号、4号、5号、6号等 7 个窗口"),
    ],
)
def test_windows_are_named_and_many_are_counted(windows: list[str], said: str) -> None:
    assert wording().whose(windows) == said


def test_day_is_told_by_its_spells() -> None:
    spells = [
        SpellOut(begins="09:00", ends="12:00", duty="on"),
        SpellOut(begins="13:00", ends="24:00", duty="closed"),
    ]

    assert wording().spells(spells) == "09:00–12:00、13:00–24:00 暂停服务"
    assert wording().spells([]) == "未开放"
