"""How good networks are, on sets of real pictures that no network was trained on: `zaigang evaluate`."""

from training.evaluation.bootstrap import Resampling
from training.evaluation.films import Film, find_films
from training.evaluation.folders import Mapped, Unmeasured, parse_map
from training.evaluation.looks import NetworkFolders
from training.evaluation.measure import Case, Measure
from training.evaluation.report import HEADINGS, as_json, cells, headline, markdown
from training.evaluation.run import Bases, Plan, Report, Row, Step, evaluate, find_bases, planned, timed
from training.evaluation.sheets import write_sheets

__all__ = [
    "HEADINGS",
    "Bases",
    "Case",
    "Film",
    "Mapped",
    "Measure",
    "NetworkFolders",
    "Plan",
    "Report",
    "Resampling",
    "Row",
    "Step",
    "Unmeasured",
    "as_json",
    "cells",
    "evaluate",
    "find_bases",
    "find_films",
    "headline",
    "markdown",
    "parse_map",
    "planned",
    "timed",
    "write_sheets",
]
