"""The rulebook in force."""

from typing import Any

from fastapi import APIRouter

from service.api.schemas import RulebookOut, RuleOut, TextOut, UnjudgedOut
from service.api.site import SiteDep

__all__ = ["router"]

router = APIRouter(tags=["rules"])

_WORDS = {"name", "text", "severity", "state", "sources"}


@router.get("/rules")
async def rulebook(site: SiteDep) -> RulebookOut:
    """The hall's rulebook: every rule with its state, figures and sources, and those that nothing here can judge."""
    content: dict[str, Any] = site.hall_book.model_dump(mode="json")
    return RulebookOut(
        version=content["version"],
        rules=[
            RuleOut(
                id=name,
                name=TextOut(**rule["name"]),
                text=TextOut(**rule["text"]),
                severity=rule["severity"],
                state=rule["state"],
                sources=rule["sources"],
                parameters={key: value for key, value in rule.items() if key not in _WORDS},
            )
            for name, rule in content["rules"].items()
        ],
        unjudged=[UnjudgedOut(id=name, **rule) for name, rule in content["unjudged"].items()],
    )
