"""The journal: a chain over all that happened to evidence, each row sealed with the one before, its head signed."""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from service.evidence.signing import SiteKey, is_signed
from vision.streamtime import SECOND, StreamTime, iso

__all__ = [
    "GENESIS",
    "MANIFESTS",
    "ChainCheck",
    "Fault",
    "Head",
    "Kind",
    "Row",
    "content_digest",
    "digest_of",
    "faults",
    "head_of",
    "link",
    "proof",
    "text_of",
]

Kind = Literal["manifest", "adopted", "verdict", "hold", "release", "export", "deleted", "revision"]

MANIFESTS: Final[tuple[Kind, ...]] = ("manifest", "adopted")
"""The kinds of rows that name an event's manifest."""

GENESIS: Final = "0" * 64
"""What the first row is sealed with."""

_SLACK: Final = 60 * SECOND
"""How far dates may be in disorder: who writes a row reads the clock first, and may have to wait for others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened: ``n`` counts from 1, ``body`` is JSON, ``hash`` seals it with all rows before it."""

    n: int
    at: StreamTime
    kind: str
    event: str | None
    body: str
    hash: str

    @property
    def content(self) -> Mapping[str, Any]:
        """What ``body`` says; empty where it can no longer be read."""
        try:
            content = json.loads(self.body)
        except (ValueError, TypeError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain as the site signed it ``at`` a moment: whoever has it knows how far the chain reached."""

    n: int
    hash: str
    at: StreamTime
    key: str
    signature: str

    @property
    def is_genuine(self) -> bool:
        """Whether ``key`` has signed it."""
        return is_signed(self.key, _message(self.n, self.hash, self.at), self.signature)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain is not what was written: rows ``first`` to ``last``, and what is wrong with them."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        rows = f"row {self.first}" if self.first == self.last else f"rows {self.first} to {self.last}"
        return f"{rows} {self.what}"


def text_of(body: Mapping[str, Any]) -> str:
    """``body`` as the one text that is sealed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of what is too long for a row, such as a version of an edited part."""
    return hashlib.sha256(text_of(content).encode()).hexdigest()


def content_digest(at: StreamTime, kind: str, event: str | None, body: str) -> str:
    """The SHA-256 of what a row says; it stands for the row where others may not read it."""
    # What is no text was put into the database by somebody else: it is written down, so that it seals otherwise.
    said = json.dumps([at, kind, event, body], ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(said.encode()).hexdigest()


def link(before: str, n: int, digest: str) -> str:
    """The hash of row ``n`` with content ``digest`` after a row with the hash ``before``."""
    return hashlib.sha256(f"zaigang journal {n} {before} {digest}".encode()).hexdigest()


def head_of(n: int, hash_: str, at: StreamTime, key: SiteKey) -> Head:
    """The chain's end, signed."""
    return Head(n, hash_, at, key.public, key.sign(_message(n, hash_, at)))


def _message(n: int, hash_: str, at: StreamTime) -> bytes:
    return f"zaigang journal head {n} {hash_} {at}".encode("ascii")


def proof(rows: Iterable[Row]) -> list[str]:
    """The content digests of ``rows``: with them anybody can go from the hash before the first to that of the last."""
    return [content_digest(row.at, row.kind, row.event, row.body) for row in rows]


class ChainCheck:
    """Follows a chain row by row and says where it is not what was written, and not what signed ``heads`` say.

    ``key``: the site's public key; a head by another one counts for nothing. A row that was changed, left out or put in
    is named where it is; rows that were cut off, or written anew with all hashes after them, are told by the heads.
    What follows a row that is missing is checked among itself, since nobody knows the hash that it was sealed with.

    A row is dated between the heads before and after it. ``notes`` has, a sentence each, the rows that are dated before
    the one before them, which somebody may have done, or who set the clock back.
    """

    def __init__(self, heads: Iterable[Head], key: str | None = None) -> None:
        genuine = (head for head in heads if head.is_genuine and key in (None, head.key))
        self._ahead = deque(sorted(genuine, key=lambda head: head.n))
        self._before, self._n, self._vouched = GENESIS, 0, 0
        self._dated: int | None = None
        self._signed: int | None = None
        self.notes: list[str] = []

    def row(self, row: Row) -> list[Fault]:
        """What is wrong at the next row; rows come in the order of their numbers."""
        n = self._n
        if row.n <= n:
            return [Fault(row.n, row.n, "was put in")]
        found = []
        if row.n != n + 1:
            found.append(Fault(n + 1, row.n - 1, "is missing" if row.n == n + 2 else "are missing"))
        elif link(self._before, row.n, content_digest(row.at, row.kind, row.event, row.body)) != row.hash:
            found.append(Fault(row.n, row.n, "does not follow from the row before it: one of the two was changed"))
        found += self._misdated(row)
        self._before, self._n, self._dated = row.hash, row.n, row.at
        while self._ahead and self._ahead[0].n <= row.n:
            head = self._ahead.popleft()
            if head.n == row.n and head.hash != row.hash:
                anew = f"not what was signed at {iso(head.at)}: written anew"
                found.append(Fault(min(self._vouched + 1, row.n), row.n, anew))
            self._vouched, self._signed = head.n, head.at
        return found

    def _misdated(self, row: Row) -> list[Fault]:
        """That the row was not written when it says, as far as heads and the row before it tell."""
        if not isinstance(row.at, int):
            return []  # somebody has spoilt it, which its hash tells
        after = next((head.at for head in self._ahead if head.n >= row.n), None)
        if after is not None:
            before = self._signed if self._signed is not None and self._signed <= after else None
            latest = max(self._signed or after, after)  # where the clock was set back between two heads, the earlier
            if row.at > latest + _SLACK or (before is not None and row.at < before - _SLACK):
                what = f"is dated {_when(row.at)}, which the heads signed before and after it rule out"
                return [Fault(row.n, row.n, f"{what}: it was written until {_when(after)}")]
        known = [at for at in (self._dated, self._signed if after is None else None) if isinstance(at, int)]
        if known and row.at < max(known) - _SLACK:
            self.notes.append(
                f"row {row.n} is dated {_when(row.at)}, before what was written before it ({_when(max(known))}): "
                "the clock was set back, or it was added by hand"
            )
        return []

    def end(self) -> list[Fault]:
        """What is wrong with the end: rows that a head vouches for, and that are not there."""
        if not self._ahead:
            return []
        last = self._ahead[-1]
        what = "is cut off" if last.n == self._n + 1 else "are cut off"
        return [Fault(self._n + 1, last.n, f"{what}: the head signed at {iso(last.at)} reaches to row {last.n}")]


def _when(at: int) -> str:
    try:
        return iso(StreamTime(at))
    except (ValueError, OverflowError):
        return str(at)


def faults(rows: Iterable[Row], heads: Iterable[Head], key: str | None = None) -> list[Fault]:
    """Where all of ``rows`` differ from what was written: see ChainCheck."""
    check = ChainCheck(heads, key)
    return [*(fault for row in rows for fault in check.row(row)), *check.end()]
