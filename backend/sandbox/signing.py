"""The signatures that providers put on their webhooks."""

import hashlib
import hmac


def hex_hmac(secret: str, body: bytes) -> str:
    """Return the lower-case hex HMAC-SHA256, as Razorpay writes it."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def meta_signature(secret: str, body: bytes) -> str:
    """Return the value of Meta's `X-Hub-Signature-256`."""
    return f"sha256={hex_hmac(secret, body)}"


def razorpay_link_signature(key_secret: str, link_id: str, reference: str, status: str, payment_id: str) -> str:
    """Return the signature of a payment link's callback URL."""
    return hex_hmac(key_secret, f"{link_id}|{reference}|{status}|{payment_id}".encode())
