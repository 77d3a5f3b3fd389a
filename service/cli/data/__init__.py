"""`zaigang data`: a hall's pictures and labels, from what colleagues send to what a network is trained on."""

import typer

from service.cli.data import check, export, imports, lists, remove, revisions, show, split

__all__ = ["add_to"]

_HELP = """Keep labelled pictures: import, check, split, freeze, export.

A store is a folder. Everything may be stopped at any time and run again. For example:

\b
  zaigang data import hall.zip --store pictures --licence internal
  zaigang data check --store pictures --sheet worst.png
  zaigang data split --store pictures
  zaigang data freeze --store pictures
"""


def add_to(app: typer.Typer) -> None:
    data = typer.Typer(help=_HELP, no_args_is_help=True)
    for command in (imports, lists, show, check, split, revisions, export, remove):
        command.add_to(data)
    app.add_typer(data, name="data")
