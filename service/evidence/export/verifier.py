#!/usr/bin/env python3
"""Checks an exported piece of evidence on its own: python3 verify.py [FOLDER or ZIP] [--key FINGERPRINT].

Needs Python 3.8 or later and nothing else; changes nothing and asks no network. Exit code 0 when every file is the one
that was exported and signed, 1 when not (each file that differs is named), 2 when there is nothing to check.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

LIST, SIGNATURE, PROOF = "export.json", "export.sig", "journal.json"
CONTEXT = b"zaigang export 1\n"

# Ed25519 as RFC 8032 section 5.1 defines it, with the points in extended coordinates.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The sum of two points."""
    p, q = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    r, s = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The point added to itself so many times."""
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def same(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    """Whether two points are one."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def x_of(y: int, sign: int) -> int | None:
    """The x of the point with this y, None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point_of(encoded: bytes) -> tuple[int, int, int, int] | None:
    """The point that 32 bytes stand for, None where they stand for none."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = x_of(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


X, Y = 15112221349535400772501151409588531511454012693041857206046113283949847762202, 4 * pow(5, P - 2, P) % P
BASE = (X, Y, 1, X * Y % P)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) is that of ``message`` by the key ``public`` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = point_of(public), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= L:
        return False
    mixed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return same(times(scalar, BASE), add(nonce, times(mixed, key)))


class Folder:
    """The files of an export that was unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> set[str]:
        return {one.relative_to(self.path).as_posix() for one in self.path.rglob("*") if one.is_file()}

    def strange(self) -> list[tuple[str, str]]:
        return []

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()


class Archive:
    """The files of an export as it was handed over."""

    def __init__(self, path: Path) -> None:
        self.path, self.file = path, zipfile.ZipFile(path)

    def names(self) -> set[str]:
        return {name for name in self.file.namelist() if not name.endswith("/")}

    def strange(self) -> list[tuple[str, str]]:
        """What an archive can hold beside its files, as (name, what); the signature says nothing of it.

        Of names that stand there more than once, which one is shown depends on the program that unpacks.
        """
        names = self.file.namelist()
        found = [
            (name, "is in the archive more than once") for name in sorted({n for n in names if names.count(n) > 1})
        ]
        found += [(name, "is a folder, which no export has") for name in names if name.endswith("/")]
        if not found and not self.is_plain():
            found.append(
                (self.path.name, "holds bytes beside its files, or was packed anew: unpack it, check the folder")
            )
        return found

    def is_plain(self) -> bool:
        """Whether the archive's bytes are its files one behind the other, then their list, and nothing else."""
        entries = sorted(self.file.infolist(), key=lambda one: one.header_offset)
        at, listed, raw = 0, 0, self.path.read_bytes()
        for one in entries:
            name = one.orig_filename.encode("ascii", "replace")
            first = struct.pack("<4sHHH", b"PK\3\4", one.extract_version, one.flag_bits, one.compress_type)
            sizes = struct.pack("<IIIHH", one.CRC, one.compress_size, one.file_size, len(name), 0)
            begin = at + 30 + len(name)
            # Between the two stands when the file was packed, which nobody signed and nobody is told.
            if one.header_offset != at or raw[at : at + 10] != first or raw[at + 14 : begin] != sizes + name:
                return False
            at, listed = begin + one.compress_size, listed + 46 + len(name)
            if one.extra or one.comment or not self.is_filled(one, raw[begin:at]):
                return False
        return raw[at + listed :] == struct.pack("<4sIHHIIH", b"PK\5\6", 0, len(entries), len(entries), listed, at, 0)

    @staticmethod
    def is_filled(one: zipfile.ZipInfo, packed: bytes) -> bool:
        """Whether all of a file's packed bytes are needed to unpack it."""
        if one.compress_type != zipfile.ZIP_DEFLATED:
            return len(packed) == one.file_size
        unpacking = zlib.decompressobj(-15)
        try:
            unpacking.decompress(packed, one.file_size + 1)
        except zlib.error:
            return True  # a file that cannot be read is named
        return not unpacking.unused_data

    def read(self, name: str) -> bytes:
        return self.file.read(name)


def read(export: Folder | Archive, name: str) -> bytes | None:
    """A file's bytes, None where it is not there or the archive itself is damaged in it."""
    try:
        return export.read(name) if name in export.names() else None
    except (OSError, KeyError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None


def signature_of(text: bytes) -> tuple[bytes, bytes]:
    """(public, signature) of export.sig. Raises ValueError when it is not written exactly as the exporter writes it."""
    given = json.loads(text.decode("ascii"))
    public, signature = (base64.b64decode(given[name], validate=True) for name in ("public", "signature"))
    if text != written(public, signature):
        raise ValueError
    return public, signature


def written(public: bytes, signature: bytes) -> bytes:
    """The bytes of export.sig."""
    encoded = {"public": base64.b64encode(public).decode(), "signature": base64.b64encode(signature).decode()}
    return json.dumps({"algorithm": "Ed25519", "fingerprint": fingerprint(public), **encoded}, indent=1).encode()


def fingerprint(public: bytes) -> str:
    """What people compare a key by: 16 bytes of its SHA-256, in groups of four digits."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def unproven(text: bytes, public: bytes, seal: str | None) -> str | None:
    """What is wrong with the proof that the site's journal knows the original manifest; None when it holds."""
    try:
        proof = json.loads(text.decode("utf-8"))
        row, head = proof["row"], proof["head"]
        if json.loads(row["body"])["sha256"] != seal:
            return "speaks of another manifest than the original's"
        said = json.dumps(
            [row["at"], row["kind"], row["event"], row["body"]], ensure_ascii=False, separators=(",", ":")
        )
        chain = proof["before"]
        for n, digest in enumerate([hashlib.sha256(said.encode()).hexdigest(), *proof["following"]], row["n"]):
            chain = hashlib.sha256(f"zaigang journal {n} {chain} {digest}".encode("ascii")).hexdigest()
        if (n, chain) != (head["n"], head["hash"]):
            return "does not lead from its row to the signed head"
        message = f"zaigang journal head {n} {chain} {head['at']}".encode("ascii")
        signed = is_signed(public, message, base64.b64decode(head["signature"]))
        return None if signed else "has a head that the export's key has not signed"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "is no proof of a journal"


def problems_of(export: Folder | Archive, key: str | None) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Every file that is not the one that was exported, as (name, what), and what the export says of itself."""
    text, seal = read(export, LIST), read(export, SIGNATURE)
    if text is None or seal is None:
        return [
            (name, "is missing or cannot be read") for name, it in ((LIST, text), (SIGNATURE, seal)) if it is None
        ], {}
    problems, public = [], b""
    try:
        public, signature = signature_of(seal)
        if not is_signed(public, CONTEXT + text, signature):
            problems.append((LIST, "differs from what was signed, or export.sig is another export's"))
    except (ValueError, KeyError, TypeError, RecursionError):
        problems.append((SIGNATURE, "differs from what was exported"))
    wanted = "".join(sign for sign in (key or "").lower() if sign in "0123456789abcdef")
    if key and (len(wanted) < 16 or not hashlib.sha256(public).hexdigest().startswith(wanted)):
        problems.append((SIGNATURE, f"is signed by another key ({fingerprint(public)}) than the one that you named"))
    try:
        said = json.loads(text.decode("utf-8"))
        listed = {str(one["name"]): str(one["sha256"]) for one in said["files"]}
        original, _ = said["original"], (said["by"], said["at"], said["original"]["differs"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return problems or [(LIST, "is no list of an export")], {}
    for name, digest in listed.items():
        content = read(export, name)
        if content is None:
            problems.append((name, "is missing or cannot be read"))
        elif hashlib.sha256(content).hexdigest() != digest:
            problems.append((name, "differs from what was exported"))
        elif name == PROOF:
            wrong = unproven(content, public, original.get("seal"))
            problems += [(name, wrong)] if wrong else []
    extra = sorted(export.names() - set(listed) - {LIST, SIGNATURE})
    problems += [(name, "is not part of the export") for name in extra] + export.strange()
    return problems, dict(said, fingerprint=fingerprint(public))


def shown(text: object) -> str:
    """``text`` on one line, without what steers a terminal: a forged export may hold anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks an exported piece of evidence.")
    parser.add_argument("export", nargs="?", default=str(Path(__file__).resolve().parent), help="its folder or its ZIP")
    parser.add_argument("--key", help="the fingerprint of the hall's key, as the hall tells it")
    asked = parser.parse_args(arguments)
    place = Path(asked.export)
    try:
        export = Folder(place) if place.is_dir() else Archive(place)
    except (OSError, NotImplementedError, zipfile.BadZipFile) as error:
        print(f"{place}: is no folder and no ZIP that can be read ({error})")
        return 2
    problems, said = problems_of(export, asked.key)
    for name, what in problems:
        print(f"{shown(name)}: {what}")
    if problems:
        print(f"不一致 / NOT what was exported: {len(problems)} problem(s)")
        return 1
    print(f"一致 / Whole: {len(said['files'])} files are what {shown(said['by'])} exported at {shown(said['at'])}")
    if said["original"]["differs"]:
        print("注意 / Note: the original differed from its record when it was exported; see export.json")
    print(f"公钥指纹 / Key: {said['fingerprint']}")
    if PROOF not in {one["name"] for one in said["files"]}:
        print("没有台账证明 / There is no proof from the journal")
    elif json.loads((read(export, PROOF) or b"").decode("utf-8"))["row"]["kind"] == "adopted":
        print("注意 / Note: the evidence was not journaled when it was made; the journal adopted it later")
    if not asked.key:
        print("请与大厅公布的指纹核对 / Compare it with the fingerprint that the hall tells you, or give it with --key")
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that has no Chinese shows its numbers
    sys.exit(main())
