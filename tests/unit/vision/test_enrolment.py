"""A uniform is enrolled from references, told from the bank as well as it can be, and kept whole in one file."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vision.enrolment import (
    Embeddings,
    Enrolled,
    Reference,
    area_under_curve,
    enrol,
    likeness,
    read_enrolled,
    write_enrolled,
)
from vision.errors import BadInput

DIMENSIONS = 32


def around(centre: Embeddings, count: int, spread: float, seed: int) -> Embeddings:
    rng = np.random.default_rng(seed)
    vectors = centre + rng.normal(0, spread / np.sqrt(DIMENSIONS), (count, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


NOWHERE = np.zeros(DIMENSIONS, np.float32)
UNIFORM = around(NOWHERE, 1, 1.0, 1)[0]
BANK = around(NOWHERE, 200, 1.0, 2)


def enrolled(references: Embeddings, others: Embeddings | None = None) -> Enrolled:
    pictures = [Reference(f"{row}.jpg", f"{row:064x}", (0, 0, 30, 40)) for row in range(len(references))]
    strange = np.empty((0, DIMENSIONS), np.float32) if others is None else others
    return enrol("winter", ("toy", "a" * 64), references, pictures, strange, BANK)


def test_uniform_of_its_own_is_told_from_plain_clothes() -> None:
    uniform = enrolled(around(UNIFORM, 12, 0.5, 3))

    assert uniform.auc > 0.99
    assert uniform.passing < 0.02
    assert not uniform.too_close
    worn, plain = (
        likeness(seen, uniform.references, BANK) for seen in (around(UNIFORM, 40, 0.5, 5), around(NOWHERE, 40, 1.0, 6))
    )
    assert (worn >= uniform.yes_from).mean() > 0.9
    assert (worn < uniform.no_below).mean() <= 0.05
    assert (plain < uniform.no_below).mean() > 0.9


def test_uniform_that_is_plain_clothes_is_called_too_close_and_accuses_hardly_anybody() -> None:
    uniform = enrolled(around(NOWHERE, 12, 1.0, 7))

    assert uniform.too_close
    plain = likeness(around(NOWHERE, 100, 1.0, 8), uniform.references, BANK)
    assert (plain < uniform.no_below).mean() < 0.3


def test_the_halls_own_people_count_instead_of_the_bank_when_enough_are_known() -> None:
    references = around(UNIFORM, 12, 0.5, 3)
    alike = around(UNIFORM, 12, 0.6, 9)

    assert enrolled(references, alike).passing > 0.5
    assert enrolled(references, alike[:3]).passing < 0.1


def test_fewer_than_five_references_are_refused() -> None:
    with pytest.raises(BadInput, match='"winter": 4 usable pictures'):
        enrolled(around(UNIFORM, 4, 0.5, 3))


def test_score_says_no_below_and_yes_above() -> None:
    uniform = replace(enrolled(around(UNIFORM, 12, 0.5, 3)), no_below=0.2, yes_from=0.4)

    assert uniform.score(0.2) == pytest.approx(0.25)
    assert uniform.score(0.3) == pytest.approx(0.5)
    assert uniform.score(0.4) == pytest.approx(0.75)
    assert uniform.score(-9) < 0.001 < 0.999 < uniform.score(9)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    uniform = enrolled(around(UNIFORM, 6, 0.5, 3), around(NOWHERE, 2, 1.0, 4))
    file = tmp_path / "new" / "winter.npz"

    write_enrolled(uniform, file)

    read = read_enrolled(file)
    assert np.array_equal(read.references, uniform.references)
    assert np.array_equal(read.others, uniform.others)
    for name in ("name", "network", "network_name", "pictures", "no_below", "yes_from", "passing", "auc"):
        assert getattr(read, name) == getattr(uniform, name), name
    assert [one.name for one in file.parent.iterdir()] == ["winter.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello"])
def test_file_that_is_no_uniform_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "winter.npz"
    file.write_bytes(content)

    with pytest.raises(BadInput, match=r"winter\.npz: is no enrolled uniform"):
        read_enrolled(file)


@pytest.mark.parametrize("seed", range(40))
def test_file_with_spoilt_bytes_is_refused_or_still_whole(tmp_path: Path, seed: int) -> None:
    file, rng = tmp_path / "winter.npz", np.random.default_rng(seed)
    write_enrolled(enrolled(around(UNIFORM, 6, 0.5, 3)), file)
    content = bytearray(file.read_bytes())
    for at in rng.integers(0, len(content), 4):
        content[at] ^= int(rng.integers(1, 256))
    file.write_bytes(bytes(content))

    with suppress(BadInput):
        read_enrolled(file)


def test_figures_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    file, whole = tmp_path / "winter.npz", enrolled(around(UNIFORM, 6, 0.5, 3))

    for change in ({"no_below": float("nan")}, {"yes_from": whole.no_below - 1}, {"no_below": float("-inf")}):
        write_enrolled(replace(whole, **change), file)
        with pytest.raises(BadInput, match="must be less than yes_from"):
            read_enrolled(file)


def test_file_that_was_cut_short_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "winter.npz"
    write_enrolled(enrolled(around(UNIFORM, 6, 0.5, 3)), file)
    file.write_bytes(file.read_bytes()[:-200])

    with pytest.raises(BadInput, match=r"winter\.npz"):
        read_enrolled(file)


def test_missing_file_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="zaigang enroll-uniform"):
        read_enrolled(tmp_path / "winter.npz")


def test_area_under_curve_counts_ties_half() -> None:
    assert area_under_curve([2, 3], [1, 1]) == 1
    assert area_under_curve([1, 1], [1, 1]) == 0.5
    assert area_under_curve([1, 3], [2]) == 0.5
