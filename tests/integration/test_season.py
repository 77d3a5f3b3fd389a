"""The same film, replayed in July and in October: in the uniform of the season, and of a day that asks for none."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from tests.fixtures.command import zaigang
from tests.fixtures.toy_network import GREEN, write_networks
from tests.fixtures.toy_torso import PURPLE, enrolled, painted, write_torso_network


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, and as a film 25 pictures of a clerk in green, five a second."""
    folder = tmp_path_factory.mktemp("season")
    torsos = write_torso_network(folder / "torsos")
    summer, winter = enrolled(GREEN, torsos, folder / "summer.npz"), enrolled(PURPLE, torsos, folder / "winter.npz")
    timetable = [
        {"from": "05-01", "to": "09-30", "uniforms": [str(summer)]},
        {"from": "10-15", "to": "04-30", "uniforms": [str(winter)]},
    ]
    models = {**write_networks(folder), "uniform": str(torsos), "uniform_timetable": timetable}
    (folder / "zaigang.yaml").write_text(yaml.safe_dump({"models": models, "duty": {"always": True}}), "utf-8")
    (folder / "film").mkdir()
    (folder / "film" / "times.csv").write_text("file,seconds\n" + "".join(f"{n:02}.png,{n / 5}\n" for n in range(25)))
    for number in range(25):
        picture = np.full((240, 320, 3), 120, np.uint8)
        picture[::4, ::4] = 90  # a picture without any detail would be called covered
        picture[40:220, 100:220] = painted(GREEN, number, (120, 180))
        cv2.imwrite(str(folder / "film" / f"{number:02}.png"), picture)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "uniform", "said"),
    [
        ("2026-07-01T10:00:00+08:00", True, ""),
        ("2026-10-07T10:00:00+08:00", None, "does not say which uniform is worn on 2026-10-07"),
    ],
)
def test_replay_judges_by_the_uniform_of_the_day(start: str, uniform: bool | None, said: str, folder: Path) -> None:
    looks, config = folder / "looks.jsonl", folder / "zaigang.yaml"

    done = zaigang("replay", folder / "film", "--config", config, "--start", start, "--looks", looks)

    last = json.loads(looks.read_text(encoding="utf-8").splitlines()[-1])
    assert last.get("uniform") is uniform
    assert said in done.stderr
    assert bool(said) is bool(done.stderr)
