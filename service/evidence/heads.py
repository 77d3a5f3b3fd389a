"""The journal's signed heads: a line each in a file here and, where the site names one, in a second place."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

from service.evidence.journal import Head
from vision.errors import ZaigangError
from vision.streamtime import StreamTime, iso

__all__ = ["HEADS", "HeadsError", "append_head", "read_heads"]

HEADS: Final = "journal-heads.jsonl"


class HeadsError(ZaigangError):
    """A head cannot be written to its place."""


def append_head(file: Path, head: Head) -> None:
    """Add ``head`` to ``file`` and bring it to the disk; raises HeadsError naming the file.

    Its folder has to be there: made here, it would stand for a disk that is not mounted. A line that a power cut has
    cut off, which never was a head, is taken away first.
    """
    line = json.dumps(asdict(head), separators=(",", ":"))
    try:
        with file.open("a+b") as opened:
            opened.truncate(_whole_lines(opened))
            opened.write(line.encode("ascii") + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise HeadsError(
            f"{file}: the journal's head cannot be written ({(error.strerror or str(error)).lower()})"
        ) from error


def _whole_lines(opened: BinaryIO) -> int:
    """How many bytes of a file are whole lines; a head is far shorter than the piece that is looked at."""
    end = opened.seek(0, os.SEEK_END)
    begin = opened.seek(max(0, end - 4096))
    return begin + opened.read().rfind(b"\n") + 1


def read_heads(file: Path, key: str | None = None) -> tuple[list[Head], list[str]]:
    """The heads in ``file`` that their key has signed, and what is wrong with the others, a sentence each.

    ``key``: the site's public key, where it is known: a head by another one was put in. A last line without its end
    was being written when the power went, and is no fault. A file that is not there holds none; raises HeadsError where
    it cannot be read.
    """
    try:
        text = file.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise HeadsError(f"{file}: cannot be read ({(error.strerror or str(error)).lower()})") from error
    heads: list[Head] = []
    wrong: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        head = _head(line)
        if head is None:
            if number < len(lines):
                wrong.append(f"line {number} is no head")
        elif key is not None and head.key != key:
            wrong.append(f"line {number} is signed with another key than the site's")
        elif not head.is_genuine:
            wrong.append(f"line {number} does not bear the signature that it shows")
        else:
            heads.append(head)
    return heads, wrong


def _head(line: str) -> Head | None:
    try:
        head = Head(**json.loads(line))
        iso(head.at)  # what no calendar reaches was never signed
        return Head(int(head.n), str(head.hash), StreamTime(int(head.at)), str(head.key), str(head.signature))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
