"""Who could carry an order: on shift, with room, near, and with no more cash than they may carry."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.errors import RiderCashFullError, RiderFullError
from backend.dispatch.policies import Prices, rank
from backend.dispatch.ports import Candidate, RiderFigures, Suggestion
from backend.dispatch.service.riders import RidersService
from backend.dispatch.service.views import distance_m
from backend.dispatch.settings import DispatchSettings
from backend.orders.ports import OrderView
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.money import Money


class RiderChoice:
    """Ranks riders, and says who may not take one more."""

    def __init__(self, riders: RidersService, cash: RiderCashService, settings: DispatchSettings) -> None:
        self._riders = riders
        self._cash = cash
        self._settings = settings
        self._prices = Prices(settings.load_penalty_m, settings.unknown_distance_m, settings.refusal_penalty_m)

    async def ranked(self, session: AsyncSession, order: OrderView) -> list[Suggestion]:
        """Return who could carry an order, the best first, each with the reasons."""
        tried = frozenset(row.rider_id for row in await repository.assignments_of(session, order.id))
        free = await self._riders.available(session, order.city, order.merchant_id)
        ids = [rider.id for rider in free]
        full = await self._full(session, order, ids)
        figures = await self._riders.figures_of(session, ids, on_time_s=self._settings.on_time_s)
        cash = await self._cash.carried(session, ids, order.currency)
        candidates = [
            Candidate(
                rider,
                distance_m(rider, order),
                figures.get(rider.id, RiderFigures()),
                Money(cash[rider.id], order.currency).format() if rider.id in cash else "",
            )
            for rider in free
        ]
        return rank(candidates, tried | full, self._prices)

    async def check(self, session: AsyncSession, order: OrderView, rider_id: str) -> None:
        """Refuse a rider who can't take this order.

        Raises:
            RiderFullError: They carry as many as they can.
            RiderCashFullError: It is to be paid in cash, and they have to hand in first.
        """
        rider = await self._riders.get(session, rider_id)
        if rider.load >= rider.capacity:
            raise RiderFullError(rider_id=rider_id)
        if await self._full(session, order, [rider_id]):
            raise RiderCashFullError(rider_id=rider_id)

    async def _full(self, session: AsyncSession, order: OrderView, rider_ids: Collection[str]) -> frozenset[str]:
        """Return who of these has to hand cash in before they may take this order."""
        in_cash = order.payment_mode == "cod" and order.due_minor > 0
        return await self._cash.full(session, rider_ids, order.currency) if in_cash else frozenset()
