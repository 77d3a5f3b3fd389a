"""The spool: all or nothing, in order, across restarts, and one worker at a time."""

import sqlite3
from pathlib import Path

import pytest

from service.worker.spool import Job, Spool
from vision.streamtime import StreamTime


def opened(folder: Path) -> Spool:
    return Spool(folder / "worker1.db")


def test_messages_come_out_in_the_order_they_went_in(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([{"n": 1}, {"n": 2}], {})
    spool.record([{"n": 3}], {})

    assert [message.body["n"] for message in spool.next_messages()] == [1, 2, 3]


def test_what_was_recorded_is_there_after_a_restart(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.record([{"n": 1}], {"w1": {"leave_post": {"a": 1}}}, [Job("e1", StreamTime(5), {"x": 1})])
    first.close()

    second = opened(tmp_path)

    assert second.waiting() == 1
    assert second.state() == {"w1": {"leave_post": {"a": 1}}}
    assert second.due_jobs(StreamTime(5)) == [Job("e1", StreamTime(5), {"x": 1})]


def test_delivered_message_is_gone_and_its_number_is_never_used_again(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([{"n": 1}], {})
    (message,) = spool.next_messages()
    spool.delivered(message.seq)
    spool.close()
    spool = opened(tmp_path)
    spool.record([{"n": 2}], {})

    assert spool.next_messages()[0].seq > message.seq


def test_refused_message_is_set_aside_and_not_in_the_way(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([{"n": 1}, {"n": 2}], {})
    spool.refuse(spool.next_messages()[0], "there is no window w9")

    assert [message.body["n"] for message in spool.next_messages()] == [2]
    assert spool.refused() == 1


def test_state_of_windows_that_are_gone_goes_with_the_next_record(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([], {"w1": {}, "w2": {}})
    spool.record([], {"w1": {}})

    assert set(spool.state()) == {"w1"}


def test_job_that_was_replaced_while_it_was_done_stays(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    early = Job("e1", StreamTime(5), {"closed": False})
    spool.record([], {}, [early])
    spool.record([], {}, [Job("e1", StreamTime(9), {"closed": True})])

    spool.finish_job(early, {"event": "e1"}, Job("e1", StreamTime(7), {"closed": False}))

    assert [job.body["closed"] for job in spool.due_jobs(StreamTime(10))] == [True]
    assert spool.next_messages()[0].kind == "evidence"


def test_fault_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([{"n": 1}], {"w1": {"kept": True}})

    with pytest.raises(TypeError):
        spool.record([{"n": 2}], {"w1": {"not json": object()}})

    assert spool.waiting() == 1
    assert spool.state() == {"w1": {"kept": True}}
    with sqlite3.connect(tmp_path / "worker1.db") as other:
        other.execute("BEGIN IMMEDIATE")
        other.rollback()
    other.close()


def test_job_that_lies_far_ahead_is_done_by_the_latest_moment(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    spool.record([], {}, [Job("soon", StreamTime(5), {}), Job("far", StreamTime(5000), {})])

    spool.cap_due(StreamTime(10))

    assert [(job.event, job.due) for job in spool.due_jobs(StreamTime(4999))] == [("soon", 5), ("far", 10)]
