"""The phones page's own addresses: the page, the state of a phone, and the socket that tells of changes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.sandbox.base import ControlError, Json, Simulator
from backend.sandbox.people import Person
from backend.sandbox.webhooks import accident_view
from backend.sandbox.world import World

_STATIC: Final = Path(__file__).parent / "static"
_POLICY: Final = (
    "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


class Phones:
    """What the page asks for."""

    def __init__(self, world: World, simulators: Mapping[str, Simulator]) -> None:
        self._world = world
        self._simulators = simulators

    async def page(self, _: Request) -> Response:
        """The page itself."""
        return FileResponse(_STATIC / "index.html", headers={"content-security-policy": _POLICY})

    async def state(self, _: Request) -> Response:
        """Who is there, which shops can be written to, the clock and the switches."""
        return JSONResponse(self._overview())

    async def phone(self, request: Request) -> Response:
        """Everything on one person's phone."""
        try:
            person = self._world.people.get(request.path_params["person"])
        except ControlError as error:
            return JSONResponse({"error": error.message}, status_code=error.status)
        apps = {name: simulator.view(person) for name, simulator in self._simulators.items()}
        return JSONResponse(_person_view(person) | apps)

    async def socket(self, socket: WebSocket) -> None:
        """Tell the page of each change; it then fetches what it shows."""
        await socket.accept()
        queue = self._world.watch()
        closed = asyncio.create_task(_until_closed(socket))
        try:
            await socket.send_json({"hello": True})
            while not closed.done():
                note = asyncio.create_task(queue.get())
                await asyncio.wait({note, closed}, return_when=asyncio.FIRST_COMPLETED)
                if not note.done():
                    note.cancel()
                    break
                await socket.send_json(note.result())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._world.unwatch(queue)
            closed.cancel()
            with suppress(asyncio.CancelledError):
                await closed

    def _overview(self) -> Json:
        world = self._world
        shops = [
            {"app": "whatsapp", "id": n.phone_number_id, "name": n.name, "country": _country(n.display_phone_number)}
            for n in world.settings.whatsapp_numbers
        ]
        shops += [
            {"app": "instagram", "id": a.ig_id, "name": a.username, "country": ""}
            for a in world.settings.instagram_accounts
        ]
        codes = [{"shortcode": s.shortcode, "name": s.name, "till": s.till} for s in world.settings.daraja_shortcodes]
        return {
            "now": world.clock.unix(),
            "people": [_person_view(p) for p in world.people.known.values()],
            "shops": shops,
            "paybills": codes,
            "policies": {name: policy["outcome"] for (name, who), policy in world.policies.items() if who == "*"},
            "accidents": [accident_view(a) for a in world.webhooks.accidents],
            "faults": [{"id": f.id, "provider": f.provider, "status": f.status} for f in world.faults if f.left != 0],
        }


async def _until_closed(socket: WebSocket) -> None:
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()


def _country(phone: str) -> str:
    return "KE" if phone.startswith("254") else "IN"


def _person_view(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role,
        "phone": person.phone,
        "country": person.country,
        "reachable": person.reachable,
        "wallet": person.wallet,
    }


def build(world: World, simulators: Mapping[str, Simulator]) -> Starlette:
    """Return the phones page over these simulators."""
    phones = Phones(world, simulators)
    routes = [
        Route("/", phones.page),
        Route("/api/state", phones.state),
        Route("/api/phone/{person}", phones.phone),
        WebSocketRoute("/ws", phones.socket),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Starlette(routes=routes)
