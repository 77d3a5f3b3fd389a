"""Which worker gets which cameras: what is known of a camera lies in one worker's spool."""

from pathlib import Path

from service.cli.serving import groups
from service.settings import CameraSettings
from service.worker.spool import Spool


def cameras(*ids: str) -> list[CameraSettings]:
    return [
        CameraSettings(id=id_, source="rtsp://10.0.0.9/1", windows=({"id": f"w-{id_}"},))  # type: ignore[arg-type]
        for id_ in ids
    ]


def keep(folder: Path, worker: str, *ids: str) -> None:
    spool = Spool(folder / f"{worker}.db")
    spool.record([], {f"w-{id_}": {} for id_ in ids})
    spool.close()


def test_new_cameras_are_placed_in_order(tmp_path: Path) -> None:
    assert groups(cameras("a", "b", "c"), tmp_path, most=2) == {"worker1": ["a", "b"], "worker2": ["c"]}


def test_camera_stays_with_its_worker_when_one_before_it_goes_and_a_new_one_comes(tmp_path: Path) -> None:
    keep(tmp_path, "worker1", "a", "b")
    keep(tmp_path, "worker2", "c")

    assert groups(cameras("new", "b", "c"), tmp_path, most=2) == {"worker1": ["b", "new"], "worker2": ["c"]}


def test_worker_that_has_no_camera_any_longer_still_delivers(tmp_path: Path) -> None:
    keep(tmp_path, "worker1", "a")
    keep(tmp_path, "worker2", "b")

    assert groups(cameras("a"), tmp_path) == {"worker1": ["a"], "worker2": []}


def test_spool_that_cannot_be_read_keeps_nobody_from_starting(tmp_path: Path) -> None:
    (tmp_path / "worker1.db").write_text("no spool " * 200, encoding="utf-8")

    assert groups(cameras("a"), tmp_path) == {"worker1": ["a"]}
