"""What a hall's own regulations say that upheld events lead to, in place of the book's."""

from service.rules.consequences.ladder import HalfDay, Rung
from service.rules.rulebook import Rulebook, leading_to
from service.settings.strict import Strict

__all__ = ["ConsequencesSettings"]


class ConsequencesSettings(Strict):
    """Each list replaces the book's as a whole; None leaves it as it is."""

    ladder: tuple[Rung, ...] | None = None
    half_days: tuple[HalfDay, ...] | None = None
    one_act: tuple[tuple[str, ...], ...] | None = None

    def over(self, book: Rulebook) -> Rulebook:
        """``book`` with these in place of its own; raises RulebookError naming the key."""
        return leading_to(book, self.model_dump(exclude_none=True))
