"""Builds providers, services and loops for one process; the only package that knows all of them."""

from dataclasses import dataclass

from backend.bootstrap.loops import Loop, worker_loops
from backend.bootstrap.providers import Providers, connect
from backend.bootstrap.routes import routers
from backend.bootstrap.secrets import check_secrets
from backend.bootstrap.services import add_services
from backend.platform.clock import SystemClock
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.ratelimit import RequestLimiter
from backend.platform.registry import Registry
from backend.platform.settings import PlatformSettings
from backend.platform.wakeups import RedisRelay

__all__ = ["Built", "build", "routers"]


@dataclass(frozen=True, slots=True)
class Built:
    """What a process runs on: its services by type, and its loops."""

    registry: Registry
    providers: Providers
    app_loops: tuple[Loop, ...]
    worker_loops: tuple[Loop, ...]

    async def close(self) -> None:
        """Close providers, limits and database."""
        await self.providers.close()
        await self.registry.get(RequestLimiter).close()
        await self.registry.get(Database).close()


def build(settings: PlatformSettings, *, application: str, clock: SystemClock | None = None) -> Built:
    """Build everything for one process.

    Args:
        settings: Where the stores are.
        application: The process's name, as the database shows it.
        clock: Another clock, for tests.

    Raises:
        ValueError: In production, a secret is still one that stands in this repository.
    """
    check_secrets(settings)
    registry, own_clock = Registry(), clock or SystemClock()
    database = registry.add(
        Database, Database(settings.database_url, pool_size=settings.pool_size, application=application)
    )
    providers = connect(settings, own_clock)
    add_services(registry, settings, database, providers, own_clock)
    flags = registry.get(Flags)
    app_loops: list[Loop] = [lambda stop: own_clock.follow(database, stop), flags.run]
    if settings.redis_url:
        app_loops.append(RedisRelay(settings.redis_url).run)
    return Built(registry, providers, tuple(app_loops), worker_loops(registry, providers))
