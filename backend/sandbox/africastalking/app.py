"""Africa's Talking's address for calls, and what people do with a ringing phone."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from backend.sandbox.africastalking.calls import Call, Exchange
from backend.sandbox.africastalking.rules import RefusedError, demand_call
from backend.sandbox.base import Act, ControlError, Json, Simulator, need
from backend.sandbox.people import Person
from backend.sandbox.webhooks import Profile, Signature
from backend.sandbox.world import World

_RETRY_S: Final = (10.0, 30.0)
_FORM: Final = "application/x-www-form-urlencoded"


class Api:
    """The request handler, and the account's purse."""

    def __init__(self, world: World, exchange: Exchange) -> None:
        self._world = world
        self._exchange = exchange
        self.purse_empty = False

    async def call(self, request: Request) -> Response:
        """`POST /call`."""
        if request.headers.get("apikey") != self._world.settings.africastalking_key.get_secret_value():
            raise RefusedError(401, "The supplied authentication is invalid")
        if not request.headers.get("content-type", "").startswith(_FORM):
            raise RefusedError(400, f"The request's content has to be {_FORM}")
        async with request.form() as fields:
            form: Json = {name: str(value) for name, value in fields.items()}
        demand_call(form)
        if form["username"] != self._world.settings.africastalking_username:
            raise RefusedError(401, "The supplied authentication is invalid")
        if form["from"] not in self._world.settings.africastalking_numbers:
            return JSONResponse({"entries": [], "errorMessage": f"Invalid callerId: {form['from']}"})
        entries = [self._entry(number, form) for number in form["to"].split(",")]
        return JSONResponse({"entries": entries, "errorMessage": "None"})

    def _entry(self, number: str, form: Json) -> Json:
        if self.purse_empty:
            return {"phoneNumber": number, "status": "InsufficientCredit", "sessionId": "None"}
        world = self._world
        call = Call(
            sid=f"ATVId_{world.ids.hex()}",
            number=number,
            caller_id=form["from"],
            client_id=form.get("clientRequestId", ""),
            person=world.people.find(number),
            created_at=world.clock.unix(),
        )
        self._exchange.ring(call)
        return {"phoneNumber": number, "status": "Queued", "sessionId": call.sid}


class PersonSide:
    """The verbs of `/__sim/actor/africastalking/…`; without a `sid`, the newest call of the person."""

    def __init__(self, world: World, exchange: Exchange) -> None:
        self._world = world
        self._exchange = exchange

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        unanswered = {how: self._unanswered(how) for how in ("ignore", "busy", "reject", "failed")}
        return unanswered | {"answer": self.answer, "digits": self.digits, "hangup": self.hangup}

    async def answer(self, body: Json) -> Json:
        """Pick up."""
        call = self._call(body)
        await self._exchange.answer(call)
        return _shown(call)

    async def digits(self, body: Json) -> Json:
        """Type on the keypad."""
        call = self._call(body)
        await self._exchange.press(call, str(need(body, "digits")))
        return _shown(call)

    async def hangup(self, body: Json) -> Json:
        """End the call, or reject it while it rings."""
        call = self._call(body)
        await (self._exchange.refuse(call, "reject") if call.phase == "ringing" else self._exchange.hang_up(call))
        return _shown(call)

    def _unanswered(self, how: str) -> Act:
        async def act(body: Json) -> Json:
            call = self._call(body)
            await self._exchange.refuse(call, how)
            return _shown(call)

        return act

    def _call(self, body: Json) -> Call:
        calls = self._exchange.calls
        if "sid" in body:
            found = calls.get(body["sid"])
        else:
            person = self._world.people.get(need(body, "from"))
            own = [call for call in calls.values() if call.person is person]
            found = next((call for call in reversed(own) if call.phase != "ended"), None)
        if found is None:
            raise ControlError("there is no such call", status=404)
        return found


def _shown(call: Call) -> Json:
    texts = [caption["text"] for caption in call.captions]
    return {"sid": call.sid, "phase": call.phase, "cause": call.cause, "with": call.joined, "captions": texts}


def _view(exchange: Exchange, person: Person) -> Json:
    own = [call for call in exchange.calls.values() if call.person is person]
    return {"calls": [_shown(call) | {"from": call.caller_id, "lines": call.captions} for call in own]}


def build(world: World) -> Simulator:
    """Return the simulated Africa's Talking."""
    exchange = Exchange(world)
    api = Api(world, exchange)
    people = PersonSide(world, exchange)
    world.webhooks.profiles["africastalking"] = Profile(encode=_encode, headers=_headers, retry_s=_RETRY_S)

    async def purse(body: Json) -> Json:
        """Empty the account's purse, or fill it."""
        api.purse_empty = bool(need(body, "empty"))
        return {"empty": api.purse_empty}

    def reset() -> None:
        exchange.calls.clear()
        api.purse_empty = False

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, RefusedError)  # noqa: S101 - Starlette types handlers for any exception
        return PlainTextResponse(error.message, status_code=error.status)

    return Simulator(
        name="africastalking",
        app=Starlette(routes=[Route("/call", api.call, methods=["POST"])], exception_handlers={RefusedError: refused}),
        acts=people.verbs(),
        accounts={"purse": purse},
        view=lambda person: _view(exchange, person),
        reset=reset,
        error_body=lambda status, _: {"entries": [], "errorMessage": f"Service unavailable ({status})"},
    )


def _encode(payload: Json) -> bytes:
    return urlencode(payload).encode()


def _headers(_: bytes, __: str, ___: Signature) -> dict[str, str]:
    return {"content-type": _FORM}
