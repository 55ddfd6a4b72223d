"""Column types for personal data: encrypted at rest, found by a keyed blind index."""

import hashlib
import hmac
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from backend.platform.settings import PlatformSettings

_NONCE_BYTES: Final = 12


class PersonalDataKeys:
    """The keys for personal data; derived once from the settings' key material.

    The current key encrypts. While a key is being retired both decrypt: AES-GCM tells by its tag whether a key is the
    right one, so nothing stored has to name its key.
    """

    def __init__(self, settings: PlatformSettings) -> None:
        live = (settings.pii_key, settings.pii_previous_key)
        self._ciphers = tuple(AESGCM(_derived(secret)) for secret in live if secret is not None)
        self._index_key = _derived(settings.pii_index_key)

    def encrypt(self, data: bytes) -> bytes:
        """Return nonce and ciphertext under the current key."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, data, None)

    def decrypt(self, stored: bytes) -> bytes:
        """Return what was encrypted under any live key.

        Raises:
            InvalidTag: None of the keys fits, or the bytes were changed.
        """
        for cipher in self._ciphers[:-1]:
            try:
                return cipher.decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None)
            except InvalidTag:
                continue
        return self._ciphers[-1].decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None)

    def renewed(self, stored: bytes) -> bytes | None:
        """Return the bytes under the current key, or None where they are so already.

        Raises:
            InvalidTag: None of the keys fits.
        """
        try:
            self._ciphers[0].decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None)
        except InvalidTag:
            return self.encrypt(self.decrypt(stored))
        return None

    def index(self, value: str) -> bytes:
        """Return the keyed index of an exact value."""
        return hmac.digest(self._index_key, value.encode(), hashlib.sha256)


def _derived(secret: SecretStr) -> bytes:
    return hashlib.sha256(secret.get_secret_value().encode()).digest()


_keys: PersonalDataKeys | None = None


def personal_data_keys() -> PersonalDataKeys:
    """Return the process's keys, read from the environment on first use."""
    global _keys  # noqa: PLW0603 - a column type has no other way to its key
    if _keys is None:
        _keys = PersonalDataKeys(PlatformSettings())
    return _keys


def blind_index(value: str) -> bytes:
    """Return the keyed index of a phone or another exact value; equal values have equal indexes."""
    return personal_data_keys().index(value)


def sealed(value: str | None) -> bytes | None:
    """Return a text as `EncryptedText` stores it, for statements that are written out."""
    return None if value is None else personal_data_keys().encrypt(value.encode())


def opened(stored: bytes | None) -> str | None:
    """Return the text that was stored so."""
    return None if stored is None else personal_data_keys().decrypt(bytes(stored)).decode()


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes encrypted as `EncryptedText` is."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Encrypt on the way in."""
        return None if value is None else personal_data_keys().encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Decrypt on the way out."""
        return None if value is None else personal_data_keys().decrypt(bytes(value))


class EncryptedText(TypeDecorator[str]):
    """Text encrypted with AES-256-GCM; the stored bytes are nonce and ciphertext."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Encrypt on the way in."""
        return sealed(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Decrypt on the way out."""
        return opened(value)
