"""A thousand random cuts from real and made streams, each played in Chromium: do they play, cover and show what was?

python -m benchmarks.clips [--cuts 1000] [--seconds 120] [--footage FOLDER] [--only WORDS] [--seed 11] [--json FILE]

A cut is right when it holds every recorded picture of its interval at its time, the browser opens it, shows the right
pictures at five random seconds, and plays it to its end; every other one is printed, and the exit code is 1. The real
films are those of ZAIGANG_SHARED unless ``--footage`` names others; without them only made streams are cut.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.fixtures.cuts import Cut, checked_cut, open_player, random_spans, served_files
from tests.fixtures.streams import recorded_streams

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def measured(folder: Path, arguments: argparse.Namespace) -> list[Cut]:
    """All cuts, stream by stream, each told as it is done with."""
    streams = list(recorded_streams(folder, arguments.seconds, arguments.footage, arguments.only))
    done: list[Cut] = []
    with served_files(folder) as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = chromium.new_page()
        open_player(page, address)
        for number, stream in enumerate(streams):
            count = arguments.cuts * (number + 1) // len(streams) - len(done)
            spans = random_spans(stream, count, (5.0, 60.0), arguments.seed)
            cuts = [checked_cut(page, address, stream, span, folder) for span in spans]
            done += cuts
            told(stream.name, cuts)
        chromium.close()
    return done


def told(name: str, cuts: list[Cut]) -> None:
    """One line on the cuts of a stream, and one on each that is wrong."""
    wrong = [cut for cut in cuts if cut.problems]
    copied = [cut.cut_s for cut in cuts if cut.clip is not None and not cut.clip.encoded]
    encoded = [cut.cut_s for cut in cuts if cut.clip is not None and cut.clip.encoded]
    parts = [f"{name}: {len(cuts)} cuts, {len(wrong)} wrong"]
    for word, times in (("copied", copied), ("encoded", encoded)):
        if times:
            parts.append(f"{len(times)} {word} in {statistics.median(times):.2f} s (median)")
    nothing = sum(cut.clip is None for cut in cuts)
    parts += [f"{nothing} of nothing recorded"] if nothing else []
    sys.stdout.write("; ".join(parts) + "\n")
    for cut in wrong:
        sys.stdout.write(f"  {cut.start_s:.3f} to {cut.end_s:.3f} s: {'; '.join(cut.problems)}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = Path(os.environ.get("ZAIGANG_SHARED", "../shared")) / "footage"
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the made streams")
    parser.add_argument("--footage", type=Path, default=shared if shared.is_dir() else None)
    parser.add_argument("--only", default="", help="streams whose name holds this")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zaigang-clips-") as folder:
        cuts = measured(Path(folder), arguments)
    told("all", cuts)
    if arguments.json is not None:
        figures = [
            {
                "stream": cut.stream,
                "start_s": cut.start_s,
                "end_s": cut.end_s,
                "cut_s": cut.cut_s,
                "encoded": cut.clip is not None and cut.clip.encoded,
                "problems": cut.problems,
            }
            for cut in cuts
        ]
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(cut.problems for cut in cuts) else 0


if __name__ == "__main__":
    sys.exit(main())
