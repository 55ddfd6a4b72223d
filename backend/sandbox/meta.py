"""What WhatsApp and Instagram share: the error envelope, escaped and signed webhook bodies, verification."""

import json
from collections.abc import Mapping
from typing import Final

import httpx
from starlette.responses import JSONResponse

from backend.sandbox.base import Json
from backend.sandbox.ids import Ids
from backend.sandbox.signing import meta_signature
from backend.sandbox.webhooks import Profile, Signature

# Growing gaps for up to seven days.
RETRY_S: Final = (5.0, 30.0, 120.0, 600.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 259_200.0)


class GraphError(Exception):
    """A refusal by the Graph API."""

    def __init__(self, status: int, code: int, message: str, details: str = "", subcode: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.subcode = subcode


def error_body(error: GraphError, kind: str, trace: str, product: str | None = None) -> Json:
    """Return the error envelope that clients see."""
    inner: Json = {"message": f"(#{error.code}) {error.message}", "type": kind, "code": error.code}
    if error.subcode is not None:
        inner["error_subcode"] = error.subcode
    if product and error.details:
        inner["error_data"] = {"messaging_product": product, "details": error.details}
    return {"error": inner | {"fbtrace_id": trace}}


def error_response(error: GraphError, kind: str, ids: Ids, product: str | None = None) -> JSONResponse:
    """Return the error as an HTTP answer."""
    return JSONResponse(error_body(error, kind, ids.letters(11), product), status_code=error.status)


def encode(payload: Json) -> bytes:
    """Write a webhook body as Meta does: compact, non-ASCII characters escaped."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode()


def merge(payloads: list[Json]) -> Json:
    """Join several webhook bodies to one with all their entries."""
    return payloads[0] | {"entry": [entry for p in payloads for entry in p["entry"]]}


def profile(secret: str, old_secret: str) -> Profile:
    """Return how Meta delivers, with these app secrets."""
    secrets: Mapping[Signature, str] = {"valid": secret, "old": old_secret, "wrong": "not-the-secret"}

    def headers(body: bytes, _: str, signature: Signature) -> dict[str, str]:
        plain = {"content-type": "application/json", "user-agent": "facebookexternalua"}
        known = secrets.get(signature)
        return plain | ({"x-hub-signature-256": meta_signature(known, body)} if known else {})

    return Profile(encode=encode, headers=headers, merge=merge, retry_s=RETRY_S)


async def verify(client: httpx.AsyncClient, url: str, token: str, challenge: str) -> Json:
    """Do the verification handshake that Meta does when a webhook is set up."""
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
    try:
        answer = await client.get(url, params=query)
    except httpx.HTTPError as error:
        return {"verified": False, "reason": type(error).__name__}
    verified = answer.status_code == httpx.codes.OK and answer.text == challenge
    return {"verified": verified, "status": answer.status_code}


def bearer(header: str | None) -> str:
    """Return the token of an Authorization header, empty if there is none."""
    scheme, _, token = (header or "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
