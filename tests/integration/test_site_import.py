"""`zaigang site import`: a table becomes the next version of a part, or its wrong rows are named, and that is all."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from service.cli import app
from tests.fixtures.toy_torso import PURPLE, TEAL, enrolled, write_torso_network
from vision.errors import BadInput


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "zaigang.yaml"
    content = {
        "data": str(tmp_path / "site"),
        "duty": {"shifts": ["08:00-12:00"], "closed": [{"from": "2026-01-05", "why": "停电"}]},
        "cameras": [{"id": "c", "source": "rtsp://10.0.0.9/1", "windows": [{"id": "w1", "name": "1号"}, {"id": "w2"}]}],
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def run(*words: str | Path) -> Result:
    """What the command did; an error that a person can mend is raised."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, BadInput):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def handed_in(config: Path, part: str, text: str, *options: str) -> Result:
    file = config.parent / "table.csv"
    file.write_text(text, encoding="utf-8")
    return run("site", "import", part, file, "--config", config, "--by", "王", "--why", "导入", "--yes", *options)


def kept(config: Path, part: str, *options: str) -> dict[str, object]:
    shown: dict[str, object] = yaml.safe_load(run("site", "show", part, "--config", config, *options).stdout)
    return shown


def test_leave_is_added_to_what_was_registered_before(config: Path) -> None:
    text = "窗口,开始,结束,登记人\n{},2026-01-05 10:00,2026-01-05 10:20,王主任\n"

    handed_in(config, "leave", text.format("1号"))
    said = handed_in(config, "leave", text.format("w2")).stdout

    assert "version 2 of leave is saved" in said
    entries = kept(config, "leave")["entries"]
    assert isinstance(entries, list)
    assert [entry["windows"] for entry in entries] == [["w1"], ["w2"]]


def test_table_with_a_wrong_row_changes_nothing(config: Path) -> None:
    text = "姓名,窗口,开始,结束\n王芳,1号,2026-01-05,2026-01-09\n李雷,9号,2026-01-05,2026-01-09\n"

    with pytest.raises(BadInput, match="1 row is wrong, nothing was taken\n  row 3, 窗口: there is no window '9号'"):
        handed_in(config, "roster", text)
    assert kept(config, "roster") == {}

    done = handed_in(config, "roster", text, "--skip-bad")

    assert "not taken: row 3, 窗口" in done.stderr
    assert "rows taken: 1" in done.stdout


def test_closed_days_leave_the_hours_of_the_file_in_force(config: Path) -> None:
    handed_in(config, "duty", "窗口,开始,结束,事由\n,2026-03-02,2026-03-06,装修\n1号,2026-03-09,,检修\n")

    duty = kept(config, "duty", "--effective")

    hall = duty["hall"]
    assert isinstance(hall, dict)
    assert hall["shifts"] == ["08:00-12:00"]
    assert [closed["why"] for closed in hall["closed"]] == ["停电", "装修"]
    assert duty["windows"] == {"w1": {"days": {}, "closed": [{"from": "2026-03-09", "why": "检修"}]}}


def test_hours_of_one_window_leave_the_hall_alone(config: Path) -> None:
    said = handed_in(config, "duty", "窗口,上班,下班\nw2,10:00,16:00\n").stdout

    assert "10:00-16:00" in said
    assert kept(config, "duty") == {"windows": {"w2": {"shifts": ["10:00-16:00"]}}}
    hall = kept(config, "duty", "--effective")["hall"]
    assert isinstance(hall, dict)
    assert hall["shifts"] == ["08:00-12:00"]


def test_template_is_written_once_and_taken_as_it_stands(config: Path) -> None:
    out = config.parent / "roster.xlsx"

    run("site", "template", "roster", "--out", out)
    with pytest.raises(BadInput, match="is there already"):
        run("site", "template", "roster", "--out", out)

    said = run("site", "import", "roster", out, "--config", config, "--dry-run").stdout
    assert 'sheet "roster" was read' in said
    assert "王芳" in said


def test_table_without_a_row_is_no_import(config: Path) -> None:
    with pytest.raises(BadInput, match="there is no row to take"):
        handed_in(config, "roster", "姓名,窗口,开始,结束\n")


def test_uniform_timetable_takes_the_place_of_the_files_and_is_shown_by_its_days(config: Path) -> None:
    folder = config.parent
    network = write_torso_network(folder / "torsos")
    summer, winter = enrolled(TEAL, network, folder / "summer.npz"), enrolled(PURPLE, network, folder / "winter.npz")
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["models"] = {"uniform": str(network), "uniforms": [str(summer)]}
    config.write_text(yaml.safe_dump(content), encoding="utf-8")
    text = f"开始,结束,制服\n05-01,09-30,summer\n10-01,04-30,{winter}\n"

    with pytest.raises(BadInput, match=r"row 4, 制服: .*gone\.npz: no such uniform"):
        handed_in(config, "uniform_timetable", f"{text}10-01,04-30,{folder / 'gone.npz'}\n")
    said = handed_in(config, "uniform_timetable", text).stdout

    assert "制服 uniforms" in said
    assert "version 1 of uniform_timetable is saved" in said
    assert kept(config, "uniform_timetable", "--effective") == {
        "entries": [
            {"from": "05-01", "to": "09-30", "uniforms": [str(summer)]},
            {"from": "10-01", "to": "04-30", "uniforms": [str(winter)]},
        ]
    }
