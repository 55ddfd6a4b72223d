"""`/__sim/…`: the hands of tests, of the demo and of the phones page; never reachable on a provider's paths."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox import meta
from backend.sandbox.base import ControlError, Json, Simulator, need
from backend.sandbox.people import Person
from backend.sandbox.webhooks import accident_view
from backend.sandbox.world import World

type Handler = Callable[[Json], Awaitable[Any]]


class Control:
    """The control requests."""

    def __init__(self, world: World, simulators: Mapping[str, Simulator]) -> None:
        self._world = world
        self._simulators = simulators

    async def clock(self, body: Json) -> Json:
        """Read the clock, or move it forwards by `advance_s`, and the backend's with it."""
        world, step = self._world, float(body.get("advance_s", 0))
        if step < 0:
            raise ControlError("the clock only moves forwards")
        if step:
            world.clock.offset_s += step
            forwarded = await self._forward(step) if world.settings.forward_clock else None
            world.timers.run_due()
            world.changed(clock=True)
            return self._time() | {"forwarded": forwarded}
        return self._time()

    async def webhooks(self, body: Json) -> Any:
        """List deliveries of a provider, kind or state, or the newest `limit` of them."""
        wanted = {k: body[k] for k in ("provider", "kind", "state") if k in body}
        found = [d for d in self._world.webhooks.deliveries if all(getattr(d, k) == v for k, v in wanted.items())]
        return [delivery.summary() for delivery in _newest(found, body)]

    async def accidents(self, body: Json) -> Json:
        """Set up something that befalls webhooks: hold, drop, delay, duplicate, batch."""
        return accident_view(self._world.webhooks.accident(body))

    async def clear_accidents(self, body: Json) -> Json:
        """End one accident, or all."""
        self._world.webhooks.clear(body.get("id"))
        return {"accidents": [accident_view(a) for a in self._world.webhooks.accidents]}

    async def release(self, body: Json) -> Json:
        """Send what is held, in the order asked for."""
        return {"released": self._world.webhooks.release(order=body.get("order", "fifo"))}

    async def redeliver(self, body: Json) -> Json:
        """Send a delivery again, its signature as asked for."""
        delivery = self._world.webhooks.redeliver(need(body, "id"), body.get("signature", "valid"))
        return delivery.summary()

    async def flush(self, _: Json) -> Json:
        """Wait until all that is due now has happened."""
        await self._world.timers.settle()
        return {"settled": True}

    async def subscribe(self, body: Json) -> Json:
        """Do Meta's verification handshake with the backend."""
        provider, settings = need(body, "provider"), self._world.settings
        secret = getattr(settings, f"{provider}_verify_token", None)
        if secret is None:
            raise ControlError(f"{provider} verifies no webhooks")
        token = body.get("token", secret.get_secret_value())
        return await meta.verify(self._world.http, settings.hook(provider), token, self._world.ids.letters(10))

    async def fault(self, body: Json) -> Json:
        """Set up a fault of a provider."""
        return {"id": self._world.add_fault(body).id}

    async def clear_faults(self, body: Json) -> Json:
        """End one fault, or all."""
        self._world.clear_faults(body.get("id"))
        return {"faults": [f.id for f in self._world.faults]}

    async def calls(self, body: Json) -> Any:
        """List the requests that the simulators received."""
        return _newest(self._world.calls.view(body.get("provider"), body.get("path")), body)

    async def policy(self, body: Json) -> Json:
        """Decide what people do about prompts, calls and links by themselves; `manual` waits for a hand."""
        settings = {k: v for k, v in body.items() if k not in {"provider", "person"}}
        need(settings, "outcome")
        self._world.set_policy(need(body, "provider"), body.get("person", "*"), settings)
        return settings

    async def people(self, body: Json) -> Any:
        """Let somebody into the simulation or change them; without an id, list everyone."""
        if "id" not in body:
            return [_person_view(p) for p in self._world.people.known.values()]
        known = self._world.people.known.get(body["id"])
        try:
            person = Person(**({k: getattr(known, k) for k in Person.__slots__} if known else {}) | body)
        except TypeError as error:
            raise ControlError(str(error)) from error
        self._world.people.add(person)
        self._world.changed(person)
        return _person_view(person)

    async def reset(self, _: Json) -> Json:
        """Return everything but the clock to the first moment."""
        self._world.reset()
        for simulator in self._simulators.values():
            simulator.reset()
        self._world.changed(reset=True)
        return {"reset": True}

    async def verb(self, request: Request, side: str) -> Any:
        """Carry out a verb of a provider's person or account side."""
        simulator = self._simulators.get(request.path_params["provider"])
        verbs = getattr(simulator, side, {})
        verb = request.path_params["verb"]
        if verb not in verbs:
            raise ControlError(f"no such verb; there are {', '.join(sorted(verbs)) or 'none'}", status=404)
        return await verbs[verb](await _body(request))

    def _time(self) -> Json:
        clock = self._world.clock
        return {"now": clock.now().isoformat(), "unix": clock.unix(), "offset_s": clock.offset_s}

    async def _forward(self, step: float) -> bool:
        settings = self._world.settings
        url = settings.backend_url.rstrip("/") + "/api/v1/sandbox/clock"
        headers = {"authorization": f"Bearer {settings.clock_token.get_secret_value()}"}
        body = {"advance_s": step, "offset_s": self._world.clock.offset_s}
        try:
            answer = await self._world.http.post(url, json=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success


def _newest[T](rows: list[T], body: Json) -> list[T]:
    return rows[-int(body["limit"]) :] if "limit" in body else rows


def _person_view(person: Person) -> Json:
    return {name: getattr(person, name) for name in Person.__slots__}


async def _body(request: Request) -> Json:
    raw = await request.body()
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise ControlError("the body is not JSON", status=400) from None
    if not isinstance(body, dict):
        raise ControlError("the body is not a JSON object", status=400)
    return dict(request.query_params) | body


def _plain(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(await handler(await _body(request)))

    return endpoint


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ControlError)  # noqa: S101 - Starlette types handlers for any exception
    return JSONResponse({"error": error.message}, status_code=error.status)


def build(world: World, simulators: Mapping[str, Simulator]) -> Starlette:
    """Return the control API over these simulators."""
    control = Control(world, simulators)

    async def act(request: Request) -> Response:
        return JSONResponse(await control.verb(request, "acts"))

    async def account(request: Request) -> Response:
        return JSONResponse(await control.verb(request, "accounts"))

    templates = simulators["whatsapp"].accounts["templates"]
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/clock", control.clock),
        ("POST", "/clock", control.clock),
        ("GET", "/webhooks", control.webhooks),
        ("POST", "/webhooks/accidents", control.accidents),
        ("DELETE", "/webhooks/accidents", control.clear_accidents),
        ("POST", "/webhooks/release", control.release),
        ("POST", "/webhooks/redeliver", control.redeliver),
        ("POST", "/webhooks/flush", control.flush),
        ("POST", "/webhooks/subscribe", control.subscribe),
        ("POST", "/faults", control.fault),
        ("DELETE", "/faults", control.clear_faults),
        ("GET", "/calls", control.calls),
        ("POST", "/actor/policy", control.policy),
        ("GET", "/accounts/people", control.people),
        ("POST", "/accounts/people", control.people),
        ("POST", "/accounts/templates", templates),
        ("POST", "/reset", control.reset),
    ]
    routes = [Route(path, _plain(handler), methods=[method]) for method, path, handler in table]
    routes.append(Route("/actor/{provider}/{verb}", act, methods=["POST"]))
    routes.append(Route("/accounts/{provider}/{verb}", account, methods=["POST"]))
    return Starlette(routes=routes, exception_handlers={ControlError: _refused})
