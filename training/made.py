"""By which recipe the folder of a build was made; another one is refused there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from training.errors import TrainingError

_LONGEST: Final = 60


def keep_making(making: dict[str, Any], out: Path) -> None:
    """Keeps in the folder ``out`` what is made there, once; raises ``TrainingError`` naming the first key in which what
    is there was made otherwise, since pictures and weights of two recipes would be mixed.
    """
    out.mkdir(parents=True, exist_ok=True)
    file = out / "recipe.json"
    now = json.loads(json.dumps(making))
    if not file.exists():
        draft = file.with_suffix(".part")
        draft.write_text(json.dumps(now, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(file)
        return
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TrainingError(f"{file}: not readable ({error}); take another --out, or remove {out}") from None
    key, old, new = next(_differences(before, now, ""), ("", None, None))
    if key:
        raise TrainingError(
            f"{out} was made by another recipe ({key}: {old}, now {new}); take another --out, or remove it"
        )


def _differences(before: Any, now: Any, key: str) -> Iterator[tuple[str, str, str]]:
    """The keys whose values differ, with both values; lists by their place."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in (*before, *(name for name in now if name not in before)):
            yield from _differences(before.get(name), now.get(name), f"{key}.{name}" if key else name)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for at, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _differences(one, other, f"{key}.{at}")
    elif before != now:
        yield key, _short(before), _short(now)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
