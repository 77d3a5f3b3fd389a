"""The kinds of sets that can be measured, by the names of the sets they were made for."""

from training.evaluation.kinds.badges import BADGES, OFFICE, TORSO
from training.evaluation.kinds.counters import COUNTERS
from training.evaluation.kinds.kind import Kind
from training.evaluation.kinds.objects import COCO
from training.evaluation.kinds.phones import CCTV, LECTURE
from training.evaluation.kinds.smoking import DRINKING, NOT_SMOKING, SMOKING
from training.evaluation.kinds.uniforms import GREY_SHIRT, RESTAURANT

__all__ = ["KINDS", "Kind"]

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        COUNTERS,
        COCO,
        LECTURE,
        CCTV,
        SMOKING,
        NOT_SMOKING,
        DRINKING,
        BADGES,
        OFFICE,
        TORSO,
        RESTAURANT,
        GREY_SHIRT,
    )
}
"""In the order in which they are measured."""
