"""A small application for router tests: the routers under test, real services, tokens for any caller."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.conversations.service.attached import AttachedFiles
from backend.customers.service import CustomersService
from backend.orders.ports import NoteFiles
from backend.orders.service import OrdersService
from backend.platform.actors import Actor
from backend.platform.auth.principal import ALL_CITIES, Role
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import Clock
from backend.platform.db.session import Database
from backend.platform.registry import Registry
from backend.platform.settings import PlatformSettings
from backend.platform.web import TraceMiddleware, install_problem_handlers, request_session
from backend.vendors.service import VendorsService
from tests.support.factories.catalog import catalog_service
from tests.support.factories.customers import customers_service
from tests.support.factories.orders import orders_service
from tests.support.factories.vendors import vendors_service


@dataclass(frozen=True)
class Api:
    """The application as a client sees it."""

    client: httpx.AsyncClient
    store: Database | AsyncSession
    registry: Registry
    app: FastAPI

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction beside the requests, for what is given and for what is checked."""
        async with _transaction(self.store) as session:
            yield session

    def token(
        self, actor: str, *roles: Role, cities: Iterable[str] = ALL_CITIES, merchant_id: str | None = None
    ) -> dict[str, str]:
        """Headers with a token for the caller, such as `vendor:V-1`."""
        issuer = self.registry.get(TokenIssuer)
        token = issuer.issue(Actor.parse(actor), roles, cities=cities, merchant_id=merchant_id)
        return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def _transaction(store: Database | AsyncSession) -> AsyncIterator[AsyncSession]:
    if isinstance(store, Database):
        async with store.transaction() as session:
            yield session
    else:
        async with store.begin_nested():
            yield store


def base_registry(store: Database | AsyncSession, clock: Clock) -> Registry:
    """What every router needs, and the services of vendors, customers, catalogue and orders."""
    settings, registry = PlatformSettings(), Registry()
    if isinstance(store, Database):
        registry.add(Database, store)
    registry.add(TokenIssuer, TokenIssuer(settings, clock))
    registry.add(ConsoleSessions, ConsoleSessions(settings))
    registry.add(CatalogService, catalog_service())
    registry.add(CustomersService, customers_service())
    registry.add(VendorsService, vendors_service())
    registry.add(OrdersService, orders_service())
    registry.add(NoteFiles, AttachedFiles())  # type: ignore[type-abstract]
    return registry


@asynccontextmanager
async def serving(
    store: Database | AsyncSession,
    clock: Clock,
    *routers: APIRouter,
    services: dict[type[Any], Any] | None = None,
) -> AsyncIterator[Api]:
    """Mount the routers, without a socket; `services` adds to the registry.

    On a database each request commits. On a session each request is a savepoint of it, and the test is rolled back,
    which is much faster; take the database where requests run at the same time.
    """
    app, registry = FastAPI(), base_registry(store, clock)
    if not isinstance(store, Database):

        async def savepoint() -> AsyncIterator[AsyncSession]:
            async with _transaction(store) as session:
                yield session

        app.dependency_overrides[request_session] = savepoint
    for kind, instance in (services or {}).items():
        registry.add(kind, instance)
    app.state.registry = registry
    app.add_middleware(TraceMiddleware)
    install_problem_handlers(app)
    for router in routers:
        app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://duka.test") as client:
        yield Api(client, store, registry, app)
