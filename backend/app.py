"""The HTTP application: API, webhooks and console."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from backend.bootstrap import Built, build, routers
from backend.catalog.service import CatalogService
from backend.channels.router import router as channels_router
from backend.console.pages import FOLDER
from backend.platform.clock import SystemClock
from backend.platform.db.session import Database
from backend.platform.inbox import EventIntake
from backend.platform.observability.logging import configure_logging
from backend.platform.problems import describe_problems
from backend.platform.settings import PlatformSettings
from backend.platform.web import DirectRoutes, TraceMiddleware, install_problem_handlers
from backend.vendors.service import VendorsService


def create_app(built: Built | None = None) -> FastAPI:
    """Return the application, over what bootstrap has built."""
    settings = PlatformSettings()
    configure_logging(settings.log_level, as_json=settings.log_json, process="backend")
    parts = built or build(settings, application="backend")
    app = FastAPI(
        title="Duka",
        version="0.1.0",
        description="Turns a direct message into a delivered order.",
        lifespan=lambda _: _lifespan(parts),
    )
    app.state.registry = parts.registry
    app.add_middleware(DirectRoutes, router=channels_router)
    app.add_middleware(TraceMiddleware)
    install_problem_handlers(app)
    app.mount("/console/static", StaticFiles(directory=FOLDER / "static"), name="console-static")
    for router in routers(settings):
        app.include_router(router)
    _add_health(app, parts)
    describe_problems(app)
    return app


@asynccontextmanager
async def _lifespan(built: Built) -> AsyncIterator[None]:
    gc.freeze()  # What was built stays for the process's life; no collection need walk it again.
    stop = asyncio.Event()
    tasks = [asyncio.create_task(loop(stop)) for loop in built.app_loops]
    tasks.append(asyncio.create_task(_read_catalogues(built)))
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await built.registry.get(EventIntake).close()
        await built.close()


async def _read_catalogues(built: Built) -> None:
    """Index every merchant's catalogue, so that the first customer does not wait for it."""
    catalog, vendors = built.registry.get(CatalogService), built.registry.get(VendorsService)
    async with built.registry.get(Database).transaction() as session:
        for merchant in await vendors.merchants(session):
            await catalog.snapshot(session, merchant.id)


def _add_health(app: FastAPI, built: Built) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> dict[str, str]:
        """Say that the process can serve: the database answers and the clock is known."""
        async with built.registry.get(Database).transaction() as session:
            await session.execute(text("SELECT duka_now()"))
        return {"status": "ready", "now": built.registry.get(SystemClock).now().isoformat()}

    @app.get("/metrics", tags=["operations"])
    async def metrics() -> Response:
        """Return this process's metrics in Prometheus's text form."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
