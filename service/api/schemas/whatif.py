"""What the API takes to try a rulebook on the recorded log."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["WhatIfIn"]


class WhatIfIn(BaseModel):
    """A rulebook to be tried: ``content`` as the part `rules` shall hold it, ``from`` when to before when, and where.

    ``windows``: those that are meant; all without.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "content": {"hall": {"leave_post": {"after": "3min"}}},
                    "from": "2026-01-05T00:00:00+08:00",
                    "to": "2026-01-06T00:00:00+08:00",
                    "windows": ["w1", "w3"],
                }
            ]
        },
    )

    content: dict[str, Any]
    begins: datetime = Field(alias="from")
    ends: datetime = Field(alias="to")
    windows: list[str] | None = Field(default=None, min_length=1)
