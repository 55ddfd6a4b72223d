"""The sandbox process: every simulator under its own prefix, the control API, and the phones page."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from backend.sandbox import control
from backend.sandbox.africastalking.app import build as build_africastalking
from backend.sandbox.base import Simulator
from backend.sandbox.calls import Recorder
from backend.sandbox.daraja.app import build as build_daraja
from backend.sandbox.exotel.app import build as build_exotel
from backend.sandbox.faults import FaultGate
from backend.sandbox.instagram.app import build as build_instagram
from backend.sandbox.maps.app import build as build_maps
from backend.sandbox.phones.app import build as build_phones
from backend.sandbox.settings import SandboxSettings
from backend.sandbox.upi.app import build as build_upi
from backend.sandbox.whatsapp.app import build as build_whatsapp
from backend.sandbox.world import World

_BUILDERS: Final[tuple[Callable[[World], Simulator], ...]] = (
    build_whatsapp,
    build_instagram,
    build_daraja,
    build_upi,
    build_exotel,
    build_africastalking,
    build_maps,
)


def create_app(
    settings: SandboxSettings | None = None,
    *,
    time_source: Callable[[], float] = time.time,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Return the sandbox.

    Args:
        settings: Read from the environment if not given.
        time_source: Unix seconds before the offset; tests give a still one.
        transport: How the backend is reached; tests may stand in for it.
    """
    world = World(settings or SandboxSettings(), time_source=time_source, transport=transport)
    simulators = {simulator.name: simulator for simulator in (build(world) for build in _BUILDERS)}
    routes = [
        Route("/healthz", _healthy),
        Route("/", _to_phones),
        Mount("/__sim", control.build(world, simulators)),
        Mount("/sandbox", build_phones(world, simulators)),
        *(_mounted(world, simulator) for simulator in simulators.values()),
    ]
    app = Starlette(routes=routes, lifespan=lambda _: _running(world))
    app.state.world = world
    return app


def _mounted(world: World, simulator: Simulator) -> Mount:
    gate = FaultGate(simulator.app, simulator.name, world.faults, simulator.error_body)
    return Mount(f"/{simulator.name}", Recorder(gate, simulator.name, world.calls))


@asynccontextmanager
async def _running(world: World) -> AsyncIterator[None]:
    pulse = asyncio.create_task(world.timers.run_forever())
    try:
        yield
    finally:
        pulse.cancel()
        with suppress(asyncio.CancelledError):
            await pulse
        await world.close()


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _to_phones(_: Request) -> Response:
    return RedirectResponse("/sandbox/")
