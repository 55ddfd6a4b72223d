"""What the routes of payments need: services, and who may call."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments.service import PaymentsService
from backend.payments.service.parts import PartsService
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.settlements import SettlementsService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.errors import NotFoundError
from backend.platform.web import provide

PaymentsDep = Annotated[PaymentsService, Depends(provide(PaymentsService))]
ReceiptsDep = Annotated[ReceiptsService, Depends(provide(ReceiptsService))]
PayoutsDep = Annotated[PayoutsService, Depends(provide(PayoutsService))]
PartsDep = Annotated[PartsService, Depends(provide(PartsService))]
RefundsDep = Annotated[RefundsService, Depends(provide(RefundsService))]
SettlementsDep = Annotated[SettlementsService, Depends(provide(SettlementsService))]
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
Staff = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER, Role.SERVICE, Role.BOT))]
Desk = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER))]
MoneyStaff = Annotated[Principal, Depends(require(Role.ADMIN, Role.OWNER))]
Owner = Annotated[Principal, Depends(require(Role.OWNER))]
Door = Annotated[Principal, Depends(require(Role.RIDER, Role.ADMIN, Role.SERVICE))]


def platform_only(principal: Principal) -> None:
    """Refuse a merchant's people: money whose order is not known belongs to no merchant.

    Raises:
        NotFoundError: As if there were nothing.
    """
    if principal.merchant_id is not None:
        raise NotFoundError


async def check_order(session: AsyncSession, orders: OrdersService, principal: Principal, order_id: str) -> None:
    """Refuse an order of another city or merchant, as if there were none.

    Raises:
        NotFoundError: It is not the caller's to see, or is not there.
    """
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)


def cities_of(principal: Principal) -> frozenset[str] | None:
    """Return the cities that a caller serves; None for all."""
    return None if principal.cities == ALL_CITIES else principal.cities
