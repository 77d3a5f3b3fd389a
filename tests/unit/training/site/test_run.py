"""A run's folder belongs to one run, one process, and fits on its disk."""

import os
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.site.run import alone_in, begin_or_go_on, check_is_ours, check_room


def test_run_is_begun_once_and_then_gone_on_with(tmp_path: Path) -> None:
    assert begin_or_go_on(tmp_path, {"epochs": 3, "classes": ("a", "b")}) is False
    assert begin_or_go_on(tmp_path, {"epochs": 3, "classes": ("a", "b")}) is True


def test_folder_of_another_run_is_refused_with_what_differs(tmp_path: Path) -> None:
    begin_or_go_on(tmp_path, {"epochs": 3, "seed": 1})

    with pytest.raises(TrainingError, match="another run, whose seed is 1 and not 2"):
        begin_or_go_on(tmp_path, {"epochs": 3, "seed": 2})


def test_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")

    with pytest.raises(TrainingError, match=r"holds thesis\.doc and is no run"):
        check_is_ours(tmp_path)


def test_second_process_is_refused_by_the_number_of_the_first(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(TrainingError, match=rf"another process \({os.getpid()}\)"),
        alone_in(tmp_path),
    ):
        pass

    with alone_in(tmp_path):
        check_is_ours(tmp_path)


def test_disk_that_cannot_hold_the_pictures_is_refused_with_figures(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"has \d+ MB free and this run needs some \d+ MB"):
        check_room(tmp_path, 1 << 60)
    check_room(tmp_path, 0)
