"""Loads the networks that a site names, and says which of its rules they can judge."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from service.rules.rulebook import Rulebook
from service.settings import EMBEDDER, ModelSettings
from service.uniforms import HallUniforms, all_year, by_timetable
from vision.card import SHIPPED, ModelCard, read_card
from vision.closeup import Eye
from vision.conduct import FRONT, Act, act_thresholds, things_of
from vision.detector import Detector, load_detector
from vision.enrolment import read_enrolled
from vision.errors import BadInput, ModelError
from vision.uniform import Uniforms, enrolled_elsewhere, load_torso_network
from vision.uniform_class import UniformClass, knows_uniform

__all__ = ["NetworkRefusal", "load_eye", "load_person", "load_uniforms", "refusal_by", "waiting"]

_LARGEST_UNIFORM: Final = 64_000_000

_ACT_OF: Final[Mapping[str, Act]] = {
    "phone_in_use": "phone",
    "phone_at_ear": "phone",
    "smoking": "smoking",
    "eating": "eating",
    "badge": "badge",
}


def load_eye(models: ModelSettings, books: Iterable[Rulebook], threads: int = 0) -> Eye:
    """The two networks, checked against every rule that is on.

    Raises ModelError naming network, rule and what is lacking.
    """
    person = _loaded("person", models.person, models.runtime, threads)
    objects = _loaded("objects", models.objects, models.runtime, threads)
    for book in books:
        refusal = _refusal(models, book, person.card, objects.card)
        if refusal is not None:
            raise ModelError(refusal)
    return Eye(person, objects)


@dataclass(frozen=True, slots=True)
class NetworkRefusal:
    """Why the networks of a site cannot judge what somebody wants of them, by their cards."""

    person: ModelCard
    objects: ModelCard
    uniform: str

    def of_book(self, book: Rulebook, models: ModelSettings) -> str | None:
        """A rule is on that they, and the uniforms that ``models`` name, do not answer; None where all are answered."""
        return _refusal(models, book, self.person, self.objects)

    def of_uniform(self, file: Path) -> str | None:
        """``file`` holds no uniform that was enrolled with their network; None where it does.

        Nothing but the files that `enroll-uniform` writes is opened: what is edited comes from anywhere.
        """
        if file.suffix != ".npz":
            return f"{file}: is no enrolled uniform; make one with: zaigang enroll-uniform NAME PICTURES"
        try:
            about = file.stat()
            if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST_UNIFORM:
                return f"{file}: is no enrolled uniform"
            card, enrolled = _card("uniform", self.uniform), read_enrolled(file)
        except (OSError, ValueError):
            return f"{file}: no such uniform; make it with: zaigang enroll-uniform NAME PICTURES"
        except BadInput as error:
            return str(error)
        if card.output != "embedding":
            return f"models.uniform: {_named(card)} judges by its own class, and by no uniform that was enrolled"
        return enrolled_elsewhere(enrolled, card)


def refusal_by(models: ModelSettings) -> NetworkRefusal:
    """What the networks of ``models`` refuse; raises ModelError where a card cannot be read."""
    return NetworkRefusal(_card("person", models.person), _card("objects", models.objects), models.uniform)


def load_person(models: ModelSettings, threads: int = 0) -> Detector:
    """The network that finds people, alone; raises ModelError naming the key and what is wrong."""
    return _loaded("person", models.person, models.runtime, threads)


def load_uniforms(models: ModelSettings, zone: ZoneInfo, threads: int = 0) -> HallUniforms | None:
    """Who judges the hall's uniform: those that were enrolled, of all the year or of the days of the timetable by the
    clock of ``zone``, or a detector with a class for it; None where none is named.

    Raises ModelError naming the key and what is wrong.
    """
    key = "models.uniforms" if models.uniforms else "models.uniform_timetable"
    enrolled = bool(models.uniforms or models.uniform_timetable)
    card = _card("uniform", models.uniform) if enrolled or models.uniform != EMBEDDER else None
    if card is not None and card.output != "embedding":
        if enrolled:
            raise ModelError(
                f"models.uniform: {_named(card)} judges by its own class, so leave out {key}; "
                "or leave out models.uniform, and they judge"
            )
        try:
            return all_year(UniformClass(load_detector(card.folder, models.runtime, threads)))
        except ModelError as error:
            raise ModelError(f"models.uniform: {error}") from error
    if not enrolled:
        return None
    try:
        network = load_torso_network(_folder(models.uniform), models.runtime, threads)
    except ModelError as error:
        raise ModelError(f"models.uniform: {error}") from error
    try:
        if models.uniforms:
            return all_year(Uniforms(network, [read_enrolled(file) for file in models.uniforms]))
        read = lru_cache(maxsize=None)(read_enrolled)
        timetable = [(one.dates(), [read(file) for file in one.uniforms]) for one in models.uniform_timetable]
        return by_timetable(network, timetable, zone)
    except BadInput as error:
        raise ModelError(f"{key}: {error}") from error


def waiting(models: ModelSettings, book: Rulebook) -> dict[str, str]:
    """The rules that are judged as soon as a model answers their signal, and what is lacking until then."""
    person, objects = _card("person", models.person), _card("objects", models.objects)
    found = {
        name: _lacking(rule.signal, models, person, objects)
        for name, rule in book.rules.items()
        if rule.state == "auto"
    }
    return {name: lacking for name, lacking in found.items() if lacking is not None}


def _refusal(models: ModelSettings, book: Rulebook, person: ModelCard, objects: ModelCard) -> str | None:
    for name, rule in book.rules.items():
        lacking = _lacking(rule.signal, models, person, objects) if rule.state == "on" else None
        if lacking is not None:
            return (
                f'rule "{name}" is on, but {lacking}. Name another model in zaigang.yaml, '
                f"or set {name}.state to auto or off"
            )
    return None


def _lacking(signal: str, models: ModelSettings, person: ModelCard, objects: ModelCard) -> str | None:
    """What it would take to answer ``signal``, in words; None where it is answered."""
    if signal in ("uniform", "outsider"):
        return _no_uniform(models)
    if signal not in _ACT_OF:
        return None if "person" in person.classes else _no_class(person, ("person",))
    act = _ACT_OF[signal]
    if act not in act_thresholds(objects):
        if act in objects.acts or things_of(act) & set(objects.classes):
            return f"{_named(objects)} is sure of {act} at no score"
        return _no_class(objects, things_of(act))
    if act == "badge" and FRONT not in objects.answers:
        # Nobody goes without a badge whom one may be seeing from behind, so no look could ever say no.
        return f"{_named(objects)} does not tell who faces the camera"
    return None


def _no_uniform(models: ModelSettings) -> str | None:
    if models.uniforms or models.uniform_timetable:
        return None
    if models.uniform != EMBEDDER:
        card = _card("uniform", models.uniform)
        if card.output != "embedding":
            return None if knows_uniform(card) else _no_class(card, ("uniform",))
    return "models.uniforms names no uniform that the hall has enrolled"


def _no_class(card: ModelCard, names: Iterable[str]) -> str:
    return f"{_named(card)} has no class {' or '.join(sorted(names))}"


def _named(card: ModelCard) -> str:
    return f'model "{card.name}" ({card.folder})'


def _loaded(key: str, name: str, runtime: Literal["openvino", "onnx"], threads: int) -> Detector:
    try:
        return load_detector(_folder(name), runtime, threads)
    except ModelError as error:
        raise ModelError(f"models.{key}: {error}") from error


def _card(key: str, name: str) -> ModelCard:
    try:
        return read_card(_folder(name))
    except ModelError as error:
        raise ModelError(f"models.{key}: {error}") from error


def _folder(name: str) -> Path:
    shipped = SHIPPED / name
    return shipped if shipped.is_dir() and "/" not in name else Path(name)
