"""Orders for tests, brought to any state by the commands that lead there."""

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.order_ladders import LaddersOfOrders
from backend.comms.service.versions import LadderVersions
from backend.orders import commands as c
from backend.orders.commands import Command, DropAddress, OrderLineDraft, PaymentMethod, PaymentMode, PlaceOrder
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.ids import new_uuid
from tests.support.factories.catalog import catalog_service, make_items
from tests.support.factories.customers import customers_service, make_customer
from tests.support.factories.vendors import make_merchant, make_vendor, vendors_service

PAYMENTS = Actor(ActorKind.PAYMENTS, "test")
BOT = Actor(ActorKind.BOT, "rasa")
ADMIN = Actor(ActorKind.ADMIN, "A-1")
DISPATCH = Actor(ActorKind.DISPATCH, "auto")
RIDER_ID = "R-1"


def ladders() -> LaddersOfOrders:
    """When what orders wait for comes due, by the real rows."""
    return LaddersOfOrders(vendors_service(), LadderVersions())


def orders_service() -> OrdersService:
    """The service with its neighbours, all real."""
    return OrdersService(catalog_service(), customers_service(), vendors_service(), ladders(), OrdersSettings())


async def make_shop(session: AsyncSession) -> None:
    """Merchant M-1 with outlet V-1 and three items."""
    await make_merchant(session)
    await make_vendor(session)
    await make_items(session)


def place_order(user_id: str, **changes: object) -> PlaceOrder:
    """Two packets of flour to Kilimani, prepaid: KES 352."""
    values: dict[str, object] = {
        "merchant_id": "M-1",
        "user_id": user_id,
        "lines": (OrderLineDraft("UNGA-2KG", Decimal(2)),),
        "drop": DropAddress("Yaya Centre, gate B", -1.2923, 36.7880),
        "payment_mode": PaymentMode.PREPAID,
        "payment_method": PaymentMethod.MPESA,
        "channel": "whatsapp",
        "intent_key": new_uuid(),
    }
    return PlaceOrder(**{**values, **changes})  # type: ignore[arg-type]


def _steps(order: OrderView) -> dict[OrderState, tuple[tuple[Actor, Command], ...]]:
    vendor, rider = Actor(ActorKind.VENDOR, order.vendor_id), Actor(ActorKind.RIDER, RIDER_ID)
    return {
        OrderState.CONFIRMED: ((PAYMENTS, c.ConfirmPayment(order.amount_minor)),),
        OrderState.PROCESSING: ((vendor, c.AcceptOrder(20)),),
        OrderState.HANDOVER: ((vendor, c.MarkReady()),),
        OrderState.OUT_FOR_DELIVERY: ((DISPATCH, c.AssignRider(RIDER_ID)), (rider, c.PickUp())),
        OrderState.DELIVERED: ((rider, c.DeliverOrder({"kind": "otp"})),),
        OrderState.RETURNED: ((ADMIN, c.ReturnOrder("customer moved away")),),
    }


async def make_order(
    session: AsyncSession, state: OrderState = OrderState.PENDING, *, shop: bool = True, **changes: object
) -> OrderView:
    """An order in the state; `shop=False` where shop and customer stand already and `user_id` is given."""
    if shop:
        await make_shop(session)
        changes.setdefault("user_id", (await make_customer(session)).id)
    command = place_order(str(changes.pop("user_id")), **changes)
    order = await orders_service().place(session, command, actor=BOT, source=Source.BOT)
    return await advance(session, order, state)


async def advance(session: AsyncSession, order: OrderView, state: OrderState) -> OrderView:
    """Bring an order to the state by the commands that lead there from where it stands."""
    if state is OrderState.PARTIAL:
        return await give(session, order, PAYMENTS, c.RecordPartPayment(1))
    if state is OrderState.CANCELLED:
        return await give(session, order, ADMIN, c.CancelOrder("test"))
    if state is OrderState.PENDING:
        return order
    ways = _steps(order)
    behind = list(ways).index(order.state) + 1 if order.state in ways else 0
    for reached, steps in list(ways.items())[behind:]:
        for actor, command in steps:
            order = await give(session, order, actor, command)
        if reached is state:
            break
    return order


async def give(session: AsyncSession, order: OrderView, actor: Actor, command: Command) -> OrderView:
    """Give a command that must be applied."""
    result = await orders_service().handle(
        session, order.id, command, actor=actor, source=Source.API, command_id=new_uuid()
    )
    assert result.outcome == "applied", result
    return result.order
