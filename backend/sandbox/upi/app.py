"""The link provider's paths."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backend.sandbox.base import Json, Simulator
from backend.sandbox.signing import hex_hmac
from backend.sandbox.upi.payments import Payments
from backend.sandbox.upi.rules import UpiError
from backend.sandbox.upi.state import UpiState
from backend.sandbox.webhooks import Profile, Signature
from backend.sandbox.world import World

# Growing gaps for a day.
_RETRY_S: Final = (5.0, 30.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0)


class Account:
    """Basic authentication, and the endpoints over it."""

    def __init__(self, world: World, payments: Payments) -> None:
        self._settings = world.settings
        self.revoked = False
        self._payments = payments

    def endpoint(self, handler: Callable[[Request, Json], Any]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that admits only the account's key."""

        async def run(request: Request) -> Response:
            if self.revoked or request.headers.get("authorization") != f"Basic {self._basic()}":
                raise UpiError(401, "The api key provided is invalid", reason="authentication_failed")
            return JSONResponse(handler(request, await _json(request)))

        return run

    async def revoke(self, body: Json) -> Json:
        """Revoke the key, or restore it."""
        self.revoked = bool(body.get("revoked", True))
        return {"revoked": self.revoked}

    def routes(self) -> list[Route]:
        """Return the API's routes."""
        links, codes, payments = self._payments.links, self._payments.codes, self._payments
        table: list[tuple[str, str, Callable[[Request, Json], Any]]] = [
            ("POST", "/v1/payment_links", lambda _, b: links.create(b)),
            ("GET", "/v1/payment_links", lambda r, _: links.find(r.query_params.get("reference_id"))),
            ("GET", "/v1/payment_links/{id}", lambda r, _: links.fetch(r.path_params["id"])),
            ("POST", "/v1/payment_links/{id}/cancel", lambda r, _: links.cancel(r.path_params["id"])),
            ("POST", "/v1/payments/qr_codes", lambda _, b: codes.create(b)),
            ("GET", "/v1/payments/qr_codes/{id}", lambda r, _: codes.fetch(r.path_params["id"])),
            ("POST", "/v1/payments/qr_codes/{id}/close", lambda r, _: codes.close(r.path_params["id"])),
            ("GET", "/v1/payments/{id}", lambda r, _: payments.fetch(r.path_params["id"])),
            ("POST", "/v1/payments/{id}/refund", lambda r, b: payments.refund(r.path_params["id"], b)),
        ]
        return [Route(path, self.endpoint(handler), methods=[method]) for method, path, handler in table]

    def _basic(self) -> str:
        key, secret = self._settings.upi_key_id.get_secret_value(), self._settings.upi_key_secret.get_secret_value()
        return base64.b64encode(f"{key}:{secret}".encode()).decode()


async def _json(request: Request) -> Json:
    raw = await request.body()
    try:
        payload = json.loads(raw) if raw else {}
    except ValueError:
        raise UpiError(400, "The request body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise UpiError(400, "The request body is not a JSON object.")
    return payload


def _profile(world: World) -> Profile:
    settings = world.settings
    secrets: Mapping[Signature, str] = {
        "valid": settings.upi_webhook_secret.get_secret_value(),
        "old": settings.upi_old_webhook_secret.get_secret_value(),
        "wrong": "not-the-secret",
    }

    def headers(body: bytes, event_id: str, signature: Signature) -> dict[str, str]:
        plain = {"content-type": "application/json", "x-razorpay-event-id": event_id}
        known = secrets.get(signature)
        return plain | ({"x-razorpay-signature": hex_hmac(known, body)} if known else {})

    def encode(payload: Json) -> bytes:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()

    return Profile(encode=encode, headers=headers, retry_s=_RETRY_S, timeout_s=5.0)


def build(world: World) -> Simulator:
    """Return the simulated link provider."""
    state = UpiState(world)
    payments = Payments(state)
    account = Account(world, payments)
    world.webhooks.profiles["upi"] = _profile(world)

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, UpiError)  # noqa: S101 - Starlette types handlers for any exception
        return JSONResponse(error.body(), status_code=error.status)

    async def open_link(request: Request) -> Response:
        return RedirectResponse(f"/sandbox/#pay={request.path_params['id']}")

    async def picture(request: Request) -> Response:
        return Response(payments.codes.picture(request.path_params["id"]), media_type="image/svg+xml")

    routes = [*account.routes(), Route("/l/{id}", open_link), Route("/q/{id}", picture)]
    return Simulator(
        name="upi",
        app=Starlette(routes=routes, exception_handlers={UpiError: refused}),
        acts=payments.verbs(),
        accounts={"key": account.revoke, "refund": payments.refund_by_hand, "dispute": payments.dispute},
        view=state.view,
        reset=state.reset,
        error_body=lambda status, _: UpiError(status, "We are facing some trouble completing your request.").body(),
    )
