"""Boxes are matched as COCOeval matches them, sizes included."""

import numpy as np
import numpy.typing as npt
import pytest

from training.evaluation.boxes import SIZES, Pair, greedy, ranked, ranked_of
from training.evaluation.statistics import average_precision
from vision.detector import Detections
from vision.geometry import iou

Found = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def pair(found: list[tuple[float, ...]], truth: list[tuple[float, ...]]) -> Pair:
    rows = sorted(found, key=lambda row: -row[4])
    boxes = np.array([row[:4] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[4] for row in rows], np.float32)
    seen = Detections(boxes, scores, np.zeros(len(rows), np.intp), ("thing",))
    return Pair(seen, np.array(truth, np.float32).reshape(-1, 4))


def random_pair(rng: np.random.Generator) -> Pair:
    truth = []
    for _ in range(int(rng.integers(0, 6))):
        x, y = rng.uniform(0, 300, 2)
        side = float(np.exp(rng.uniform(np.log(6), np.log(200))))
        truth.append((x, y, x + side, y + side * rng.uniform(0.6, 1.6)))
    found = []
    for x1, y1, x2, y2 in truth:
        for _ in range(int(rng.integers(0, 3))):
            shift = rng.normal(0, 0.12, 4) * (x2 - x1)
            found.append((x1 + shift[0], y1 + shift[1], x2 + shift[2], y2 + shift[3], rng.random()))
    for _ in range(int(rng.integers(0, 4))):
        x, y, side = *rng.uniform(0, 300, 2), rng.uniform(5, 120)
        found.append((x, y, x + side, y + side, rng.random()))
    whole = [row for row in found if row[2] > row[0] + 1 and row[3] > row[1] + 1]
    return pair(whole, truth)


def coco_rows(one: Pair, least: float, size: tuple[float, float]) -> tuple[list[tuple[float, bool]], int]:
    """COCOeval.evaluateImg written out: (score, matched) of what counts, and how many true boxes count."""
    area = lambda box: float((box[2] - box[0]) * (box[3] - box[1]))  # noqa: E731
    outside = [not size[0] ** 2 <= area(box) < size[1] ** 2 for box in one.truth]
    order = sorted(range(len(one.truth)), key=lambda index: outside[index])
    overlaps = iou(one.found.boxes, one.truth)
    taken: dict[int, int] = {}
    rows = []
    for row in range(len(one.found)):
        best, match = min(least, 1 - 1e-10), -1
        for index in order:
            if index in taken:
                continue
            if match > -1 and not outside[match] and outside[index]:
                break
            if overlaps[row, index] < best:
                continue
            best, match = overlaps[row, index], index
        if match > -1:
            taken[match] = row
        ignored = outside[match] if match > -1 else not size[0] ** 2 <= area(one.found.boxes[row]) < size[1] ** 2
        if not ignored:
            rows.append((float(one.found.scores[row]), match > -1))
    return rows, outside.count(False)


@pytest.mark.parametrize("size", [(0.0, float("inf")), *SIZES.values()])
@pytest.mark.parametrize("least", [0.5, 0.75])
def test_matching_is_cocos(least: float, size: tuple[float, float]) -> None:
    rng = np.random.default_rng(4)
    pairs = [random_pair(rng) for _ in range(60)]

    ranking = ranked(pairs, least, None if size[1] == float("inf") and size[0] == 0 else size)

    wanted = [coco_rows(one, least, size) for one in pairs]
    assert ranking.totals.tolist() == [total for _, total in wanted]
    rows = sorted((row for own, _ in wanted for row in own), key=lambda row: -row[0])
    assert list(zip(ranking.scores.tolist(), ranking.right.tolist(), strict=True)) == rows


def test_average_precision_of_a_set_is_pycocotools() -> None:
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed; COCOeval is written out above")
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    rng = np.random.default_rng(5)
    pairs = [random_pair(rng) for _ in range(40)]
    truth, found = coco.COCO(), []
    boxes = [(number, box) for number, one in enumerate(pairs) for box in one.truth.tolist()]
    truth.dataset = {
        "images": [{"id": number} for number in range(len(pairs))],
        "categories": [{"id": 1}],
        "annotations": [
            {"id": index + 1, "image_id": number, "category_id": 1, "iscrowd": 0, **_extent(box)}
            for index, (number, box) in enumerate(boxes)
        ],
    }
    truth.createIndex()
    for number, one in enumerate(pairs):
        for box, score in zip(one.found.boxes.tolist(), one.found.scores.tolist(), strict=True):
            found.append({"image_id": number, "category_id": 1, "score": score, **_extent(box)})
    judged = evaluation.COCOeval(truth, truth.loadRes(found), "bbox")
    judged.evaluate()
    judged.accumulate()

    ranking = ranked(pairs)

    assert average_precision(ranking, ranking.once) == pytest.approx(judged.eval["precision"][0, :, 0, 0, 2].mean())


def _extent(box: list[float]) -> dict[str, object]:
    x1, y1, x2, y2 = box
    return {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1)}


def test_second_box_on_the_same_thing_is_a_false_alarm() -> None:
    ranking = ranked([pair([(0, 0, 10, 10, 0.9), (0, 0, 10, 9, 0.8)], [(0, 0, 10, 10)])])

    assert ranking.right.tolist() == [True, False]


def test_marked_boxes_are_asked_for_and_the_others_are_still_matched() -> None:
    one = pair([(0, 0, 10, 10, 0.9), (50, 0, 60, 10, 0.8)], [(0, 0, 10, 10), (50, 0, 60, 10)])

    ranking = ranked_of([one], [np.array([False, True])])

    assert ranking.right.tolist() == [False, True]
    assert ranking.totals.tolist() == [1]


def test_a_box_takes_what_it_overlaps_most() -> None:
    overlaps = np.array([[0.6, 0.9], [0.7, 0.8]])

    assert greedy(overlaps, 0.5).tolist() == [1, 0]
