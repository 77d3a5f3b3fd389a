"""A network is read back from its exported file: boxes and second output as they were."""

import os
from pathlib import Path

import cv2
import pytest
import yaml

from training.errors import TrainingError
from training.export import check_export
from training.model_folder import exported
from training.site.base import base_of, network_of
from training.site.weights import with_answers, with_rows
from vision.card import SHIPPED

for package in ("torch", "ultralytics", "onnx"):
    pytest.importorskip(package, reason=f"{package} is missing: it comes with the extra training")

pytestmark = pytest.mark.slow

PICTURE = cv2.imread(str(Path(__file__).parents[2] / "docs" / "pictures" / "wall.jpg"))[:, :, ::-1].copy()


@pytest.mark.parametrize("name", ["person", "objects"])
def test_shipped_network_is_read_back_from_its_onnx_file(name: str) -> None:
    base = base_of(name)

    box, score = check_export(network_of(base), SHIPPED / name, PICTURE)

    assert box < 0.5
    assert score < 0.01


def test_second_output_is_read_back_too(tmp_path: Path) -> None:
    from training.act_head import with_acts

    network = with_acts(network_of(base_of("objects")), 3, seed=5).eval()
    card = yaml.safe_load((SHIPPED / "objects" / "card.yaml").read_text())
    card |= {"answers": ["a", "b", "c"], "acts": {}, "files": exported(network, tmp_path, PICTURE)}
    (tmp_path / "card.yaml").write_text(yaml.safe_dump(card))

    base = base_of(str(tmp_path))
    again = with_answers(network_of(base), base.file, len(base.answers))

    assert base.answers == ("a", "b", "c")
    assert check_export(again, tmp_path, PICTURE)[1] < 0.01


def test_rows_of_known_classes_stay_and_a_new_one_hardly_ever_answers(tmp_path: Path) -> None:
    base = base_of("objects")
    network = with_rows(network_of(base), ("card", "cup", "person"), seed=1)
    exported(network, tmp_path, PICTURE)

    assert network.names == {0: "card", 1: "cup", 2: "person"}
    old, new = network_of(base).model[-1].one2one_cv3[0][-1], network.model[-1].one2one_cv3[0][-1]
    assert (new.weight[1] == old.weight[base.classes.index("cup")]).all()
    assert float(new.bias.detach()[0].sigmoid()) < 0.01


@pytest.mark.parametrize("content", [b"", b"abc", b"PK\x03\x04"])
def test_file_that_is_no_checkpoint_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pt").write_bytes(content)

    with pytest.raises(TrainingError, match=r"a\.pt: is no checkpoint of ultralytics"):
        base_of(str(tmp_path / "a.pt"))


def test_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    import torch

    torch.save({"model": _Malicious(tmp_path / "ran")}, tmp_path / "a.pt")

    with pytest.raises(TrainingError, match=r"a\.pt: is no checkpoint"):
        base_of(str(tmp_path / "a.pt"))
    assert not (tmp_path / "ran").exists()


class _Malicious:
    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._file),)
