"""Hours, closed days, leave and roster from CSV and Excel: read as they were meant, and every wrong row named."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest

from service.imports import Imported, Part, Template, import_content, import_part, laid_over, write_template
from service.settings import GivenSettings
from vision.errors import BadInput

SITE = GivenSettings(
    cameras=[  # type: ignore[list-item]
        {
            "id": "c1",
            "source": "rtsp://10.0.0.9/1",
            "windows": [{"id": "w1", "name": "1号"}, {"id": "w2", "name": "2号"}, {"id": "w3", "name": "3号窗口"}],
        }
    ]
)
LEAVE = "窗口,开始,结束,登记人,事由,限时,规则\n"
ROSTER = "姓名,窗口,开始,结束\n"
HOURS = "窗口,星期,日期,开始,结束,上班,下班\n"


def imported(part: Part, content: str | bytes, folder: Path, sheet: str | None = None) -> Imported:
    file = folder / "table"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_part(part, file, SITE, sheet)


def workbook(rows: Sequence[Sequence[Any]], title: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def faults(found: Imported) -> list[str]:
    return [str(fault) for fault in found.faults]


def test_leave_is_read_as_the_site_has_it(tmp_path: Path) -> None:
    text = LEAVE + (
        "1号,2026-01-05 10:00,2026-01-05 10:20,王主任,取件,,\n"
        "w2、3号窗口,2026年1月5日 9：00,2026/1/5 12:00,王主任,业务联系,1小时,违规使用手机\n"
    )

    found = imported("leave", text, tmp_path)

    assert faults(found) == []
    assert found.content["entries"] == [
        {"windows": ["w1"], "from": "2026-01-05T10:00:00", "to": "2026-01-05T10:20:00", "by": "王主任", "why": "取件"},
        {
            "windows": ["w2", "w3"],
            "from": "2026-01-05T09:00:00",
            "to": "2026-01-05T12:00:00",
            "rules": ["phone_use"],
            "limit": "1h",
            "by": "王主任",
            "why": "业务联系",
        },
    ]
    GivenSettings(**{**SITE.model_dump(mode="json"), "leave": found.content["entries"]})


def test_english_headings_and_semicolons_do_as_well(tmp_path: Path) -> None:
    text = 'Window;Date;From;To;By;Why\nw1;2026-01-05;9:00;10:30;"Li; Mei";post\n'

    entry = imported("leave", text, tmp_path).content["entries"][0]

    assert (entry["from"], entry["to"], entry["by"]) == ("2026-01-05T09:00", "2026-01-05T10:30", "Li; Mei")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_table_is_read_in_whatever_excel_writes(encoding: str, separator: str, tmp_path: Path) -> None:
    text = "姓名,窗口,开始,结束\r\n王芳,1号,2026-01-05,2026-01-09\r\n".replace(",", separator)

    found = imported("roster", text.encode(encoding), tmp_path)

    assert found.content["entries"] == [{"person": "王芳", "window": "w1", "from": "2026-01-05", "to": "2026-01-09"}]


def test_text_that_could_be_either_encoding_is_refused(tmp_path: Path) -> None:
    text = "person,window,from,to\n一,w1,2026-01-05,2026-01-09\n"  # 一 in GB18030 is a Cyrillic letter in UTF-8

    with pytest.raises(BadInput, match='UTF-8 or GB18030 cannot be told; save it as "CSV UTF-8"'):
        imported("roster", text.encode("gb18030"), tmp_path)
    found = imported("roster", text.encode("utf-8"), tmp_path)

    assert found.content["entries"][0]["person"] == "一"


def test_every_bad_row_is_told_at_once_and_nothing_is_taken(tmp_path: Path) -> None:
    text = LEAVE + (
        "9号,2026-01-05 10:00,2026-01-05 10:20,王主任,,,\n"
        "\n"
        "1号,2026-01-05 10:00,2026-01-05 09:00,王主任,,,\n"
        "1号,5th of January,2026-02-30,,,30,\n"
        "1号,2026-01-05 10:00,2026-01-05 10:20,王主任,,,phone\n"
        "1号,2026-01-05,2026-01-06,王主任,,,\n"
        "2号,2026-01-05 10:00,2026-01-05 10:20,王主任,,,\n"
    )

    found = imported("leave", text, tmp_path)

    assert faults(found) == [
        "row 2, 窗口: there is no window '9号'; there are w1, w2, w3",
        "row 4: it ends before it begins: to must be later than from",
        "row 5, 开始: '5th of January' is no date; write it as 2026-01-05, or 2026-01-05 10:00",
        "row 5, 结束: '2026-02-30' is no date; write it as 2026-01-05, or 2026-01-05 10:00",
        "row 5, 限时: '30' has no unit; write it as 30min, 30分钟 or 2h",
        "row 5, 登记人: is missing",
        faults(found)[6],
        faults(found)[7],
    ]
    assert faults(found)[6].startswith("row 6, 规则: there is no rule 'phone'; there are leave_post, ")
    assert faults(found)[7].startswith("row 7: it would end 30 min after midnight")
    with pytest.raises(BadInput, match="5 rows are wrong, nothing was taken\n  row 2, 窗口"):
        found.check()
    assert [entry["windows"] for entry in found.content["entries"]] == [["w2"]]


def test_hours_by_weekday_season_and_day_become_the_duty_of_hall_and_window(tmp_path: Path) -> None:
    text = HOURS + (
        ",周一至周四,,,,9:00,12:00\n"
        ",周一至周四,,,,13:00,17:00\n"
        ",周五,,,,09:00,12:00\n"
        ",,,05-01,9月30日,08:30,12:00\n"
        ",,2027-01-01,,,休,\n"
        ",,2027-02-06,,,班,\n"
        ",,2027-02-05,,,09:00,11:00\n"
        "2号,,,,,18:00,24:00\n"
    )

    found = imported("duty", text, tmp_path)

    assert faults(found) == []
    assert found.content == {
        "hall": {
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "shifts": ["09:00-12:00", "13:00-17:00"],
            "by_weekday": {"fri": ["09:00-12:00"]},
            "seasons": [{"from": "05-01", "to": "09-30", "shifts": ["08:30-12:00"]}],
            "days": {"2027-01-01": "off", "2027-02-06": "on", "2027-02-05": ["09:00-11:00"]},
        },
        "windows": {"w2": {"shifts": ["18:00-24:00"]}},
    }


def test_hours_that_contradict_another_row_name_it(tmp_path: Path) -> None:
    text = HOURS + (
        ",周一至周五,,,,09:00,12:00\n"
        ",周三,,,,11:00,13:00\n"
        ",,2027-01-01,,,休,\n"
        ",,2027-01-01,,,09:00,10:00\n"
        ",周三,2027-01-01,,,09:00,10:00\n"
        ",,,05-01,,09:00,10:00\n"
        ",,,05-01,06-01,8:00,8:00\n"
        ",,,,,25:00,18时\n"
        ",周八,,,,09:00,10:00\n"
        ",,2027-01-02,,,,\n"
        "、,、,,,,9:00,10:00\n"
        ",周一至周五,,,,09:00,12:00\n"
    )

    assert faults(imported("duty", text, tmp_path)) == [
        "row 3, 上班: 11:00-13:00 overlaps 09:00-12:00 of row 2",
        "row 5, 上班: says of 2027-01-01 otherwise than row 4",
        "row 6, 星期: give a weekday or a date, not both",
        "row 7, 结束: is missing; a season has both",
        "row 8, 下班: is when it begins, too; write another time, or 24:00",
        "row 9, 上班: '25:00' is no time; write it as 09:00",
        "row 10, 星期: '周八' is no weekday; write it as 周一, 周一至周五, or mon-fri",
        "row 11, 上班: is missing",
        "row 12, 窗口: '、' names no window; there are w1, w2, w3",
        "row 12, 星期: '、' is no weekday; write it as 周一, 周一至周五, or mon-fri",
    ]


def test_seasons_that_overlap_are_both_named(tmp_path: Path) -> None:
    text = HOURS + ",,,05-01,09-30,08:30,12:00\n,,,09-15,12-31,09:30,12:00\n"

    assert faults(imported("duty", text, tmp_path)) == [
        "row 3: 05-01 to 09-30 and 09-15 to 12-31 overlap: both hold 09-15"
    ]


def test_days_out_of_service_are_told_from_hours_by_their_column(tmp_path: Path) -> None:
    text = "窗口,开始,结束,事由\n1号,2026-03-02,2026-03-06,装修\n,2026-05-01,,停电\n,2026-05-02 10:00,,停电\n"

    found = imported("duty", text, tmp_path)

    assert found.content == {
        "hall": {"closed": [{"from": "2026-05-01", "why": "停电"}]},
        "windows": {"w1": {"closed": [{"from": "2026-03-02", "to": "2026-03-06", "why": "装修"}]}},
    }
    assert faults(found) == ["row 4, 开始: '2026-05-02 10:00' has a time; write the date alone, as 2026-01-05"]


def test_row_that_repeats_another_is_taken_once_and_told(tmp_path: Path) -> None:
    text = ROSTER + "王芳,1号,2026-01-05,2026-01-09\n王芳,w1,2026/1/5,2026/1/9\n"

    found = imported("roster", text, tmp_path)

    assert len(found.content["entries"]) == 1
    assert found.notes == ("row 3 repeats row 2 and was taken once",)


def test_workbook_holds_dates_times_and_numbers_as_excel_keeps_them(tmp_path: Path) -> None:
    book = workbook(
        [
            ["窗口人员请假登记表"],
            ["窗口", "开始", "结束", "登记人", "限时", "备注"],
            ["1号", datetime(2026, 1, 5, 10, 30), datetime(2026, 1, 5, 11, 0, 0, 4), 1024.0, time(0, 45), "x"],  # noqa: DTZ001
            ["2号", date(2026, 1, 5), date(2026, 1, 6), "王主任", timedelta(hours=24), None],
        ],
    )
    book.active.merge_cells("A1:F1")

    entries = imported("leave", saved(book), tmp_path).content["entries"]

    assert entries == [
        {
            "windows": ["w1"],
            "from": "2026-01-05T10:30:00",
            "to": "2026-01-05T11:00:00",
            "by": "1024",
            "limit": "45min",
        },
        {"windows": ["w2"], "from": "2026-01-05", "to": "2026-01-06", "by": "王主任", "limit": "1d"},
    ]


def test_cells_merged_downwards_hold_for_every_row(tmp_path: Path) -> None:
    rows = [["窗口", "星期", "上班", "下班"], ["1号", "周一至周五", "09:00", "12:00"], [None, None, "13:00", "17:00"]]
    book = workbook(rows)
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B2:B3")

    found = imported("duty", saved(book), tmp_path)

    assert found.content["windows"]["w1"]["shifts"] == ["09:00-12:00", "13:00-17:00"]
    assert found.content["hall"] == {}


@pytest.mark.parametrize(
    "bomb",
    [
        b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>',
        b'<hyperlinks><hyperlink ref="B9:A1" location="A1"/><hyperlink ref="A1:A1048576" location="A1"/></hyperlinks>',
    ],
)
def test_cells_that_reach_over_a_whole_sheet_are_refused_before_they_are_made(bomb: bytes, tmp_path: Path) -> None:
    plain = zipfile.ZipFile(io.BytesIO(saved(workbook([["姓名", "窗口"], ["王芳", "1号"]]))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        for part in plain.infolist():
            book.writestr(part.filename, plain.read(part).replace(b"<pageMargins", bomb + b"<pageMargins"))

    with pytest.raises(BadInput, match="merged or linked far beyond a table"):
        imported("roster", packed.getvalue(), tmp_path)


def test_day_that_excel_made_of_a_month_and_a_day_is_one_of_every_year(tmp_path: Path) -> None:
    book = workbook([["开始", "结束", "上班", "下班"], [date(2026, 5, 1), date(2026, 9, 30), time(8, 30), time(12)]])
    for cell in book.active[2][:2]:
        cell.number_format = 'm"月"d"日"'

    season = imported("duty", saved(book), tmp_path).content["hall"]["seasons"][0]

    assert (season["from"], season["to"]) == ("05-01", "09-30")


def test_formula_that_nobody_computed_and_an_error_are_named_by_their_cell(tmp_path: Path) -> None:
    book = workbook([["姓名", "窗口", "开始", "结束"], ["王芳", "1号", "=A1", "2026-01-09"]])
    book.active.append(["#N/A", "1号", "2026-01-05", "2026-01-09"])

    assert faults(imported("roster", saved(book), tmp_path)) == [
        "row 2, 开始: cell C2 holds a formula that was never computed; write its value",
        "row 3, 姓名: cell A3 shows the error #N/A",
    ]


def test_sheet_that_was_read_is_told_and_a_hidden_one_too(tmp_path: Path) -> None:
    book = workbook([["姓名", "窗口", "开始", "结束"], ["王芳", "1号", "2026-01-05", "2026-01-09"]], "排班")
    book.create_sheet("旧表").sheet_state = "hidden"

    assert imported("roster", saved(book), tmp_path).notes == (
        'sheet "排班" was read',
        'hidden sheet "旧表" was not read',
    )


def test_workbook_of_several_tables_asks_which(tmp_path: Path) -> None:
    book = workbook([["姓名", "窗口", "开始", "结束"], ["王芳", "1号", "2026-01-05", "2026-01-09"]], "一月")
    book.copy_worksheet(book.active).title = "二月"

    with pytest.raises(BadInput, match='"一月", "二月" are all tables; say which sheet is meant'):
        imported("roster", saved(book), tmp_path)
    with pytest.raises(BadInput, match='there is no sheet "三月"'):
        imported("roster", saved(book), tmp_path, "三月")

    assert imported("roster", saved(book), tmp_path, "二月").rows == 1


def _zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def bomb() -> bytes:
    return _zipped({f"xl/sheet{number}.xml": b"" for number in range(501)})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", r"old Excel file \(.xls\) or has a password"),
        (b"<html><table>", "a web page that is called a table"),
        (b"PK\x03\x04 torn", "it is damaged or has a password"),
        (bomb(), "unpacked it is larger"),
        (_zipped({"xl/vbaProject.bin": b"x"}), "it holds macros; save it as an Excel workbook"),
        (_zipped({"xl/sheet.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>'}), "defines XML entities"),
        (_zipped({"xl/sheet.xml": b"<a/>"}), "cannot be read as a workbook"),
        (b"a\0b", "it is no text"),
        (b"\xff\xff\xff", "neither UTF-8 nor GB18030"),
        (b"x" * 4_000_001, "larger than 4 MB"),
        (b"x" * 200_000, "row 1: field larger than field limit"),
        (b"just,some,words\n1,2,3\n", "there is no row of headings; a roster has 姓名"),
        ("姓名,窗口,开始,结束,电话\n".encode(), 'a roster has no column "电话"; it has 姓名'),
        ("姓名,窗口,开始,结束,工号\n".encode(), 'columns "姓名" and "工号" mean the same'),
        ("姓名,开始,结束\n".encode(), r"the column 窗口 \(window\) is missing"),
        ('姓名,窗口,开始,结束\n"王芳,1号\n'.encode(), "row 2: unexpected end of data"),
    ],
)
def test_file_that_is_no_table_is_refused_by_name(content: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        imported("roster", content, tmp_path)

    assert str(refused.value).startswith(str(tmp_path / "table"))


def test_last_second_of_the_last_year_in_a_workbook_is_a_fault_of_its_row(tmp_path: Path) -> None:
    end = datetime.fromisoformat("9999-12-31T23:59:59.900000")
    book = workbook([["姓名", "窗口", "开始", "结束"], ["王芳", "1号", "2026-01-05 09:00", end]])
    book.iso_dates = True

    found = imported("roster", saved(book), tmp_path)

    assert faults(found) == ["row 2, 结束: 9999-12-31T23:59:59: the year must be 1970 to 2199"]


def test_row_that_is_longer_or_shorter_than_its_headings_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    text = ROSTER + "王芳,1号,2026-01-05\n李雷,1号,2026-01-05,2026-01-06,,\n"

    found = imported("roster", text, tmp_path)

    assert faults(found) == ["row 2, 结束: is missing"]
    assert found.rows == 1


def test_row_numbers_count_lines_where_a_cell_holds_two(tmp_path: Path) -> None:
    text = (
        LEAVE
        + '1号,2026-01-05 10:00,2026-01-05 10:20,王主任,"取件\n送件",,\n9号,2026-01-05 10:00,2026-01-05 11:00,王,,,\n'
    )

    assert [fault.row for fault in imported("leave", text, tmp_path).faults] == [4]


@pytest.mark.parametrize("template", get_args(Template))
def test_template_is_a_table_that_is_taken_as_it_stands(template: Template, tmp_path: Path) -> None:
    part: Part = "duty" if template == "closed" else template
    file = tmp_path / "template.xlsx"

    write_template(template, file)
    found = import_part(part, file, SITE)

    assert (faults(found), found.rows > 0) == ([], True)
    assert found.notes == (f'sheet "{template}" was read',)


def test_template_of_what_there_is_none_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match='no template for "rules"; there are duty, closed, leave, roster, uniform'):
        write_template("rules", tmp_path / "x.xlsx")


WORN = GivenSettings(models={"uniforms": ["uniforms/summer.npz", "uniforms/冬装.npz"]})  # type: ignore[arg-type]


def worn(text: str, unfit: Callable[[Path], str | None] | None = None) -> Imported:
    return import_content("uniform_timetable", text.encode(), "table", WORN, unfit=unfit)


def test_uniforms_are_named_by_their_files_or_as_the_site_calls_them() -> None:
    found = worn(
        "开始,结束,制服,备注\n"
        "5月1日,09-30,Summer、my own/security 2.npz,夏装\n"
        "10-01,04-30,冬装,\n"
        "2026-05-04,,冬装;uniforms/summer.npz,\n"
    )

    assert faults(found) == []
    assert found.content["entries"] == [
        {"from": "05-01", "to": "09-30", "uniforms": ["uniforms/summer.npz", "my own/security 2.npz"]},
        {"from": "10-01", "to": "04-30", "uniforms": ["uniforms/冬装.npz"]},
        {"from": "2026-05-04", "uniforms": ["uniforms/冬装.npz", "uniforms/summer.npz"]},
    ]
    assert worn("From,To,Uniforms\n05-01,09-30,summer\n").content["entries"][0]["uniforms"] == ["uniforms/summer.npz"]


def test_every_bad_row_of_a_uniform_timetable_is_told() -> None:
    found = worn(
        "开始,结束,制服\n"
        "5/1/26,09-30,summer\n"
        "05-01,2026-09-30,summer\n"
        "05-01,09-30,秋装\n"
        "05-01,09-30,\n"
        "05-01,09-30,gone.npz\n"
        "05-01,09-30,summer\n",
        lambda file: f"{file}: no such uniform" if file.name == "gone.npz" else None,
    )

    assert faults(found) == [
        "row 2, 开始: '5/1/26' is no date; write it as 2026-01-05, or 2026-01-05 10:00",
        "row 3: write from and to both as dates with a year, or both without",
        "row 4, 制服: there is no uniform '秋装'; there are uniforms/summer.npz, uniforms/冬装.npz; "
        "or name the file that enroll-uniform made",
        "row 5, 制服: is missing",
        "row 6, 制服: gone.npz: no such uniform",
    ]
    assert found.content["entries"] == [{"from": "05-01", "to": "09-30", "uniforms": ["uniforms/summer.npz"]}]


def test_timetable_of_a_file_takes_the_place_of_the_one_there_is() -> None:
    present = {"entries": [{"from": "01-01", "to": "12-31", "uniforms": ["old.npz"]}]}
    found = worn("from,to,uniforms\n05-01,09-30,summer\n")

    assert laid_over(found, present) == found.content


def test_fault_repeats_no_book_that_stands_in_a_cell_and_not_all_windows_of_a_hall() -> None:
    windows = [{"id": f"w{number}"} for number in range(2000)]
    hall = GivenSettings(cameras=[{"id": "c", "source": "rtsp://10.0.0.9/1", "windows": windows}])  # type: ignore[list-item]
    text = ROSTER + f"{'王' * 5000},w1,2026-01-05,{'9' * 9000}\n王,x,2026-01-05,2026-01-09\n"

    found = import_content("roster", text.encode(), "table", hall)

    assert [len(fault.what) <= 401 for fault in found.faults] == [True] * 3
    assert faults(found)[-1].endswith("there are w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, …")


def test_closed_days_leave_the_hours_in_force_alone(tmp_path: Path) -> None:
    hall = {"shifts": ["08:00-12:00"], "closed": [{"from": "2026-01-05", "why": "停电"}]}
    found = imported("duty", "窗口,开始,结束,事由\n,2026-01-05,,停电\n1号,2026-03-02,,装修\n", tmp_path)

    assert laid_over(found, {"hall": hall, "windows": {"w1": None}}) == {
        "hall": hall,
        "windows": {"w1": {"closed": [{"from": "2026-03-02", "why": "装修"}]}},
    }


def test_hours_of_a_file_replace_those_in_force_and_days_are_added(tmp_path: Path) -> None:
    hall = {"shifts": ["08:00-12:00"], "by_weekday": {"fri": ["08:00-10:00"]}, "days": {"2027-01-01": "off"}}
    found = imported("duty", HOURS + ",,,,,09:00,12:00\n,,2027-01-02,,,休,\n", tmp_path)

    assert laid_over(found, {"hall": hall})["hall"] == {
        "shifts": ["09:00-12:00"],
        "days": {"2027-01-01": "off", "2027-01-02": "off"},
    }


def test_entry_that_is_there_already_is_not_added_again(tmp_path: Path) -> None:
    there = {"person": "王芳", "window": "w1", "begins": "2026-01-05", "ends": "2026-01-09"}
    rows = "王芳,1号,2026-01-05,2026-01-09\n李雷,1号,2026-01-05,2026-01-09\n"

    entries = laid_over(imported("roster", ROSTER + rows, tmp_path), {"entries": [there]})["entries"]

    assert [entry["person"] for entry in entries] == ["王芳", "李雷"]
