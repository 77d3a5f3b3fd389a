"""The uniforms that a worker judges by: loaded when it starts, and anew whenever others are to be worn."""

from service.models import load_uniforms
from service.settings import ModelSettings, Settings
from service.uniforms import HallUniforms
from vision.card import ModelCard
from vision.dress import UniformAt
from vision.errors import BadInput
from vision.streamtime import StreamTime

__all__ = ["Wardrobe"]


class Wardrobe:
    """Judges by the uniforms of ``settings``, as `take_up` does."""

    def __init__(self, settings: Settings) -> None:
        self._models: ModelSettings | None = None
        self._uniforms: HallUniforms | None = None
        self._refused: str | None = None
        self.take_up(settings)

    @property
    def worn(self) -> UniformAt | None:
        """Who judges at a moment, None where the hall has no uniform."""
        return self._uniforms.at if self._uniforms is not None else None

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Of the network that judges, if any does."""
        return (self._uniforms.card,) if self._uniforms is not None else ()

    def take_up(self, settings: Settings) -> bool:
        """Judge by the uniforms of ``settings`` from now on; returns whether these are others than before.

        Where they cannot be loaded nobody judges, and ``trouble`` says so: by those of before, whoever wears what is
        worn now would go without.
        """
        if settings.models == self._models:
            return False
        self._models = settings.models
        try:
            self._uniforms, self._refused = load_uniforms(settings.models, settings.hall.zone), None
        except BadInput as error:  # a file that was there a moment ago, when the change was checked
            self._uniforms, self._refused = None, f"{error}; nobody can tell who goes without"
        return True

    def trouble(self, at: StreamTime) -> str | None:
        """What keeps everybody from being judged at ``at``, or by what was edited; None where nothing does."""
        return self._refused or (self._uniforms.trouble(at) if self._uniforms is not None else None)
