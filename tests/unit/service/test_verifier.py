"""The verifier that every export carries: standard library only, from Python 3.8 on, and right about Ed25519."""

import ast
import base64
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

import service.evidence.export.verifier as verifier
from service.evidence.signing import SiteKey
from service.evidence.signing import fingerprint as site_fingerprint

# RFC 8032, section 7.1: secret key's public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_signatures_of_the_standard_are_right(public: str, message: str, signature: str) -> None:
    given_ = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert verifier.is_signed(*given_)
    assert not verifier.is_signed(given_[0], given_[1] + b"x", given_[2])


@settings(max_examples=15, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=80), bit=st.integers(0, 511))
def test_any_signature_is_right_and_one_changed_bit_is_not(secret: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8

    assert verifier.is_signed(public, message, signature)
    assert not verifier.is_signed(public, message, bytes(changed))


def test_signature_by_no_point_is_wrong_and_no_error() -> None:
    assert not verifier.is_signed(b"\xff" * 32, b"", b"\xff" * 64)
    assert not verifier.is_signed(b"", b"", b"")


def test_fingerprint_is_the_site_s(tmp_path: Path) -> None:
    public = SiteKey.load_or_make(tmp_path).public

    assert verifier.fingerprint(base64.b64decode(public)) == site_fingerprint(public)


def test_needs_the_standard_library_of_python_3_8_alone() -> None:
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= set(sys.stdlib_module_names)
    # What came after 3.8 and would be met only when it runs.
    newer = {"removeprefix", "removesuffix", "is_relative_to", "bit_count", "walk_up", "batched", "pairwise"}
    assert not newer & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
