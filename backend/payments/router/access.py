"""What the routes of payments need: services, and who may call."""

from typing import Annotated

from fastapi import Depends

from backend.orders.service import OrdersService
from backend.payments.service import PaymentsService
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.settlements import SettlementsService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.web import provide

PaymentsDep = Annotated[PaymentsService, Depends(provide(PaymentsService))]
ReceiptsDep = Annotated[ReceiptsService, Depends(provide(ReceiptsService))]
PayoutsDep = Annotated[PayoutsService, Depends(provide(PayoutsService))]
RefundsDep = Annotated[RefundsService, Depends(provide(RefundsService))]
SettlementsDep = Annotated[SettlementsService, Depends(provide(SettlementsService))]
OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
Staff = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER, Role.SERVICE, Role.BOT))]
Desk = Annotated[Principal, Depends(require(Role.AGENT, Role.ADMIN, Role.OWNER))]
MoneyStaff = Annotated[Principal, Depends(require(Role.ADMIN, Role.OWNER))]
Owner = Annotated[Principal, Depends(require(Role.OWNER))]
Door = Annotated[Principal, Depends(require(Role.RIDER, Role.ADMIN, Role.SERVICE))]
