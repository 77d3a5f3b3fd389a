"""The site's own signature: an Ed25519 key that is made once and says that what it signs left this site as it is."""

import base64
import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from vision.disk import put_in_place
from vision.errors import ZaigangError

__all__ = ["KeyFileError", "SiteKey", "fingerprint", "is_signed"]

_FILE: Final = "site-key.pem"


class KeyFileError(ZaigangError):
    """The site's key cannot be read or made; without it nothing can be signed."""


class SiteKey:
    """An Ed25519 key (RFC 8032) that signs for this site."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")

    @classmethod
    def load_or_make(cls, folder: Path) -> "SiteKey":
        """The key in ``folder``, made at the first call for this account's eyes alone; raises KeyFileError."""
        file = folder / _FILE
        try:
            if not file.exists():
                _make(file)
        except OSError as error:
            raise KeyFileError(f"{file}: {(error.strerror or str(error)).lower()}") from error
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> "SiteKey":
        """The key in ``folder``; raises KeyFileError where there is none."""
        file = folder / _FILE
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except OSError as error:
            raise KeyFileError(f"{file}: {(error.strerror or str(error)).lower()}") from error
        except (ValueError, TypeError) as error:
            raise KeyFileError(f"{file}: is no private key; bring it back from a copy, or move it away") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{file}: is a key of another kind than Ed25519; bring the site's own back from a copy")
        return cls(key)

    @property
    def fingerprint(self) -> str:
        """What people compare the key by."""
        return fingerprint(self.public)

    def sign(self, message: bytes) -> str:
        """The signature of ``message``, base64."""
        return base64.b64encode(self._key.sign(message)).decode("ascii")


def fingerprint(public: str) -> str:
    """The first 16 bytes of the SHA-256 of a public key (base64 of its 32 bytes), in groups of four digits."""
    digits = hashlib.sha256(base64.b64decode(public)).hexdigest()[:32]
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))


def is_signed(public: str, message: bytes, signature: str) -> bool:
    """Whether ``signature`` (base64) is that of ``message`` by the key ``public``; no for what is no signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(pem)
    put_in_place(draft, file)
