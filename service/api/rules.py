"""The rulebook in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.api.errors import NotFound
from service.api.places import zones_of_all
from service.api.schemas import RulebookOut, RuleOut, TextOut, UnjudgedOut, WaitingOut
from service.api.site import SiteDep
from service.parts.origins import origins
from vision.observation import WindowId

__all__ = ["router"]

router = APIRouter(tags=["rules"])

_WORDS = {"name", "text", "severity", "state", "sources"}


@router.get("/rules")
async def rulebook(
    site: SiteDep,
    window: Annotated[str | None, Query(description="The book of this window instead of the hall's.")] = None,
) -> RulebookOut:
    """The rulebook in force: every rule with its state, figures and sources, and those that nothing here can judge."""
    now = site.in_force.now
    own = WindowId(window) if window is not None else None
    if own is not None and own not in now.books:
        raise NotFound("window", own)
    content: dict[str, Any] = (now.hall_book if own is None else now.books[own]).model_dump(mode="json")
    sources = origins(now, own)
    waits: dict[str, list[WaitingOut]] = {}
    for place, drawn in (await zones_of_all(site)).items():
        for name, lacking in now.books[place].waiting_for_zones(drawn).items() if own in (None, place) else ():
            waits.setdefault(name, []).extend(WaitingOut(window=place, zone=zone) for zone in lacking)
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
                origins=sources.get(name, {}),
                waits=waits.get(name, []),
            )
            for name, rule in content["rules"].items()
        ],
        unjudged=[UnjudgedOut(id=name, **rule) for name, rule in content["unjudged"].items()],
    )
