"""Daraja's paths."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox.base import Json, Simulator
from backend.sandbox.daraja.c2b import C2b
from backend.sandbox.daraja.people_side import AccountSide, PersonSide
from backend.sandbox.daraja.results import Results
from backend.sandbox.daraja.rules import DarajaError
from backend.sandbox.daraja.state import TOKEN_S, DarajaState
from backend.sandbox.daraja.stk import Stk
from backend.sandbox.webhooks import Profile, Signature
from backend.sandbox.world import World


class Gateway:
    """Checks that stand before every request: token, spike arrest, JSON."""

    def __init__(self, state: DarajaState) -> None:
        self._state = state

    async def token(self, request: Request) -> Response:
        """`GET /oauth/v1/generate`: a new token, which makes the former one invalid."""
        if request.query_params.get("grant_type") != "client_credentials":
            raise DarajaError(400, "400.008.01", "Invalid grant type passed")
        if request.headers.get("authorization") != f"Basic {self._basic()}":
            raise DarajaError(400, "400.008.02", "Invalid Authentication passed")
        value = self._state.world.ids.letters(28)
        self._state.token = (value, self._state.world.clock.unix() + TOKEN_S)
        return JSONResponse({"access_token": value, "expires_in": str(TOKEN_S)})

    def guarded(self, handler: Callable[[Json], Any]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that admits only requests with the token of the hour."""

        async def endpoint(request: Request) -> Response:
            self._admit(request)
            answer = handler(await _json(request))
            return JSONResponse(await answer if isinstance(answer, Awaitable) else answer)

        return endpoint

    def _basic(self) -> str:
        settings = self._state.world.settings
        key, secret = settings.daraja_consumer_key, settings.daraja_consumer_secret
        return base64.b64encode(f"{key.get_secret_value()}:{secret.get_secret_value()}".encode()).decode()

    def _admit(self, request: Request) -> None:
        now, token = self._state.world.clock.unix(), self._state.token
        if token is None or now >= token[1] or request.headers.get("authorization") != f"Bearer {token[0]}":
            raise DarajaError(404, "404.001.03", "Invalid Access Token")
        limit = self._state.world.settings.daraja_spike_arrest_per_s
        recent = [at for at in self._state.requests if now - at < 1.0]
        self._state.requests = [*recent, now]
        if limit and len(recent) >= limit:
            raise DarajaError(500, "500.003.02", f"Spike arrest violation. Allowed rate: {limit}ps")


async def _json(request: Request) -> Json:
    try:
        payload = json.loads(await request.body())
    except ValueError:
        raise DarajaError(400, "400.002.05", "Invalid Request Payload") from None
    if not isinstance(payload, dict):
        raise DarajaError(400, "400.002.05", "Invalid Request Payload")
    return payload


def _headers(_: bytes, __: str, ___: Signature) -> dict[str, str]:
    return {"content-type": "application/json"}


def build(world: World) -> Simulator:
    """Return the simulated Daraja."""
    state = DarajaState(world)
    stk, c2b, results = Stk(state), C2b(state), Results(state)
    gateway = Gateway(state)
    world.webhooks.profiles["daraja"] = Profile(encode=lambda p: json.dumps(p).encode(), headers=_headers)

    async def refused(_: Request, error: Exception) -> Response:
        known = error if isinstance(error, DarajaError) else _http_error(error)
        return JSONResponse(known.body(world.ids.hex(12)), status_code=known.status)

    posts: dict[str, Callable[[Json], Any]] = {
        "/mpesa/stkpush/v1/processrequest": stk.push,
        "/mpesa/stkpushquery/v1/query": stk.query,
        "/mpesa/c2b/v1/registerurl": c2b.register,
        "/mpesa/c2b/v2/registerurl": c2b.register,
        "/mpesa/c2b/v1/simulate": c2b.simulate,
        "/mpesa/c2b/v2/simulate": c2b.simulate,
        "/mpesa/transactionstatus/v1/query": results.status,
        "/mpesa/reversal/v1/request": results.reverse,
        "/mpesa/b2c/v3/paymentrequest": results.disburse,
        "/pulltransactions/v1/register": results.pull_register,
        "/pulltransactions/v1/query": results.pull,
    }
    routes = [Route(path, gateway.guarded(handler), methods=["POST"]) for path, handler in posts.items()]
    routes.append(Route("/oauth/v1/generate", gateway.token, methods=["GET"]))
    return Simulator(
        name="daraja",
        app=Starlette(routes=routes, exception_handlers={DarajaError: refused, HTTPException: refused}),
        acts=PersonSide(state, stk, c2b).verbs(),
        accounts=AccountSide(state).verbs(),
        view=state.view,
        reset=state.reset,
        error_body=_fault_body,
    )


def _http_error(error: Exception) -> DarajaError:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:  # noqa: PLR2004 - the HTTP status itself
        return DarajaError(405, "405.001", "Method Not Allowed")
    return DarajaError(404, "404.001.01", "Resource not found")


def _fault_body(status: int, code: str | None) -> Json:
    known = code or ("500.003.1001" if status >= 500 else "400.002.02")  # noqa: PLR2004 - the HTTP status itself
    return DarajaError(status, known, "Internal Server Error").body("fault-1")
