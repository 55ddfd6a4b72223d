"""What the routes of comms share: their services, and who may call them."""

from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import VoiceWebhooks
from backend.comms.service.bridges import Bridges
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.control import LadderControl
from backend.comms.service.forecasts import LadderForecasts
from backend.comms.service.plans import LadderPlans
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.inbox import EventIntake
from backend.platform.ratelimit import RequestLimiter
from backend.platform.web import provide

OrdersDep = Annotated[OrdersService, Depends(provide(OrdersService))]
BridgesDep = Annotated[Bridges, Depends(provide(Bridges))]
CallsDep = Annotated[CallsService, Depends(provide(CallsService))]
CardsDep = Annotated[CardsService, Depends(provide(CardsService))]
PlansDep = Annotated[LadderPlans, Depends(provide(LadderPlans))]
ForecastsDep = Annotated[LadderForecasts, Depends(provide(LadderForecasts))]
ControlDep = Annotated[LadderControl, Depends(provide(LadderControl))]
IntakeDep = Annotated[EventIntake, Depends(provide(EventIntake))]
VoiceDep = Annotated[VoiceWebhooks, Depends(provide(VoiceWebhooks))]
LimiterDep = Annotated[RequestLimiter, Depends(provide(RequestLimiter))]
SettingsDep = Annotated[CommsSettings, Depends(provide(CommsSettings))]
Ops = Annotated[Principal, Depends(require(Role.ADMIN, Role.AGENT, Role.OWNER, Role.SERVICE))]
Admin = Annotated[Principal, Depends(require(Role.ADMIN))]


async def visible_order(session: AsyncSession, orders: OrdersService, principal: Principal, order_id: str) -> OrderView:
    """Return an order that the caller may see.

    Raises:
        NotFoundError: There is none, or it is of another city or merchant.
    """
    order = await orders.get(session, order_id)
    principal.check_city(order.city)
    principal.check_merchant(order.merchant_id)
    return order
