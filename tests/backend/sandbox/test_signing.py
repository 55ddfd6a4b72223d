"""The signatures and the password come out as in the published vectors."""

from backend.sandbox.daraja.rules import password
from backend.sandbox.meta import encode
from backend.sandbox.signing import hex_hmac, meta_signature, razorpay_link_signature


def test_meta_signs_the_escaped_body() -> None:
    value = {"t": "नमस्ते"}
    payload = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }
    body = encode(payload)
    assert len(body) == 145
    assert b"\\u0928" in body
    assert meta_signature("app-secret-1", body) == (
        "sha256=b28b47fd7da81975f2b029ca07668150e54af28ffb07a4558ae1373f149eeb50"
    )


def test_the_link_provider_signs_webhook_and_callback_address() -> None:
    body = b'{"event":"payment_link.paid","created_at":1795357200}'
    assert hex_hmac("rzp-webhook-1", body) == "1b3075e69d3da9294cf246402d934bf530cf419f6e676337d972bd161b8c93fd"
    assert razorpay_link_signature("rzp-key-1", "plink_T1", "ORD-7", "paid", "pay_T1") == (
        "3c22324d5f52aca8ac0d6eee0e86a518c66701e21b94e015c754c21156dd072c"
    )


def test_daraja_password() -> None:
    assert password("600999", "passkey-1", "20261122201405") == "NjAwOTk5cGFzc2tleS0xMjAyNjExMjIyMDE0MDU="
