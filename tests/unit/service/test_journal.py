"""The journal says where it was changed, whatever was changed and however much was written anew after it."""

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from service.evidence.heads import HeadsError, append_head, read_heads
from service.evidence.journal import (
    GENESIS,
    ChainCheck,
    Head,
    Row,
    content_digest,
    faults,
    head_of,
    link,
    proof,
    text_of,
)
from service.evidence.signing import KeyFileError, SiteKey, fingerprint, is_signed
from vision.streamtime import SECOND, StreamTime

KEY = SiteKey(Ed25519PrivateKey.generate())
NOW = StreamTime(1_767_574_800 * SECOND)


def chain(length: int, said: str = "a") -> list[Row]:
    rows: list[Row] = []
    for n in range(1, length + 1):
        at, event, body = StreamTime(NOW + n * SECOND), f"event-{n % 7}", text_of({"sha256": f"{said}{n}"})
        before = rows[-1].hash if rows else GENESIS
        rows.append(Row(n, at, "manifest", event, body, link(before, n, content_digest(at, "manifest", event, body))))
    return rows


def signed(rows: list[Row], *numbers: int) -> list[Head]:
    return [head_of(n, rows[n - 1].hash, StreamTime(NOW + n * SECOND), KEY) for n in numbers]


def places(rows: list[Row], heads: list[Head]) -> list[tuple[int, int]]:
    return [(fault.first, fault.last) for fault in faults(rows, heads, KEY.public)]


def test_chain_as_it_was_written_has_no_fault() -> None:
    rows = chain(40)

    assert faults(rows, signed(rows, 1, 20, 40), KEY.public) == []
    assert faults([], [], KEY.public) == []


@given(
    length=st.integers(1, 30),
    which=st.integers(0, 29),
    key=st.sampled_from(["at", "kind", "event", "body", "hash"]),
)
def test_one_changed_value_is_told_at_its_row_or_the_next(length: int, which: int, key: str) -> None:
    rows = chain(length)
    at = which % length
    changed = {"at": StreamTime(rows[at].at + 1), "kind": "verdict", "event": None, "body": "{}", "hash": "f" * 64}
    heads = signed(rows, length)
    rows[at] = replace(rows[at], **{key: changed[key]})  # type: ignore[arg-type]

    found = places(rows, heads)

    assert found
    assert all(first in (at + 1, at + 2) for first, _ in found[:1])


@given(length=st.integers(2, 30), which=st.integers(0, 28))
def test_missing_row_is_named(length: int, which: int) -> None:
    rows = chain(length)
    at = which % (length - 1)  # the last one is cut off
    heads = signed(rows, length)
    del rows[at]

    assert places(rows, heads) == [(at + 1, at + 1)]


@given(length=st.integers(2, 30), left=st.integers(0, 28), seen=st.integers(1, 30))
def test_cut_off_end_is_named_by_the_last_head(length: int, left: int, seen: int) -> None:
    rows, left, seen = chain(length), left % length, 1 + seen % length
    heads = signed(rows, seen)

    found = places(rows[:left], heads)

    assert found == ([(left + 1, seen)] if left < seen else [])


@given(length=st.integers(3, 30), which=st.integers(0, 29))
def test_chain_that_was_written_anew_from_a_row_on_is_told_by_the_heads(length: int, which: int) -> None:
    true, at = chain(length), which % length
    heads = signed(true, 1, max(1, length // 2), length)
    anew = true[:at]
    for row in true[at:]:
        body = text_of({"sha256": "forged"})
        digest = content_digest(row.at, row.kind, row.event, body)
        anew.append(replace(row, body=body, hash=link(anew[-1].hash if anew else GENESIS, row.n, digest)))

    found = places(anew, heads)

    assert found
    assert any(first <= at + 1 <= last for first, last in found)


def test_row_put_in_is_named() -> None:
    rows = chain(5)
    rows.insert(3, replace(rows[2], body="{}"))

    assert (3, 3) in places(rows, [])


def dated(*seconds: float) -> list[Row]:
    """A chain whose rows are dated so many seconds after NOW."""
    rows: list[Row] = []
    for n, second in enumerate(seconds, 1):
        at, before = StreamTime(NOW + round(second * SECOND)), rows[-1].hash if rows else GENESIS
        rows.append(Row(n, at, "hold", "e", "{}", link(before, n, content_digest(at, "hold", "e", "{}"))))
    return rows


def told_of(rows: list[Row], *heads: tuple[int, float]) -> tuple[list[int], int]:
    """The rows that have a fault, and how many notes there are, with heads (row, second) signed."""
    signed_ = [head_of(n, rows[n - 1].hash, StreamTime(NOW + round(at * SECOND)), KEY) for n, at in heads]
    check = ChainCheck(signed_, KEY.public)
    return [fault.first for row in rows for fault in check.row(row)], len(check.notes)


def test_row_that_is_dated_otherwise_than_the_heads_around_it_allow_is_named() -> None:
    assert told_of(dated(0, 3700, 3800), (1, 10), (3, 3900)) == ([], 0)
    assert told_of(dated(0, -500, 3800), (1, 10), (3, 3900)) == ([2], 0)
    assert told_of(dated(0, 9000, 9001), (1, 10), (3, 3900)) == ([2, 3], 0)
    assert told_of(dated(9000), (1, 10)) == ([1], 0)


def test_row_that_is_dated_before_the_one_before_it_is_noted_and_a_minute_is_not() -> None:
    assert told_of(dated(0, 1000, 900, 1100), (4, 1200)) == ([], 1)
    assert told_of(dated(0, 1000, 950, 1100), (4, 1200)) == ([], 0)
    assert told_of(dated(0, 500), (1, 1000)) == ([], 1)


def test_clock_that_was_set_back_is_noted_once_and_no_fault() -> None:
    rows = dated(0, 7200, 3600, 3700, 3800, 9000)

    assert told_of(rows, (2, 7300), (5, 3900), (6, 9100)) == ([], 1)


def test_head_of_another_key_vouches_for_nothing() -> None:
    rows, other = chain(5), SiteKey(Ed25519PrivateKey.generate())
    forged = head_of(9, "f" * 64, NOW, other)

    assert faults(rows, [forged], KEY.public) == []
    assert not replace(forged, n=8).is_genuine


def test_digests_lead_from_a_row_to_the_signed_head() -> None:
    rows = chain(12)
    (head,) = signed(rows, 12)
    reached = rows[4].hash

    for n, digest in enumerate(proof(rows[5:]), 6):
        reached = link(reached, n, digest)

    assert (reached, head.is_genuine) == (head.hash, True)


def test_heads_are_read_back_and_what_is_none_is_told_by_its_line(tmp_path: Path) -> None:
    rows, file = chain(9), tmp_path / "heads.jsonl"
    heads = signed(rows, 3, 9)
    for head in heads:
        append_head(file, head)
    forged = replace(heads[0], n=4)
    with file.open("a", encoding="utf-8") as opened:
        opened.write("nonsense\n")
    append_head(file, forged)
    append_head(file, head_of(1, rows[0].hash, NOW, SiteKey(Ed25519PrivateKey.generate())))

    found, wrong = read_heads(file, KEY.public)

    assert found == heads
    assert wrong == [
        "line 3 is no head",
        "line 4 does not bear the signature that it shows",
        "line 5 is signed with another key than the site's",
    ]


def test_line_that_a_power_cut_has_cut_off_is_no_fault_and_spoils_no_later_one(tmp_path: Path) -> None:
    rows, file = chain(2), tmp_path / "heads.jsonl"
    first, second = signed(rows, 1, 2)
    append_head(file, first)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:30])

    assert read_heads(file, KEY.public) == ([first], [])
    append_head(file, second)

    assert read_heads(file, KEY.public) == ([first, second], [])


def test_second_place_that_is_not_mounted_is_not_made_here(tmp_path: Path) -> None:
    with pytest.raises(HeadsError, match="no such file"):
        append_head(tmp_path / "usb" / "heads.jsonl", signed(chain(1), 1)[0])
    assert not (tmp_path / "usb").exists()
    assert read_heads(tmp_path / "usb" / "heads.jsonl") == ([], [])


def test_key_is_made_once_for_this_account_alone(tmp_path: Path) -> None:
    made = SiteKey.load_or_make(tmp_path / "keys")
    again = SiteKey.load_or_make(tmp_path / "keys")

    assert made.public == again.public
    assert (tmp_path / "keys" / "site-key.pem").stat().st_mode & 0o777 == 0o600
    assert made.fingerprint == fingerprint(again.public)
    assert is_signed(made.public, b"this", again.sign(b"this"))
    assert not is_signed(made.public, b"that", again.sign(b"this"))
    assert not is_signed(made.public, b"this", "no signature")


@pytest.mark.parametrize("content", [b"nonsense", b""])
def test_spoilt_key_is_named_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "site-key.pem").write_bytes(content)

    with pytest.raises(KeyFileError, match=r"site-key\.pem: is no private key"):
        SiteKey.load_or_make(tmp_path)
    assert (tmp_path / "site-key.pem").read_bytes() == content


def test_signature_of_a_changed_message_or_key_is_none() -> None:
    signature = base64.b64decode(KEY.sign(b"message"))
    for at in range(0, 64, 7):
        spoilt = bytearray(signature)
        spoilt[at] ^= 1
        assert not is_signed(KEY.public, b"message", base64.b64encode(bytes(spoilt)).decode())
    assert not is_signed(base64.b64encode(os.urandom(32)).decode(), b"message", KEY.sign(b"message"))
