"""What the command prints, on terminals that cannot show every letter."""

import pytest

from tests.fixtures.command import zaigang


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_letters_that_a_terminal_lacks_do_not_end_the_command(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)

    assert "leave_post" in zaigang("rules", encoding=encoding).stdout
