"""The rulebook in force."""

from typing import Any

from pydantic import BaseModel

from service.api.schemas.words import TextOut

__all__ = ["RuleOut", "RulebookOut", "UnjudgedOut", "WaitingOut"]


class WaitingOut(BaseModel):
    """A window at which a rule cannot be judged before ``zone`` is drawn."""

    window: str
    zone: str


class RuleOut(BaseModel):
    """``origins``: where a parameter comes from that is not the shipped one: zaigang.yaml, edited v3, follows after.

    ``waits``: where nobody can judge it, since a zone is not drawn.
    """

    id: str
    name: TextOut
    text: TextOut
    severity: str
    state: str
    sources: list[str]
    parameters: dict[str, Any]
    origins: dict[str, str]
    waits: list[WaitingOut]


class UnjudgedOut(BaseModel):
    """A rule of the sources that nothing here can judge, and what that would take."""

    id: str
    name: TextOut
    text: TextOut
    sources: list[str]
    needs: TextOut


class RulebookOut(BaseModel):
    version: str
    rules: list[RuleOut]
    unjudged: list[UnjudgedOut]
