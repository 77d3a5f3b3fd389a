"""Words that many shapes of the API share: moments, texts in both languages, who says something and why."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, StringConstraints

from service.said import one_line

__all__ = ["By", "Moment", "TextOut", "Why", "WindowStatus"]

WindowStatus = Literal["on_post", "empty", "unsure", "unknown", "off_duty", "exempt", "closed", "no_calendar"]
"""``unsure``: the picture is fine, but whether somebody is there cannot be told. ``unknown`` and
``closed``: see ``reason``."""

Moment = str
"""ISO 8601 with the offset of the hall's time zone, milliseconds."""


class TextOut(BaseModel):
    zh: str
    en: str


By = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(one_line)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(one_line)]
