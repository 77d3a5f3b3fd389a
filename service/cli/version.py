"""`zaigang version`: what is installed."""

import json
from importlib.metadata import version as installed
from typing import Annotated

import typer

from service.rules.rulebook import load_rulebook
from vision.card import SHIPPED, read_card

__all__ = ["add_to"]


def version(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Print the versions of the product, its rulebook and its networks."""
    cards = [read_card(folder) for folder in sorted(SHIPPED.iterdir()) if (folder / "card.yaml").is_file()]
    facts = {
        "zaigang": installed("zaigang"),
        "rulebook": load_rulebook().version,
        "models": [{"name": card.name, "version": card.version, "sha256": card.sha256} for card in cards],
    }
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    typer.echo(f"zaigang {facts['zaigang']}, rulebook {facts['rulebook']}")
    for card in cards:
        typer.echo(f"model {card.name} {card.version} ({card.sha256[:12]})")


def add_to(app: typer.Typer) -> None:
    app.command()(version)
