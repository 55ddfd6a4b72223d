"""Identifiers: short ones that people read aloud, and opaque ones that nobody can guess."""

import secrets
from typing import Final

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 without 0/O, 1/I: people read these aloud
_VARIANTS: Final = "89ab"  # RFC 9562, section 4.1


def new_id(prefix: str, length: int = 7) -> str:
    """Make an id such as `ORD7K2M9QX`: prefix and random characters that can't be misread."""
    return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(length))


def new_uuid() -> str:
    """Make a random UUID, version 4, as text."""
    drawn = secrets.token_bytes(16).hex()
    variant = _VARIANTS[int(drawn[16], 16) % len(_VARIANTS)]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"


def opaque_token(bits: int = 160) -> str:
    """Make a URL-safe token of at least `bits` random bits."""
    return secrets.token_urlsafe((bits + 7) // 8)
