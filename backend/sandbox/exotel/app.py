"""Exotel's paths, and what people do with a ringing phone."""

import base64
import json
import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox.base import Act, ControlError, Json, Simulator, need
from backend.sandbox.exotel.ringing import Exchange
from backend.sandbox.exotel.rules import ExotelError, demand_call
from backend.sandbox.exotel.state import Call, ExotelState, Leg
from backend.sandbox.settings import FlowStep
from backend.sandbox.webhooks import Profile, Signature
from backend.sandbox.world import World

_MINUTE_S: Final = 60
_BOUNDARY: Final = "exotel-form-boundary"
_FLOW: Final = re.compile(r"/exoml/start_voice/([^/?]+)$")
_RETRY_S: Final = (10.0, 30.0)


class Api:
    """The request handlers."""

    def __init__(self, state: ExotelState, exchange: Exchange) -> None:
        self._state = state
        self._world = state.world
        self._exchange = exchange

    async def connect(self, request: Request) -> Response:
        """`POST /v1/Accounts/{sid}/Calls/connect.json`."""
        self._admit(request)
        async with request.form() as fields:
            form: Json = {name: str(value) for name, value in fields.items()}
        demand_call(form)
        self._check_account(form)
        call = self._open(form)
        self._state.calls[call.sid] = call
        self._exchange.ring(call)
        return JSONResponse({"Call": self._state.describe(call)})

    async def details(self, request: Request) -> Response:
        """`GET /v1/Accounts/{sid}/Calls/{CallSid}.json`."""
        self._admit(request)
        call = self._state.calls.get(request.path_params["call_sid"])
        if call is None:
            raise ExotelError(404, "Call not found", 34004)
        wanted = request.query_params.get("details") == "true"
        return JSONResponse({"Call": self._state.describe(call, details=wanted)})

    async def bulk(self, request: Request) -> Response:
        """`GET /v1/Accounts/{sid}/Calls.json`, filtered by number."""
        self._admit(request)
        asked = {k: request.query_params[k] for k in ("From", "To", "Status") if k in request.query_params}
        rows = [self._state.describe(c) for c in self._state.calls.values()]
        found = [r for r in rows if all(r[k] == v for k, v in asked.items())]
        newest = sorted(found, key=lambda r: r["DateCreated"], reverse=True)
        return JSONResponse({"Metadata": {"Total": len(newest)}, "Calls": newest})

    def _admit(self, request: Request) -> None:
        settings = self._world.settings
        pair = f"{settings.exotel_key.get_secret_value()}:{settings.exotel_token.get_secret_value()}"
        if request.headers.get("authorization") != f"Basic {base64.b64encode(pair.encode()).decode()}":
            raise ExotelError(401, "Authentication is required to view this page", 34010)
        if request.path_params["sid"] != settings.exotel_sid:
            raise ExotelError(404, "Account not found")
        now = self._world.clock.unix()
        self._state.requests = [at for at in self._state.requests if now - at < _MINUTE_S]
        if len(self._state.requests) >= settings.exotel_calls_per_min:
            wait = int(_MINUTE_S - (now - self._state.requests[0])) + 1
            raise ExotelError(429, "Too many requests", retry_after_s=wait)
        self._state.requests.append(now)

    def _check_account(self, form: Json) -> None:
        if self._state.wallet_empty:
            raise ExotelError(402, "Account balance is insufficient", 34002)
        if form["CallerId"] not in self._world.settings.exotel_exophones:
            raise ExotelError(403, "CallerId is not an ExoPhone of this account", 34003)
        numbers = [form["From"], form.get("To", "")]
        people = [self._world.people.by_local_number(n) for n in numbers]
        if any(p and p.do_not_disturb for p in people):
            raise ExotelError(403, "Call to a number on the do-not-disturb list", 34005)

    def _open(self, form: Json) -> Call:
        app_id = None
        if "Url" in form:
            found = _FLOW.search(form["Url"])
            app_id = found.group(1) if found else None
            if app_id is None or app_id not in self._state.flows:
                raise ExotelError(400, "Parameter Url is not a flow of this account", 34001)
        numbers = [form["From"], *([form["To"]] if "To" in form else [])]
        legs = [Leg(n, self._world.people.by_local_number(n)) for n in numbers]
        sid = UUID(hex=self._world.ids.hex()).hex
        return Call(sid, form["CallerId"], form, legs, app_id, self._world.clock.unix())


class PersonSide:
    """The verbs of `/__sim/actor/exotel/…`; without a `sid`, the newest call of the person."""

    def __init__(self, state: ExotelState, exchange: Exchange) -> None:
        self._state = state
        self._exchange = exchange

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        unanswered = {how: self._unanswered(how) for how in ("ignore", "busy", "reject", "failed")}
        more = {"answer": self.answer, "digits": self.digits, "hangup": self.hangup, "missed_call": self.missed_call}
        return unanswered | more

    async def answer(self, body: Json) -> Json:
        """Pick up."""
        call = self._call(body)
        await self._exchange.answer(call)
        return _shown(call)

    async def digits(self, body: Json) -> Json:
        """Type on the keypad."""
        call = self._call(body)
        await self._exchange.flow.press(call, str(need(body, "digits")))
        return _shown(call)

    async def hangup(self, body: Json) -> Json:
        """End the call, or reject it while it rings."""
        call = self._call(body)
        if call.phase == "ringing" and not call.legs[0].answered_at:
            await self._exchange.refuse(call, "reject")
        else:
            await self._exchange.hang_up(call, by_person=True)
        return _shown(call)

    async def missed_call(self, body: Json) -> Json:
        """Ring an ExoPhone and hang up; the business hears of it by its incoming address."""
        world = self._state.world
        person = world.people.get(need(body, "from"))
        fields = {
            "CallSid": world.ids.hex(),
            "From": f"0{person.phone[-10:]}",
            "To": body.get("to", world.settings.exotel_exophones[0]),
            "Status": "missed-call",
            "DateCreated": self._state.stamp(world.clock.unix()),
        }
        payload = {"content_type": "multipart/form-data", "fields": fields}
        url = f"{world.settings.hook('exotel')}/incoming"
        world.webhooks.send("exotel", "missed-call", url, payload, lane=person.id)
        return fields

    def _unanswered(self, how: str) -> Act:
        async def act(body: Json) -> Json:
            call = self._call(body)
            await self._exchange.refuse(call, how)
            return _shown(call)

        return act

    def _call(self, body: Json) -> Call:
        if "sid" in body:
            found = self._state.calls.get(body["sid"])
        else:
            person = self._state.world.people.get(need(body, "from"))
            own = [c for c in self._state.calls.values() if any(leg.person is person for leg in c.legs)]
            found = next((c for c in reversed(own) if c.phase != "ended"), None)
        if found is None:
            raise ControlError("there is no such call", status=404)
        return found


class AccountSide:
    """The verbs of `/__sim/accounts/exotel/…`."""

    def __init__(self, state: ExotelState) -> None:
        self._state = state

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {"flows": self.flows, "wallet": self.wallet}

    async def flows(self, body: Json) -> Json:
        """Set the applets of a flow."""
        app_id = str(need(body, "app_id"))
        self._state.flows[app_id] = [FlowStep(**step) for step in need(body, "steps")]
        return {"app_id": app_id, "steps": len(self._state.flows[app_id])}

    async def wallet(self, body: Json) -> Json:
        """Empty the account's wallet, or fill it."""
        self._state.wallet_empty = bool(need(body, "empty"))
        return {"empty": self._state.wallet_empty}


def _shown(call: Call) -> Json:
    return {"sid": call.sid, "status": call.status, "phase": call.phase, "captions": [c["text"] for c in call.captions]}


def _encode(payload: Json) -> bytes:
    if payload["content_type"] == "application/json":
        return json.dumps(payload["fields"]).encode()
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in _flat(payload["fields"])
    ]
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()


def _flat(fields: Json) -> list[tuple[str, str]]:
    """Return form fields; legs become `Legs[0][Status]`."""
    plain = [(k, str(v if v is not None else "")) for k, v in fields.items() if k != "Legs"]
    legs = fields.get("Legs", [])
    return plain + [(f"Legs[{i}][{k}]", str(v)) for i, leg in enumerate(legs) for k, v in leg.items() if v is not None]


def _headers(body: bytes, _: str, __: Signature) -> dict[str, str]:
    kind = "application/json" if body.startswith(b"{") else f"multipart/form-data; boundary={_BOUNDARY}"
    return {"content-type": kind}


def build(world: World) -> Simulator:
    """Return the simulated Exotel."""
    state = ExotelState(world)
    exchange = Exchange(state)
    api = Api(state, exchange)
    world.webhooks.profiles["exotel"] = Profile(encode=_encode, headers=_headers, retry_s=_RETRY_S, timeout_s=15.0)

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, ExotelError)  # noqa: S101 - Starlette types handlers for any exception
        headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else None
        return JSONResponse(error.body(), status_code=error.status, headers=headers)

    routes = [
        Route("/v1/Accounts/{sid}/Calls/connect.json", api.connect, methods=["POST"]),
        Route("/v1/Accounts/{sid}/Calls/{call_sid}.json", api.details, methods=["GET"]),
        Route("/v1/Accounts/{sid}/Calls.json", api.bulk, methods=["GET"]),
    ]
    return Simulator(
        name="exotel",
        app=Starlette(routes=routes, exception_handlers={ExotelError: refused}),
        acts=PersonSide(state, exchange).verbs(),
        accounts=AccountSide(state).verbs(),
        view=state.view,
        reset=state.reset,
        error_body=lambda status, _: ExotelError(status, "Service temporarily unavailable").body(),
    )
