"""The `zaigang` command: one file a command, each read when it is called; errors caught once, here."""

import io
import sys
from collections import UserDict
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from vision.errors import ZaigangError

__all__ = ["app", "main"]

_COMMANDS: Final = (
    "demo serve replay judge score whatif verify evidence check rules site consequences data train evaluate export "
    "models enroll-uniform compare-uniform version"
).split()
_HELP: Final = {"help_option_names": ["-h", "--help"]}


class _Commands(UserDict[str, Any]):
    """Reads a command's file at its first use: all of them take seconds, most of them for what others need."""

    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            one = typer.Typer(rich_markup_mode=None, context_settings=_HELP)
            import_module(f"{__name__}.{name.replace('-', '_')}").add_to(one)
            self.data[name] = get_group(one).commands[name]
        return self.data[name]


class _Zaigang(TyperGroup):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands(dict.fromkeys(_COMMANDS))


app = typer.Typer(
    name="zaigang",
    cls=_Zaigang,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=_HELP,
)


@app.callback(help="在岗 · watches service windows and reports discipline events with evidence.")
def _zaigang() -> None:
    pass


def main() -> None:
    """Run the command; an error that a person can mend is one line on stderr and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no 在 shows its number
    try:
        app()
    except ZaigangError as error:
        sys.stderr.write(f"zaigang: {error}\n")
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
