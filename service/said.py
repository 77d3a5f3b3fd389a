"""Words that people give with what they do, such as who and why: one line that shows everywhere as it was written."""

import unicodedata
from typing import Final

__all__ = ["one_line", "shown"]

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what steers a text and does not show in it: controls, directions, halves, line ends."""


def one_line(text: str) -> str:
    """``text`` on one line, its line breaks and tabs as spaces; raises ValueError where it holds what does not show.

    A line break in a reason could begin a line of a log or of a page that nobody has written, and a mark that turns the
    direction round lets a name read as another one.
    """
    if any(_is_unseen(sign) and sign not in "\t\n\r" for sign in text):
        raise ValueError("it holds signs that do not show, such as control characters; write it in words")
    return " ".join(text.split())


def shown(text: str) -> str:
    """``text`` of which nobody knows who wrote it, as it may be printed: what does not show is written as a number."""
    return "".join(sign.encode("unicode_escape").decode() if _is_unseen(sign) else sign for sign in text)


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in _UNSEEN
