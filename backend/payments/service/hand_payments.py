"""Money that somebody is about to send by hand: whether its order wants any, before it moves."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments.policies import CLOSED_STATES, reference_keys


class HandPaymentsService:
    """Answers the provider's question; what is not sure is let through, since the matcher and people sort it out."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def is_wanted(self, session: AsyncSession, reference: str) -> bool:
        """False where the account names orders of ours and each of them is closed, or paid; it would only go back."""
        keys = sorted(reference_keys(reference))
        named = await self._orders.receivables(session, reference_keys=keys) if keys else []
        return not named or any(order.due_minor and order.state not in CLOSED_STATES for order in named)
