"""Column types for personal data: encrypted at rest, found by a keyed blind index."""

import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from backend.platform.settings import PlatformSettings

_NONCE_BYTES = 12


class PersonalDataKeys:
    """The keys for personal data; derived once from the settings' key material."""

    def __init__(self, settings: PlatformSettings) -> None:
        self.cipher = AESGCM(hashlib.sha256(settings.pii_key.get_secret_value().encode()).digest())
        self.index_key = hashlib.sha256(settings.pii_index_key.get_secret_value().encode()).digest()


_keys: PersonalDataKeys | None = None


def personal_data_keys() -> PersonalDataKeys:
    """Return the process's keys, read from the environment on first use."""
    global _keys  # noqa: PLW0603 - a column type has no other way to its key
    if _keys is None:
        _keys = PersonalDataKeys(PlatformSettings())
    return _keys


def blind_index(value: str) -> bytes:
    """Return the keyed index of a phone or another exact value; equal values have equal indexes."""
    return hmac.new(personal_data_keys().index_key, value.encode(), hashlib.sha256).digest()


class EncryptedText(TypeDecorator[str]):
    """Text encrypted with AES-256-GCM; the stored bytes are nonce and ciphertext."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Encrypt on the way in."""
        if value is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + personal_data_keys().cipher.encrypt(nonce, value.encode(), None)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Decrypt on the way out."""
        if value is None:
            return None
        data = bytes(value)
        return personal_data_keys().cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
