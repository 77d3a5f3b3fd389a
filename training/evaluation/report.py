"""A report as JSON, as a table on a terminal, and as the table of a page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from training.evaluation.run import Report, Row

__all__ = ["HEADINGS", "as_json", "cells", "headline", "markdown"]

HEADINGS = ("measure", "set", "value", "95 %", "of", "base", "at")


def as_json(report: Report) -> dict[str, Any]:
    """``model``, ``measures``, ``not_measured``, ``notes``; figures to four decimals.

    ``model.sha256`` is that of its networks' sums, in their order: another network, another sum.
    """
    sums = "\n".join(card.sha256 for card in report.cards)
    return {
        "model": {
            "name": " + ".join(f"{card.name} {card.version}" for card in report.cards),
            "sha256": hashlib.sha256(sums.encode()).hexdigest(),
            "networks": [{"name": card.name, "version": card.version, "sha256": card.sha256} for card in report.cards],
        },
        "measures": [_entry(row) for row in report.rows],
        "not_measured": [asdict(one) for one in report.passed],
        "notes": list(report.notes),
    }


def headline(report: Report) -> list[Row]:
    """The rows that stand for themselves: no parts of others."""
    return [row for row in report.rows if not row.measure.detail]


def cells(row: Row) -> tuple[str, ...]:
    """A row's texts under `HEADINGS`."""
    one = row.measure
    low_high = f"{one.ci95[0]:.3f} to {one.ci95[1]:.3f}" if one.ci95 else ""
    if one.drawn == "pictures" and one.ci95:
        low_high += " *"
    base = _figure(row.base) + (f" (pose {_figure(row.pose)})" if row.pose is not None else "")
    value = _figure(one.value) if one.value is not None else f"none: {one.note}"
    at = "" if one.threshold is None else f"{one.threshold:.2f}"
    return one.name, one.set, value, low_high, f"{one.n} {one.unit}" if one.n else "", base, at


def markdown(rows: Sequence[Row]) -> str:
    """The table for docs/models.md."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(text.replace('|', '/') for text in line)} |" for line in lines)


def _entry(row: Row) -> dict[str, Any]:
    one = row.measure
    entry: dict[str, Any] = {
        "name": one.name,
        "set": one.set,
        "value": _rounded(one.value),
        "n": one.n,
        "ci95": [_rounded(one.ci95[0]), _rounded(one.ci95[1])] if one.ci95 else None,
        "base": _rounded(row.base),
        "unit": one.unit,
        "threshold": _rounded(one.threshold),
        "detail": one.detail,
    }
    if row.pose is not None:
        entry["base_pose"] = _rounded(row.pose)
    if one.drawn:
        entry["drawn"] = one.drawn
    if one.note:
        entry["note"] = one.note
    if one.bins:
        entry["bins"] = [{key: round(value, 4) for key, value in asdict(bin_).items()} for bin_ in one.bins]
    return entry


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
