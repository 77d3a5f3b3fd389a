"""The uniform of the day: judged against what the timetable asks, and by nobody where it says nothing."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from service.models import load_uniforms, waiting
from service.rules.rulebook import load_rulebook
from service.settings import ModelSettings, Settings
from service.uniforms import HallUniforms, gaps
from service.worker.wardrobe import Wardrobe
from tests.fixtures.toy_network import write_networks
from tests.fixtures.toy_torso import PLAIN, PURPLE, TEAL, enrolled, painted, write_torso_network
from vision.closeup import Sight
from vision.detector import Detections
from vision.errors import ModelError
from vision.layout import layout
from vision.observation import WindowId
from vision.observer import Observer
from vision.picture import Picture
from vision.streamtime import SECOND, StreamTime, from_datetime

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModelSettings:
    """Summer in teal, winter in purple, and a fortnight in October that nobody has thought of."""
    tmp_path = tmp_path_factory.mktemp("models")
    network = write_torso_network(tmp_path / "torsos")
    summer = str(enrolled(TEAL, network, tmp_path / "summer.npz"))
    winter = str(enrolled(PURPLE, network, tmp_path / "winter.npz"))
    timetable = [
        {"from": "05-01", "to": "09-30", "uniforms": [summer]},
        {"from": "10-15", "to": "05-10", "uniforms": [winter]},
    ]
    return ModelSettings(**write_networks(tmp_path), uniform=str(network), uniform_timetable=timetable)  # type: ignore[arg-type]


def worn(uniforms: HallUniforms, colour: tuple[int, int, int], moment: str, zone: ZoneInfo = SHANGHAI) -> bool | None:
    """What ten looks from ``moment`` on say of a clerk in ``colour``."""
    start = from_datetime(datetime.fromisoformat(moment).replace(tzinfo=zone))
    observer = Observer(layout("camera", (160, 160), {WindowId("w1"): {}}), {}, uniforms.at)
    person = Detections(np.array([[30, 20, 110, 140]], np.float32), np.array([0.9]), np.array([0]), ("person",))
    picture = np.full((160, 160, 3), 120, np.uint8)
    picture[20:140, 30:110] = painted(colour, 50)
    for index in range(10):
        at = StreamTime(start + index * SECOND // 5)
        ((answer,), _) = observer.observe(Picture(at, picture), Sight(person, None))
    return answer.uniform


def loaded(models: ModelSettings, zone: ZoneInfo = SHANGHAI) -> HallUniforms:
    uniforms = load_uniforms(models, zone)
    assert uniforms is not None
    return uniforms


@pytest.mark.parametrize(
    ("moment", "teal", "purple"),
    [
        ("2026-07-01T10:00", True, False),
        ("2026-01-05T10:00", False, True),
        ("2026-05-05T10:00", True, True),  # the changeover, in which both count
        ("2026-10-07T10:00", None, None),  # nobody has said what is worn
    ],
)
def test_clerk_is_judged_against_the_uniform_of_the_day(
    moment: str, teal: bool | None, purple: bool | None, models: ModelSettings
) -> None:
    uniforms = loaded(models)

    assert worn(uniforms, TEAL, moment) is teal
    assert worn(uniforms, PURPLE, moment) is purple


def test_day_of_the_timetable_begins_at_the_halls_midnight(models: ModelSettings) -> None:
    shanghai, berlin = loaded(models), loaded(models, ZoneInfo("Europe/Berlin"))
    midnight = from_datetime(datetime(2026, 5, 11, tzinfo=SHANGHAI))

    assert shanghai.at(StreamTime(midnight - 1)) is not shanghai.at(midnight)
    assert berlin.at(StreamTime(midnight - 1)) is berlin.at(midnight)


def test_uniforms_change_in_the_middle_of_a_look_at_nobodys_cost(models: ModelSettings) -> None:
    uniforms = loaded(models)

    assert worn(uniforms, PURPLE, "2026-05-10T23:59:58.500") is False  # summer from midnight on: told by then
    assert worn(uniforms, TEAL, "2026-09-30T23:59:58.500") is None


def test_day_without_a_uniform_is_told_by_the_halls_date(models: ModelSettings) -> None:
    uniforms = loaded(models)
    late = from_datetime(datetime(2026, 9, 30, 23, tzinfo=SHANGHAI))

    assert uniforms.trouble(late) is None
    assert "which uniform is worn on 2026-10-01: " in str(uniforms.trouble(StreamTime(late + 3600 * SECOND)))


def test_what_plain_clothes_are_is_the_same_in_every_season(models: ModelSettings) -> None:
    uniforms = loaded(models)

    assert [worn(uniforms, PLAIN[2], moment) for moment in ("2026-07-01T10:00", "2026-01-05T10:00")] == [False, False]


def test_rule_waits_for_no_other_uniform_than_the_timetables(models: ModelSettings) -> None:
    assert "uniform_missing" not in waiting(models, load_rulebook())
    assert loaded(models).names == ("summer", "winter")


def test_file_of_the_timetable_that_is_none_is_named_under_its_key(models: ModelSettings, tmp_path: Path) -> None:
    lacking = [{"from": "01-01", "to": "12-31", "uniforms": [str(tmp_path / "none.npz")]}]
    other = ModelSettings(**{**models.model_dump(mode="json"), "uniform_timetable": lacking})

    with pytest.raises(ModelError, match=r"^models\.uniform_timetable: .*none\.npz: no such uniform"):
        load_uniforms(other, SHANGHAI)


def test_uniform_of_all_the_year_beside_a_timetable_is_refused() -> None:
    entry = {"from": "05-01", "to": "09-30", "uniforms": ["summer.npz"]}

    with pytest.raises(ValidationError, match="give uniforms or uniform_timetable"):
        ModelSettings(uniforms=(Path("a.npz"),), uniform_timetable=(entry,))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match=r"uniform_timetable.0.uniforms"):
        ModelSettings(uniform_timetable=({**entry, "uniforms": []},))  # type: ignore[arg-type]


def test_days_that_no_entry_covers_are_found(models: ModelSettings) -> None:
    assert gaps(models.uniform_is_known, date(2026, 7, 1)) == [(date(2026, 10, 1), date(2026, 10, 14))]
    assert gaps(models.uniform_is_known, date(2026, 10, 10), 10) == [(date(2026, 10, 10), date(2026, 10, 14))]
    assert gaps(Settings().models.uniform_is_known, date(2026, 7, 1)) == []


def test_camera_that_is_told_of_another_uniform_judges_by_it_and_knows_its_people_still(models: ModelSettings) -> None:
    observer = Observer(layout("camera", (160, 160), {WindowId("w1"): {}}), {})
    start = from_datetime(datetime(2026, 7, 1, 10, tzinfo=SHANGHAI))
    person = Detections(np.array([[30, 20, 110, 140]], np.float32), np.array([0.9]), np.array([0]), ("person",))
    picture = np.full((160, 160, 3), 120, np.uint8)
    picture[20:140, 30:110] = painted(TEAL, 50)
    seen, answers = set(), []

    for index in range(30):
        if index in (10, 20):
            observer.wear(loaded(models).at if index == 10 else None)
        at = StreamTime(start + index * SECOND // 5)
        ((answer,), boxes) = observer.observe(Picture(at, picture), Sight(person, None))
        answers.append(answer.uniform)
        seen |= {box.track for box in boxes}

    assert (answers[9], answers[19], answers[29]) == (None, True, None)
    assert len(seen) == 1


def test_worker_takes_up_other_uniforms_and_judges_nobody_by_those_of_before_where_it_cannot(
    models: ModelSettings, tmp_path: Path
) -> None:
    def site(*entries: dict[str, object]) -> Settings:
        timetable = {"uniforms": [], "uniform_timetable": entries}
        return Settings(models={**models.model_dump(mode="json"), **timetable})  # type: ignore[arg-type]

    winter = {"from": "01-01", "to": "12-31", "uniforms": [str(models.uniform_timetable[1].uniforms[0])]}
    july = from_datetime(datetime(2026, 7, 1, 10, tzinfo=SHANGHAI))
    wardrobe = Wardrobe(site())
    assert (wardrobe.worn, wardrobe.cards, wardrobe.take_up(site())) == (None, (), False)

    assert wardrobe.take_up(site(winter))
    worn = wardrobe.worn

    assert worn is not None
    assert worn(july) is not None
    assert wardrobe.take_up(site({**winter, "uniforms": [str(tmp_path / "gone.npz")]}))
    assert (wardrobe.worn, wardrobe.cards) == (None, ())
    assert "gone.npz: no such uniform" in str(wardrobe.trouble(july))
    assert wardrobe.take_up(site())
    assert (wardrobe.worn, wardrobe.trouble(july)) == (None, None)
