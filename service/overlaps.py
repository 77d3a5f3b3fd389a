"""Which of many spans of time share time with another one, found without looking at all of them."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

__all__ = ["Overlaps"]


class Overlaps:
    """Finds among ``spans``, each with its begin and its end, those that share time with a given one."""

    def __init__(self, spans: Sequence[tuple[float, float]]) -> None:
        self._order = sorted(range(len(spans)), key=lambda index: spans[index][0])
        self._begins = [spans[index][0] for index in self._order]
        self._ends = [spans[index][1] for index in self._order]
        self._latest = list(accumulate(self._ends, max))

    def of(self, begin: float, end: float) -> list[int]:
        """The places in ``spans`` of those that share time with the span from ``begin`` to ``end``, in their order.

        Spans that only touch share none. Takes as long as there are such spans, where few spans lie in others.
        """
        found = []
        at = bisect_left(self._begins, end) - 1
        while at >= 0 and self._latest[at] > begin:
            if self._ends[at] > begin:
                found.append(self._order[at])
            at -= 1
        return sorted(found)
