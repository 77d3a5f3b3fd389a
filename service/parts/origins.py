"""Where each figure of the effective rulebook comes from that is not the shipped one."""

from collections.abc import Mapping

from service.parts.content import Changes
from service.parts.in_force import Effective
from service.rules.rulebook import Rulebook, load_rulebook
from vision.observation import WindowId

__all__ = ["FOLLOWS", "changed_figures", "origins"]

FOLLOWS = "follows after"
"""The origin of a duration that nobody set, but that a shorter ``after`` took with it."""


def origins(now: Effective, window: WindowId | None = None) -> dict[str, dict[str, str]]:
    """Rule to key to where its value comes from: ``zaigang.yaml``, ``edited v3``, or that it follows another one.

    Of the hall, or of ``window``, where its own go before the hall's. A key that is not named is the shipped one.
    """
    book = now.hall_book if window is None else now.books[window]
    edited = f"edited v{now.version('rules')}"
    content = now.contents.get("rules", {})
    layers: list[tuple[str, Changes]] = [("zaigang.yaml", now.given.rules), (edited, content.get("hall", {}))]
    if window is not None:
        own = now.given.windows()[window][1].rules
        layers += [("zaigang.yaml", own), (edited, content.get("windows", {}).get(window, {}))]
    found = {rule: dict.fromkeys(figures, FOLLOWS) for rule, figures in changed_figures(load_rulebook(), book).items()}
    for origin, changes in layers:
        for rule, change in changes.items():
            if change:
                found.setdefault(rule, {}).update(dict.fromkeys(change, origin))
    return found


def changed_figures(before: Rulebook, after: Rulebook) -> Mapping[str, Mapping[str, tuple[object, object]]]:
    """Rule to key to old and new value as a book writes them, where they differ; both books have the same rules."""
    found: dict[str, dict[str, tuple[object, object]]] = {}
    for rule, old in before.rules.items():
        was, will = old.model_dump(mode="json"), after.rules[rule].model_dump(mode="json")
        differing = {key: (was[key], will[key]) for key in was if was[key] != will[key]}
        if differing:
            found[rule] = differing
    return found
