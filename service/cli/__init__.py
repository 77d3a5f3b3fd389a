"""The `zaigang` command: one file a command, errors caught once, here."""

import io
import sys

import typer

from service.cli import (
    check,
    compare_uniform,
    consequences,
    data,
    demo,
    enroll_uniform,
    evaluate,
    evidence,
    export,
    judge,
    models,
    replay,
    rules,
    score,
    serve,
    site,
    train,
    verify,
    version,
    whatif,
)
from vision.errors import ZaigangError

__all__ = ["app", "main"]

app = typer.Typer(
    name="zaigang",
    help="在岗 · watches service windows and reports discipline events with evidence.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo,
    serve,
    replay,
    judge,
    score,
    whatif,
    verify,
    evidence,
    check,
    rules,
    site,
    consequences,
    data,
    train,
    evaluate,
    export,
    models,
    enroll_uniform,
    compare_uniform,
    version,
):
    command.add_to(app)


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
