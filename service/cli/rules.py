"""`zaigang rules`: the active rulebook as a table."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.options import Config, Set, parse_changes
from service.cli.tables import say, show, table
from service.models import waiting
from service.rules.duration import written
from service.rules.rulebook import Rulebook, load_rulebook, overridden, rulebook_schema
from service.settings import load_settings

__all__ = ["add_to"]


def rules(
    config: Config = None,
    changes: Set = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the effective book as JSON.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a rulebook.")] = False,
) -> None:
    """Print the active rulebook, what rules wait for that no model of the site answers yet, and what nobody judges."""
    if schema:
        typer.echo(json.dumps(rulebook_schema(), ensure_ascii=False, indent=1))
        return
    settings = load_settings(config)
    book = overridden(overridden(load_rulebook(), settings.rules, "rules"), parse_changes(changes), "--set")
    waits = waiting(settings.models, book)
    if as_json:
        typer.echo(json.dumps(_effective(book, waits), ensure_ascii=False, indent=1))
        return
    headings = ("规则 rule", "中文", "状态 state", "满 after", "结束 clear", "程度 severity", "依据 sources")
    shown = table(f"规则手册 rulebook {book.version}", *headings)
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
    for name, unjudged in book.unjudged.items():
        shown.add_row(name, unjudged.name.zh, "不判断 off", "", "", "", " ".join(unjudged.sources))
    show(shown)
    for name, lacking in waits.items():
        typer.echo(f"{name} waits: {lacking}")
    for name, unjudged in book.unjudged.items():
        say(f"{name} 需要 needs: {unjudged.needs.zh} / {unjudged.needs.en}")


def _effective(book: Rulebook, waits: Mapping[str, str]) -> dict[str, Any]:
    """Every rule by id with its state as it works out here, and what an off one needs."""
    found: dict[str, Any] = {}
    for name, rule in book.rules.items():
        content = rule.model_dump(mode="json")
        lacking = waits.get(name)
        found[name] = {
            **{key: content.pop(key) for key in ("name", "text")},
            "state": "off" if content.pop("state") == "off" or lacking else "on",
            "needs": None if lacking is None else {"zh": lacking, "en": lacking},
            **{key: content.pop(key) for key in ("severity", "sources")},
            "parameters": content,
        }
    for name, unjudged in book.unjudged.items():
        found[name] = {**unjudged.model_dump(mode="json"), "state": "off", "parameters": {}}
    return {"version": book.version, "rules": found}


def add_to(app: typer.Typer) -> None:
    app.command()(rules)
