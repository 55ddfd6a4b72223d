"""What orders do on a clock: an unpaid order ends, and its stock goes back."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import CancelOrder
from backend.orders.ports import Outcome
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind, skip

EXPIRY: Final = Actor(ActorKind.TIMER, TimerKind.RESERVATION_EXPIRY)
UNPAID: Final = "unpaid"


class ReservationExpiry:
    """Cancels orders whose payment did not come in time; one that was paid meanwhile refuses, and stays."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def __call__(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle a batch, its orders' rows held, in the order of their ids."""
        for timer in sorted(timers, key=lambda claimed: claimed.subject_id):
            result = await self._orders.handle(
                session,
                timer.subject_id,
                CancelOrder(UNPAID),
                actor=EXPIRY,
                source=Source.TIMER,
                command_id=f"timer:{timer.id}",
            )
            if result.outcome is Outcome.REFUSED:
                await skip(session, [timer], reason=result.code)


def timer_handlers(orders: OrdersService) -> dict[TimerKind, TimerHandler]:
    """Return the timers that orders handle."""
    return {TimerKind.RESERVATION_EXPIRY: ReservationExpiry(orders)}
