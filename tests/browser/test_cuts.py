"""Random cuts of every kind of stream play in a real browser, cover their interval and show what was shown then.

`python -m benchmarks.clips` makes a thousand of them, and cuts real films too.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.fixtures.cuts import checked_cut, open_player, random_spans, served_files
from tests.fixtures.streams import MADE, recorded_streams


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_random_cuts_play_and_cover_their_interval(browser: Browser, tmp_path: Path, name: str) -> None:
    (stream,) = recorded_streams(tmp_path, 20, only=name)
    page = browser.new_page()
    with served_files(tmp_path) as address:
        open_player(page, address)
        cuts = [checked_cut(page, address, stream, span, tmp_path) for span in random_spans(stream, 3, (5.0, 10.0), 11)]
    page.close()

    assert [(cut.start_s, cut.end_s, cut.problems) for cut in cuts if cut.problems] == []
    assert any(cut.clip is not None for cut in cuts)
