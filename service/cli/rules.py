"""`zaigang rules`: the active rulebook as a table."""

import json
from typing import Annotated

import typer

from service.cli.options import Config, Set, parse_changes
from service.cli.tables import show, table
from service.models import waiting
from service.rules.duration import written
from service.rules.rulebook import load_rulebook, overridden
from service.settings import load_settings

__all__ = ["add_to"]


def rules(
    config: Config = None,
    changes: Set = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole book as JSON.")] = False,
) -> None:
    """Print the active rulebook, and what rules wait for that no model of the site answers yet."""
    settings = load_settings(config)
    book = overridden(overridden(load_rulebook(), settings.rules, "rules"), parse_changes(changes), "--set")
    if as_json:
        typer.echo(json.dumps(book.model_dump(mode="json"), ensure_ascii=False, indent=1))
        return
    headings = ("规则 rule", "中文", "状态 state", "满 after", "结束 clear", "程度 severity", "依据 sources")
    shown = table(f"规则手册 rulebook {book.version}", *headings)
    waits = waiting(settings.models, book)
    for name, rule in book.rules.items():
        shown.add_row(
            name,
            rule.name.zh,
            f"auto {'等待 waits' if name in waits else '启用 on'}" if rule.state == "auto" else rule.state,
            written(rule.after),
            written(rule.clear_after),
            rule.severity,
            " ".join(rule.sources),
        )
    show(shown)
    for name, lacking in waits.items():
        typer.echo(f"{name} waits: {lacking}")


def add_to(app: typer.Typer) -> None:
    app.command()(rules)
