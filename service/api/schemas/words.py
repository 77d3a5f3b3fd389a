"""Words that many shapes of the API share: moments, texts in both languages, who says something and why."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, StringConstraints

__all__ = ["By", "Moment", "TextOut", "Why", "WindowStatus"]

WindowStatus = Literal["on_post", "empty", "unsure", "unknown", "off_duty", "exempt", "closed", "no_calendar"]
"""``unsure``: the picture is fine, but whether somebody is there cannot be told. ``unknown`` and
``closed``: see ``reason``."""

Moment = str
"""ISO 8601 with the offset of the hall's time zone, milliseconds."""


class TextOut(BaseModel):
    zh: str
    en: str


def _readable(text: str) -> str:
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        raise ValueError("it holds control characters; write it in words")
    return text


By = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_readable)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_readable)]
