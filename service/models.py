"""Loads the networks that a site names, and refuses those that cannot answer its rulebook."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from service.rules.rulebook import Rulebook
from service.settings import ModelSettings
from vision.card import SHIPPED
from vision.closeup import Eye
from vision.detector import Detector, load_detector
from vision.errors import ModelError

__all__ = ["load_eye"]

_NEEDED: Final = {
    # Which classes of the networks answer a signal. A signal that is not here is answered by no network yet.
    "occupied": ("person", ()),
    "staff_count": ("person", ()),
    "queue_count": ("person", ()),
    "phone_in_use": ("person", ("cell phone",)),
    "phone_at_ear": ("person", ("cell phone",)),
}


def load_eye(models: ModelSettings, books: Iterable[Rulebook], threads: int = 0) -> Eye:
    """The two networks, checked against every rule that is on.

    Raises ModelError naming network, missing class and rule.
    """
    person = _loaded("person", models.person, models.runtime, threads)
    objects = _loaded("objects", models.objects, models.runtime, threads)
    for book in books:
        for name, rule in book.rules.items():
            if rule.state != "on":
                continue
            if rule.signal not in _NEEDED:
                raise ModelError(
                    f'rule "{name}" is on, but no network answers "{rule.signal}" yet; set {name}.state to auto or off'
                )
            of_person, of_objects = _NEEDED[rule.signal]
            person.card.require(frozenset((of_person,)), f'rule "{name}"')
            objects.card.require(frozenset(of_objects), f'rule "{name}"')
    return Eye(person, objects)


def _loaded(key: str, name: str, runtime: Literal["openvino", "onnx"], threads: int) -> Detector:
    try:
        return load_detector(_folder(name), runtime, threads)
    except ModelError as error:
        raise ModelError(f"models.{key}: {error}") from error


def _folder(name: str) -> Path:
    shipped = SHIPPED / name
    return shipped if shipped.is_dir() and "/" not in name else Path(name)
