"""Attributes of a label where a format has some of its own beside those that its users make up."""

import json
from collections.abc import Container
from typing import Any, Final

__all__ = ["own_name", "text_value", "their_name"]

_PREFIX: Final = "attribute "


def own_name(theirs: str, taken: Container[str]) -> str:
    """What a user's attribute is called beside those in ``taken``, which are the format's."""
    return f"{_PREFIX}{theirs}" if _bare(theirs) in taken else theirs


def their_name(own: str, taken: Container[str]) -> str:
    """The way back."""
    return own.removeprefix(_PREFIX) if _bare(own) in taken else own


def text_value(value: Any) -> str:
    """The value as XML holds it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _bare(name: str) -> str:
    while name.startswith(_PREFIX):
        name = name.removeprefix(_PREFIX)
    return name
