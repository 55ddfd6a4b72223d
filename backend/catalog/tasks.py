"""What the catalogue does on a clock: a planned price comes into force."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.platform.actors import Actor, ActorKind
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind

CLOCK: Final = Actor(ActorKind.TIMER, TimerKind.PRICE_CHANGE)


class PriceChanges:
    """Puts prices in force; one that was withdrawn meanwhile changes nothing."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog

    async def __call__(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle a batch, in the order in which the prices begin."""
        for timer in timers:
            await self._catalog.begin_price(session, timer.subject_id, actor=CLOCK)


def timer_handlers(catalog: CatalogService) -> dict[TimerKind, TimerHandler]:
    """Return the timers that the catalogue handles."""
    return {TimerKind.PRICE_CHANGE: PriceChanges(catalog)}
