"""A site's log is read where somebody is on duty, and says what all looks say."""

from pathlib import Path

from service.settings import Settings
from service.whatif import Question, Span, answer, answer_of_log, other_books, plain, trial_of
from tests.fixtures.observed import logged, read_back
from vision.observation import Observation, WindowId
from vision.streamtime import SECOND, StreamTime

FOUR = 1_767_600_000  # Monday 2026-01-05, 16:00 of the hall, an hour before the shift ends
DAY = 86_400


def test_hours_off_duty_are_passed_over_and_change_nothing(tmp_path: Path) -> None:
    cameras = ({"id": "cam", "source": "rtsp://x/1", "windows": [{"id": "w1"}]},)
    settings = Settings(cameras=cameras)  # type: ignore[arg-type]
    seconds = [*range(FOUR + 3000, FOUR + 8000), *range(FOUR + DAY - 4000, FOUR + DAY + 100)]
    logged(
        tmp_path / "observations",
        (
            # On the phone when the shift ends, and long after it; and so at the next day.
            Observation(WindowId("w1"), StreamTime(second * SECOND), occupied=True, phone_in_use=second > FOUR + 3500)
            for second in seconds
        ),
    )
    off_duty = tmp_path / "observations" / "cam" / "20260105T10.jsonl"  # 18:00 of the hall
    off_duty.write_text(off_duty.read_text(encoding="utf-8") + "spoilt\n", encoding="utf-8")
    now = settings.books()
    span = Span(StreamTime(FOUR * SECOND), StreamTime((FOUR + DAY + 100) * SECOND))
    question = Question(settings, now, other_books(settings, now, None, {"phone_use": {"after": "20s"}}), span)

    told = answer_of_log(question, span, tmp_path, lambda _done, _of: None)

    whole = trial_of(question)
    for look in read_back(tmp_path / "observations"):
        whole.observe(look)
    unreadable = {"unreadable_lines": 0, "no_record": told.no_record}
    assert plain(told) == plain(answer(question, whole, 1, None)) | unreadable
    assert [(one.now.state, one.now.until // SECOND - FOUR) for one in told.differences if one.now] == [
        ("closed", 3599),
        ("open", DAY + 99),
    ]
