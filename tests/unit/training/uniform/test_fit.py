"""The fit draws the same clothes together, leaves out what nobody knows, and goes on where it was killed."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra: pip install 'zaigang[training]'")

from training.uniform.batches import Batches  # noqa: E402  # torch first
from training.uniform.export import embedded, export  # noqa: E402
from training.uniform.fit import fitted  # noqa: E402
from training.uniform.network import UniformNetwork  # noqa: E402
from training.uniform.people import Person  # noqa: E402
from training.uniform.recipe import Fit  # noqa: E402
from vision.torso import cut  # noqa: E402

SIZE = (48, 64)
FIT = Fit(
    steps=6,
    drawn=2,
    worn=1,
    single=2,
    views=2,
    rate=0.001,
    body=0.25,
    warmup=2,
    weight_decay=0.0,
    temperature=0.1,
    seed=1,
)


class Detector:
    """Seven layers with the strides of a detector's first seven."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        widths, strides = (3, 8, 8, 8, 12, 12, 16, 16), (2, 2, 1, 2, 1, 2, 1)
        self.model = [
            torch.nn.Sequential(
                torch.nn.Conv2d(widths[at], widths[at + 1], 3, stride, 1),
                torch.nn.BatchNorm2d(widths[at + 1]),
                torch.nn.SiLU(),
            )
            for at, stride in enumerate(strides)
        ]


def somebody(number: int, garment: str, crowd: str = "") -> Person:
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 255, (120, 80, 3)).astype(np.uint8)
    key = f"set/{number}.jpg#0"
    return Person(key, "set", pixels, (5, 5, 75, 115), None, None, garment, "set/1", crowd or key)


PEOPLE = [
    *(somebody(number, "shirt") for number in range(4)),
    *(somebody(10 + number, "", "set") for number in range(3)),
]
DRAWN = [somebody(100 + 10 * n + k, f"drawn-{n}.{k // 2}") for n in range(2) for k in range(6)]


def batches() -> Batches:
    return Batches(PEOPLE, DRAWN, SIZE, FIT)


def network() -> UniformNetwork:
    return UniformNetwork(Detector(), dimensions=8, parts=2)


def test_a_step_knows_who_wears_the_same_and_who_may() -> None:
    batch = batches().at(3)

    assert batch.inputs.shape[1:] == (3, 64, 48)
    assert batch.same.diagonal().all()
    assert (batch.same == batch.same.T).all()
    assert not (batch.same & batch.unsure).any()
    assert batch.unsure.any()  # two of the same crowd, of whom nobody knows


def test_steps_are_the_same_for_the_same_seed() -> None:
    assert torch.equal(batches().at(2).inputs, batches().at(2).inputs)
    assert not torch.equal(batches().at(2).inputs[:2], batches().at(3).inputs[:2])


class Killed(Exception):
    """The run ends here."""


def test_killed_fit_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    long = FIT.model_copy(update={"steps": 30})
    whole = fitted(network(), batches(), long, tmp_path / "whole", say=lambda _: None)

    def kill(_: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        fitted(network(), batches(), long, tmp_path / "killed", say=kill)
    resumed = fitted(network(), batches(), long, tmp_path / "killed", say=lambda _: None)

    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch's exporter, about itself
def test_exported_network_says_what_torch_says(tmp_path: Path) -> None:
    trained = network().eval()
    seen = [cut(person.pixels, person.box, SIZE) for person in PEOPLE]

    files = export(trained, SIZE, tmp_path, seen)

    assert set(files) == {"model.xml", "model.bin", "model.onnx"}
    vectors = embedded(trained, seen)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
