"""Shows people what failed for the last time: stored webhooks and timers, as exception cards."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.platform.inbox import StoredProviderEvent
from backend.platform.timers import ClaimedTimer


class DeadWork:
    """Opens a card for work that nobody will try again by itself."""

    def __init__(self, cards: CardsService) -> None:
        self._cards = cards

    async def on_event(self, session: AsyncSession, event: StoredProviderEvent, error: str) -> None:
        """Open a card for a webhook that could not be worked off."""
        detail = {"provider": event.provider, "kind": event.kind, "error": error[:200]}
        await self._cards.open(session, "webhook_failed", f"event:{event.id}", detail=detail)

    async def on_timer(self, session: AsyncSession, timer: ClaimedTimer, error: str) -> None:
        """Open a card for a timer whose handler failed each time."""
        detail = {"timer": str(timer.kind), "step": timer.step, "error": error[:200]}
        await self._cards.open(session, "timer_failed", f"timer:{timer.id}", order_id=timer.order_id, detail=detail)
