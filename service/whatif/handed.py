"""A question about a site's log as one line of text, for a process of its own to answer."""

import json
from pathlib import Path
from typing import Any

from service.rules.rulebook import Rulebook
from service.settings import GivenSettings
from service.whatif.answer import Question, Span
from vision.observation import WindowId
from vision.streamtime import StreamTime

__all__ = ["question_of", "question_text"]


def question_text(question: Question, span: Span, data: Path) -> str:
    """``question`` about ``span`` of the log in ``data``: for stdin, as the sources of cameras carry passwords.

    ASCII alone, since the process reads its stdin by this machine's locale.
    """
    books = {book.version: book for given in (question.now, question.then) for book in given.values()}
    content: dict[str, Any] = {
        "settings": question.settings.model_dump(mode="json"),
        "books": {version: book.model_dump(mode="json") for version, book in books.items()},
        "now": {window: book.version for window, book in question.now.items()},
        "then": {window: book.version for window, book in question.then.items()},
        "since": span.since,
        "until": span.until,
        "data": str(data.resolve()),
    }
    return json.dumps(content) + "\n"


def question_of(text: str) -> tuple[Question, Span, Path]:
    """What ``question_text`` wrote."""
    content = json.loads(text)
    books = {version: Rulebook.model_validate(book) for version, book in content["books"].items()}
    now, then = (
        {WindowId(window): books[version] for window, version in content[name].items()} for name in ("now", "then")
    )
    span = Span(StreamTime(content["since"]), StreamTime(content["until"]))
    return Question(GivenSettings(**content["settings"]), now, then, span), span, Path(content["data"])
