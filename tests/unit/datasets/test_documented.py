"""Every command, option, format and finding of `zaigang data` stands on its page."""

from pathlib import Path
from typing import get_args

import pytest
from typer.main import get_command

from datasets.formats import FORMATS
from datasets.quality import Kind
from service.cli import app

PAGE = (Path(__file__).parents[3] / "docs" / "datasets.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands["data"].commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", list(COMMANDS))
def test_command_and_its_options_are_documented_and_its_help_has_an_example(command: str) -> None:
    assert f"zaigang data {command}" in PAGE
    for option in COMMANDS[command].params:
        if option.param_type_name == "option" and option.name != "help":
            assert option.opts[0] in PAGE, option.opts[0]
    assert f"For example: zaigang data {command}" in COMMANDS[command].help


@pytest.mark.parametrize("word", [*FORMATS, *get_args(Kind)])
def test_format_and_finding_are_documented(word: str) -> None:
    assert f"| `{word}`" in PAGE or f", `{word}`" in PAGE
