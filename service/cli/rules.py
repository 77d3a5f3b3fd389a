"""`zaigang rules`: the active rulebook as a table."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.options import Config, Set, parse_changes
from service.cli.sources import site_in_force
from service.cli.tables import say, show, table
from service.models import refusal_by, waiting
from service.parts import Effective, unchanged
from service.parts.origins import FOLLOWS, changed_figures, origins
from service.rules.duration import written
from service.rules.rulebook import Rulebook, load_rulebook, overridden, rulebook_schema
from service.settings import load_settings
from vision.errors import BadInput
from vision.observation import WindowId

__all__ = ["add_to"]


def rules(
    config: Config = None,
    changes: Set = None,
    window: Annotated[
        str | None, typer.Option("--window", help="The book of this window, with what differs at it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the effective book as JSON.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a rulebook.")] = False,
) -> None:
    """Print the active rulebook, what rules wait for that no model of the site answers yet, and what nobody judges."""
    if schema:
        typer.echo(json.dumps(rulebook_schema(), ensure_ascii=False, indent=1))
        return
    given = load_settings(config)
    now = unchanged(given) if config is None else site_in_force(given, refusal_by(given.models))
    own = _known(now, window)
    set_here = parse_changes(changes)
    book = overridden(now.hall_book if own is None else now.books[own], set_here, "--set")
    waits = waiting(now.settings.models, book)
    sources = origins(now, own)
    for changed, change in set_here.items():
        sources.setdefault(changed, {}).update(dict.fromkeys(change, "--set"))
    if as_json:
        content = _effective(book, waits, sources)
        if own is None:
            content["windows"] = _windows(now)
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
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
    _print_changes(book, sources, now, {} if own is not None else _windows(now))
    for name, lacking in waits.items():
        typer.echo(f"{name} waits: {lacking}")
    for name, unjudged in book.unjudged.items():
        say(f"{name} 需要 needs: {unjudged.needs.zh} / {unjudged.needs.en}")


def _known(now: Effective, window: str | None) -> WindowId | None:
    """The window that is meant; None for the hall."""
    if window is None or window in now.books:
        return None if window is None else WindowId(window)
    raise BadInput(f"--window {window}: there is no such window; there are {', '.join(now.books) or 'none'}")


def _print_changes(
    book: Rulebook, sources: Mapping[str, Mapping[str, str]], now: Effective, windows: Mapping[str, Any]
) -> None:
    """What differs from the shipped book, at which window, and where that comes from."""
    for name, figures in changed_figures(load_rulebook(), book).items():
        for key, (shipped, value) in figures.items():
            say(f"{name}.{key} {value} ({shipped}): {sources.get(name, {}).get(key, FOLLOWS)}")
    for window, own in windows.items():
        for name, figures in own["rules"].items():
            for key, figure in figures.items():
                say(f"{window} {name}.{key} {figure['value']}: {figure['origin']}")
    for trouble in now.troubles:
        typer.echo(f"zaigang: {trouble}", err=True)


def _windows(now: Effective) -> dict[str, Any]:
    """The windows that are judged by a book of their own: its version, and the figures that differ from the hall's."""
    return {
        window: {
            "version": book.version,
            "rules": {
                name: {
                    key: {"value": value, "origin": origins(now, window).get(name, {}).get(key, FOLLOWS)}
                    for key, (_, value) in figures.items()
                }
                for name, figures in changed_figures(now.hall_book, book).items()
            },
        }
        for window, book in now.books.items()
        if book.version != now.hall_book.version
    }


def _effective(book: Rulebook, waits: Mapping[str, str], sources: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Every rule by id with its state as it works out here, what an off one needs, and where its figures come from."""
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
            "origins": dict(sources.get(name, {})),
        }
    for name, unjudged in book.unjudged.items():
        found[name] = {**unjudged.model_dump(mode="json"), "state": "off", "parameters": {}}
    return {"version": book.version, "rules": found}


def add_to(app: typer.Typer) -> None:
    app.command()(rules)
