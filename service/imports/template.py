"""Workbooks to fill in: the headings of a part, an example a row, and a sheet that says how."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from openpyxl import Workbook
from openpyxl.styles import Font

from service.imports.entries import CLOSED, LEAVE, ROSTER, WORN
from service.imports.headings import CHINESE
from service.imports.hours import HOURS
from vision.errors import BadInput

__all__ = ["TEMPLATES", "Template", "template_of", "write_template"]

Template = Literal["duty", "closed", "leave", "roster", "uniform_timetable"]

_Sheet = tuple[Sequence[str], Sequence[Sequence[str]], Sequence[str]]

TEMPLATES: Final[Mapping[str, _Sheet]] = {
    "duty": (
        HOURS,
        (
            ("", "周一至周四", "", "", "", "09:00", "12:00"),
            ("", "周一至周四", "", "", "", "13:00", "17:00"),
            ("", "周五", "", "", "", "09:00", "12:00"),
            ("", "", "", "05-01", "09-30", "08:30", "12:00"),
            ("", "", "2027-01-01", "", "", "休", ""),
            ("", "", "2027-02-06", "", "", "班", ""),
        ),
        (
            "窗口 window：空白表示全厅。Empty: the whole hall.",
            "星期 weekday：周一至周四、周五、mon-fri；空白表示每个工作日。Empty: every worked day.",
            "日期 date：单独一天，上班栏写“休”或“班”，或写当天的上下班时间。One day: 休 (off), 班 (on), or its times.",
            "开始、结束 from, to：季节作息的起止，如 05-01 与 09-30。The first and last day of a season.",
        ),
    ),
    "closed": (
        CLOSED,
        (("1号", "2026-03-02", "2026-03-06", "装修"),),
        ("窗口 window：空白表示全厅。结束 to：空白表示只有一天。Empty: the whole hall; one day alone.",),
    ),
    "leave": (
        LEAVE,
        (
            ("1号", "", "2026-01-05 10:00", "2026-01-05 10:20", "王主任", "取件", "", ""),
            ("2号", "2026-01-05", "09:00", "12:00", "王主任", "业务联系", "", "违规使用手机"),
        ),
        (
            "窗口 window：空白表示全厅，多个用顿号分开。登记人 by：必填。Empty: the whole hall. 登记人 is needed.",
            "限时 limit：如 30分钟、2h；不填为 30 分钟，超过后按离岗处理。规则 rules：只允许这些规则所禁止的事。",
            "Limit: 30 min if empty, then it is an absence again. Rules: only what these forbid is allowed.",
        ),
    ),
    "roster": (
        ROSTER,
        (("王芳", "1号", "", "2026-01-05", "2026-01-09"), ("李雷", "1号", "2026-01-12", "13:00", "17:00")),
        ("姓名 person：姓名或工号。只写日期表示全天。A name or staff number; a date alone is the whole day.",),
    ),
    "uniform_timetable": (
        WORN,
        (("05-01", "09-30", "uniforms/summer.npz"), ("09-16", "05-15", "uniforms/winter.npz")),
        (
            "开始、结束 from, to：首日与末日，如 05-01（每年）或 2026-05-01；结束空白表示只有一天。",
            "The first and last day, of every year (05-01) or of one (2026-05-01); without the last, one day alone.",
            "制服 uniforms：采集的制服文件或其名称，多个用顿号分开；两行日期重叠时，两者都算着装规范。",
            "Files that enroll-uniform made, or their names; while two rows share a day, the uniforms of both count.",
        ),
    ),
}
"""By part, and `closed` for days out of service: the columns, rows of examples, and what there is to know."""


def write_template(part: str, path: Path) -> None:
    """A workbook for ``part`` at ``path``; raises BadInput where it cannot be written."""
    content = template_of(part)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({(error.strerror or str(error)).lower()})") from error


def template_of(part: str) -> bytes:
    """A workbook for ``part``, its cells text so that Excel changes no date; raises BadInput."""
    if part not in TEMPLATES:
        raise BadInput(f'there is no template for "{part}"; there are {", ".join(TEMPLATES)}')
    columns, examples, hints = TEMPLATES[part]
    book = Workbook()
    table = book.active
    table.title = part
    table.append([f"{CHINESE[key]} ({key})" for key in columns])
    for row in examples:
        table.append(list(row))
    for column in table.iter_cols(min_row=1, max_row=500, max_col=len(columns)):
        table.column_dimensions[column[0].column_letter].width = 20
        for cell in column:
            cell.number_format = "@"
    for cell in table[1]:
        cell.font = Font(bold=True)
    table.freeze_panes = "A2"
    help_ = book.create_sheet("说明")
    help_.column_dimensions["A"].width = 110
    for hint in ("请删去示例行后填写。Delete the rows of examples.", *hints):
        help_.append([hint])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
