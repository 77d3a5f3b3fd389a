"""The log of looks read back: whole lines count, whatever stands between them."""

import json
from pathlib import Path

import structlog

from service.worker.looklog import LookLog
from vision.observation import Observation, WindowId
from vision.pipeline import Look
from vision.streamtime import SECOND, StreamTime

W1 = WindowId("w1")
START = StreamTime(1_767_574_800 * SECOND)


def look(at: int) -> Look:
    return Look(StreamTime(at), (Observation(W1, StreamTime(at), occupied=True),))


def test_lines_that_cannot_be_read_are_left_out_and_counted_once(tmp_path: Path) -> None:
    log = LookLog(tmp_path)
    log.write(look(START))
    log.close()
    (file,) = tmp_path.iterdir()
    whole = json.loads(file.read_text())
    spoilt = [
        *({**whole, "at": at} for at in (None, "later", 1.5)),
        {"at": START},
        {**whole, "seen": [["person", 1]]},
        {**whole, "windows": [{"t": 0}]},
        {**whole, "windows": [5]},
        None,
    ]
    lines = [*map(json.dumps, (whole, *spoilt, {**whole, "at": START + SECOND})), '{"at": 17675']
    file.write_text("\n".join(lines), encoding="utf-8")

    with structlog.testing.capture_logs() as told:
        found = list(LookLog(tmp_path).between(START, StreamTime(START + 9 * SECOND)))

    assert [one.at for one in found] == [START, START + SECOND]
    assert [one["lines"] for one in told] == [len(spoilt) + 1]


def test_log_that_can_be_read_says_nothing(tmp_path: Path) -> None:
    log = LookLog(tmp_path)
    log.write(look(START))
    log.close()

    with structlog.testing.capture_logs() as told:
        assert len(list(log.between(START, START))) == 1

    assert told == []
