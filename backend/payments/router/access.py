"""What the routes of payments need: services, and who may call."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.service import OrdersService
from backend.payments.errors import ReceiptNotFoundError
from backend.payments.lifecycle import ReceiptState
from backend.payments.repository.lists import ReceiptFilter
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
from backend.vendors.service import VendorsService

PaymentsDep = Annotated[PaymentsService, Depends(provide(PaymentsService))]
ReceiptsDep = Annotated[ReceiptsService, Depends(provide(ReceiptsService))]
PayoutsDep = Annotated[PayoutsService, Depends(provide(PayoutsService))]
PartsDep = Annotated[PartsService, Depends(provide(PartsService))]
RefundsDep = Annotated[RefundsService, Depends(provide(RefundsService))]
SettlementsDep = Annotated[SettlementsService, Depends(provide(SettlementsService))]
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
VendorsDep = Annotated[VendorsService, Depends(provide(VendorsService))]
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


async def check_books(session: AsyncSession, vendors: VendorsService, principal: Principal, merchant_id: str) -> None:
    """Refuse the books of a merchant who is not the caller's, or sells in a city that they don't serve.

    Raises:
        NotFoundError: As if there were none.
    """
    principal.check_merchant(merchant_id)
    if principal.cities != ALL_CITIES:
        principal.check_city(await vendors.city_of(session, merchant_id))


async def check_receipt(
    session: AsyncSession, receipts: ReceiptsService, principal: Principal, *receipt_ids: str
) -> None:
    """Refuse receipts that the caller is not shown: who serves some cities sees what may be for an order there.

    Raises:
        ReceiptNotFoundError: As if there were none.
    """
    for receipt_id in receipt_ids if principal.cities != ALL_CITIES else ():
        wanted = ReceiptFilter(frozenset(ReceiptState), cities=principal.cities, receipt_id=receipt_id)
        if not (await receipts.page(session, wanted, limit=1, offset=0)).total:
            raise ReceiptNotFoundError(receipt_id=receipt_id)


def cities_of(principal: Principal) -> frozenset[str] | None:
    """Return the cities that a caller serves; None for all."""
    return None if principal.cities == ALL_CITIES else principal.cities
