"""What payments do on a clock about riders' cash: bring a person where it was carried for too long."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.service.rider_cash import RiderCashService
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind


class CarriedCash:
    """Reminds of cash that was not handed in."""

    def __init__(self, cash: RiderCashService) -> None:
        self._cash = cash

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Open the card of each pocket that still holds something."""
        for timer in timers:
            await self._cash.remind(session, timer.meta["rider_id"], timer.meta["currency"], timer.meta["city"])


def timer_handlers(carried: CarriedCash) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers about cash."""
    return {TimerKind.CASH_HAND_IN: carried.fire}
