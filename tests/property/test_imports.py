"""Tables that nobody has thought of: each is read, or refused in a sentence; nothing else ever comes of one."""

import io
import tempfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from service.imports import PARTS, Part, import_part
from service.settings import GivenSettings
from vision.errors import BadInput

SITE = GivenSettings(
    cameras=[{"id": "c1", "source": "rtsp://10.0.0.9/1", "windows": [{"id": "w1", "name": "1号"}]}]  # type: ignore[list-item]
)
HEADINGS = {
    "duty": "窗口,星期,日期,开始,结束,上班,下班",
    "leave": "窗口,日期,开始,结束,登记人,事由,限时,规则",
    "roster": "姓名,窗口,日期,开始,结束",
    "uniform_timetable": "开始,结束,制服",
}
LIKELY = [
    "",
    "1号",
    "w1",
    "w9",
    "2026-01-05",
    "05-01",
    "02-29",
    "09:00",
    "24:00",
    "25:61",
    "周一至周五",
    "周八",
    "休",
    "班",
]
LIKELY += [
    "30min",
    "1小时",
    "²",
    "2026-01-05 10:00",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
    "9999-12-31 23:59",
    "summer.npz、winter.npz",
    "王芳",
]
cells = st.one_of(st.sampled_from(LIKELY), st.text(max_size=12))
parts = st.sampled_from(PARTS)


def handed_in(part: Part, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table"
        file.write_bytes(content)
        try:
            found = import_part(part, file, SITE)
        except BadInput as error:
            refused = str(error)
        else:
            refused = ""
    if refused:
        assert refused.startswith(str(file))
        return
    for fault in found.faults:
        assert fault.row > 1
        assert fault.what.strip()
    values = SITE.model_dump(mode="json")
    if part == "duty":
        values["duty"] = found.content["hall"]
    elif part == "uniform_timetable":
        values["models"][part] = found.content["entries"]
    else:
        values[part] = found.content["entries"]
    if not found.faults:
        whole = GivenSettings(**values)
        whole.exempt(), whole.people(), whole.shifts_by_window()


@settings(deadline=None)
@given(parts, st.binary(max_size=200))
def test_any_bytes(part: Part, content: bytes) -> None:
    handed_in(part, content)


@settings(max_examples=60, deadline=None)
@given(parts, st.lists(st.lists(cells, max_size=9), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_any_rows_below_headings(part: Part, rows: list[list[str]], separator: str) -> None:
    quoted = [[f'"{cell.replace(chr(34), "")}"' for cell in row] for row in rows]
    lines = [HEADINGS[part].replace(",", separator), *(separator.join(row) for row in quoted)]
    handed_in(part, "\n".join(lines).encode("utf-8-sig", errors="surrogatepass"))


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS["roster"].split(","))
    book.active.append(["王芳", "1号", "", "2026-01-05", "2026-01-09"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


WORKBOOK = workbook()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=8))
def test_workbook_that_was_spoilt_on_its_way(at: int, spoilt: bytes) -> None:
    handed_in("roster", WORKBOOK[:at] + spoilt + WORKBOOK[at + len(spoilt) :])
