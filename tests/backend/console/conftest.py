"""The console without a browser: its pages over HTTP, and people who are logged in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.router import router
from backend.platform.auth.principal import Principal
from backend.platform.auth.sessions import COOKIE, ConsoleSessions
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.console import console_services, person


@dataclass(frozen=True)
class Desk:
    """The console as a browser of one person sees it."""

    api: Api

    def enter(self, who: Principal | None = None) -> None:
        """Log somebody in, an agent of all cities unless told otherwise."""
        self.api.client.cookies.set(COOKIE, self.api.registry.get(ConsoleSessions).seal(who or person()))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.api.client.get(f"/console{path}", headers=headers)

    async def post(self, path: str, /, headers: dict[str, str] | None = None, **form: str | int) -> httpx.Response:
        return await self.api.client.post(f"/console{path}", data=form, headers=headers)


@pytest.fixture
async def desk(session: AsyncSession, clock: FixedClock) -> AsyncIterator[Desk]:
    """The console on a session that is rolled back; nobody is logged in yet."""
    async with serving(session, clock, router, services=console_services(clock)) as api:
        yield Desk(api)
