"""What the site's own workers bring."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["IngestIn", "IngestOut"]


class IngestIn(BaseModel):
    """One message of a worker's spool; ``seq`` only grows. Repeating a message changes nothing."""

    model_config = ConfigDict(extra="forbid")

    worker: str
    seq: int
    kind: Literal["event", "evidence"]
    body: dict[str, Any]


class IngestOut(BaseModel):
    seq: int
    changed: bool
