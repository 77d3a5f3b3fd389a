"""By which recipe the folder of a build was made; another one is refused there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from training.errors import TrainingError

_NAME: Final = "recipe.json"
_DRAFT: Final = "recipe.part"
_LONGEST: Final = 60
_ABSENT: Final = object()


def keep_making(making: dict[str, Any], out: Path) -> None:
    """Keeps in the folder ``out`` what is made there, once; raises ``TrainingError`` naming the first key in which what
    is there was made otherwise, since pictures and weights of two recipes would be mixed.
    """
    file = out / _NAME
    now = json.loads(json.dumps(making))
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _begin(file, now)
            return
        before = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"--out {out}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{file}: not readable ({error}); take another --out, or remove {out}") from None
    if not isinstance(before, dict):
        raise TrainingError(f"{file}: holds no recipe; take another --out, or remove {out}")
    difference = next(_differences(before, now, ""), None)
    if difference is not None:
        key, old, new = difference
        raise TrainingError(
            f"{out} was made by another recipe ({key}: {old}, now {new}); take another --out, or remove it"
        )


def _begin(file: Path, making: dict[str, Any]) -> None:
    strange = sorted(one.name for one in file.parent.iterdir() if one.name != _DRAFT)
    if strange:
        raise TrainingError(
            f"{file.parent} holds {strange[0]}, but no {_NAME} to say by which recipe; take another --out"
        )
    draft = file.with_name(_DRAFT)
    draft.write_text(json.dumps(making, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(file)


def _differences(before: Any, now: Any, key: str) -> Iterator[tuple[str, str, str]]:
    """The keys whose values differ, with both values; lists by their place."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in (*before, *(name for name in now if name not in before)):
            inner = f"{key}.{name}" if key else str(name)
            yield from _differences(before.get(name, _ABSENT), now.get(name, _ABSENT), inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for at, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _differences(one, other, f"{key}.{at}")
    elif before != now:
        yield key, _short(before), _short(now)


def _short(value: Any) -> str:
    text = "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
