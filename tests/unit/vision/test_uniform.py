"""Uniforms of a hall are answered with yes, no, or cannot tell, by the network that they were enrolled with."""

from pathlib import Path

import numpy as np
import pytest

from tests.fixtures.toy_torso import PLAIN, PURPLE, TEAL, painted, write_torso_network
from vision.card import SHIPPED
from vision.detector import load_detector
from vision.enrolment import Enrolled, Reference, enrol, write_enrolled
from vision.errors import BadInput, ModelError
from vision.geometry import Boxes
from vision.uniform import TorsoNetwork, Uniforms, load_torso_network, load_uniforms

WHOLE: Boxes = np.array([[0, 0, 80, 120]], np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_torso_network(tmp_path_factory.mktemp("models") / "toy")


@pytest.fixture(scope="module")
def network(folder: Path) -> TorsoNetwork:
    return load_torso_network(folder)


def enrolled(network: TorsoNetwork, name: str, colour: tuple[int, int, int]) -> Enrolled:
    box = (0.0, 0.0, 80.0, 120.0)
    vectors = np.concatenate([network.embed(painted(colour, seed), [box]) for seed in range(100, 110)])
    pictures = [Reference(f"{seed}.png", f"{seed:064x}", box) for seed in range(len(vectors))]
    nobody = np.empty((0, 3), np.float32)
    return enrol(name, (network.card.name, network.card.sha256), vectors, pictures, nobody, network.bank)


def test_uniform_is_seen_and_plain_clothes_are_not(network: TorsoNetwork) -> None:
    uniforms = Uniforms(network, [enrolled(network, "teal", TEAL)])

    (worn,) = uniforms.look(painted(TEAL, 1), WHOLE)
    (plain,) = uniforms.look(painted(PLAIN[2], 1), WHOLE)

    assert worn.wears is True
    assert plain.wears is False
    assert plain.score <= 0.25 < 0.75 <= worn.score
    assert uniforms.score(painted(TEAL, 1), WHOLE[0]) == pytest.approx(worn.score)


def test_any_of_a_halls_uniforms_will_do(network: TorsoNetwork) -> None:
    uniforms = Uniforms(network, [enrolled(network, "teal", TEAL), enrolled(network, "purple", PURPLE)])

    (teal,), (purple,) = uniforms.look(painted(TEAL, 1), WHOLE), uniforms.look(painted(PURPLE, 1), WHOLE)

    assert (teal.wears, teal.uniform) == (True, "teal")
    assert (purple.wears, purple.uniform) == (True, "purple")


def test_what_cannot_be_told_is_not_told(network: TorsoNetwork) -> None:
    uniforms = Uniforms(network, [enrolled(network, "teal", TEAL)])
    people: Boxes = np.array([[0, 0, 80, 120], [0, 0, 12, 20], [60, 0, 140, 120]], np.float32)

    answers = uniforms.look(painted(TEAL, 1), people)

    assert [(one.wears, one.why) for one in answers] == [(True, None), (None, "small"), (None, "outside")]


def test_nobody_is_nobody(network: TorsoNetwork) -> None:
    uniforms = Uniforms(network, [enrolled(network, "teal", TEAL)])

    assert uniforms.look(painted(TEAL, 1), np.empty((0, 4), np.float32)) == []


def test_between_yes_and_no_it_is_doubtful(network: TorsoNetwork) -> None:
    uniforms = Uniforms(network, [enrolled(network, "teal", TEAL)])
    way = [
        tuple(round(a + (b - a) * share) for a, b in zip(TEAL, PLAIN[0], strict=True))
        for share in np.linspace(0, 1, 400)
    ]

    answers = [uniforms.look(painted(colour, 1), WHOLE)[0] for colour in way]  # type: ignore[arg-type]

    assert {one.why for one in answers if one.wears is None} == {"doubtful"}
    assert answers[0].wears is True
    assert answers[-1].wears is False


def test_uniform_of_another_network_is_refused_by_name(network: TorsoNetwork, tmp_path: Path) -> None:
    other = load_torso_network(write_torso_network(tmp_path / "other", version="2"))

    with pytest.raises(BadInput, match='uniform "teal" was enrolled with network "toy"'):
        Uniforms(other, [enrolled(network, "teal", TEAL)])


def test_files_are_loaded(folder: Path, network: TorsoNetwork, tmp_path: Path) -> None:
    write_enrolled(enrolled(network, "teal", TEAL), tmp_path / "teal.npz")

    uniforms = load_uniforms([tmp_path / "teal.npz"], folder)

    assert uniforms.names == ("teal",)
    assert uniforms.look(painted(TEAL, 3), WHOLE)[0].wears is True


def test_no_uniform_says_how_one_is_made(folder: Path) -> None:
    with pytest.raises(BadInput, match="zaigang enroll-uniform"):
        load_uniforms([], folder)


def test_detector_is_no_network_for_uniforms_nor_the_other_way_round(folder: Path) -> None:
    with pytest.raises(ModelError, match="finds boxes"):
        load_torso_network(SHIPPED / "person")
    with pytest.raises(ModelError, match="it is no detector"):
        load_detector(folder)


def test_damaged_bank_is_named(tmp_path: Path) -> None:
    folder = write_torso_network(tmp_path / "toy")
    (folder / "bank.npz").write_bytes(b"no bank")

    with pytest.raises(ModelError, match=r"bank\.npz is damaged"):
        load_torso_network(folder)
