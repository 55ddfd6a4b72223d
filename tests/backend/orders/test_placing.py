"""Placing an order through the service: what is reserved, kept, told and refused."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.errors import FractionError, StockShortError, UnknownSkuError
from backend.customers.errors import CustomerNotFoundError
from backend.orders.commands import OrderLineDraft
from backend.orders.errors import CommandIdReusedError, EmptyOrderError, VendorUnavailableError
from backend.platform.actors import SYSTEM, Source
from tests.support.factories.customers import customers_service, make_customer
from tests.support.factories.orders import (
    BOT,
    make_order,
    make_shop,
    orders_service,
    place_order,
)
from tests.support.factories.vendors import make_merchant, vendors_service
from tests.support.order_rows import events, stock, timers


async def test_placing_reserves_stock_keeps_prices_and_tells(session: AsyncSession) -> None:
    await make_shop(session)
    customer = await make_customer(session)
    lines = (
        OrderLineDraft("UNGA-2KG", Decimal(2), note="sealed"),
        OrderLineDraft("NYANYA", Decimal("1.5")),
        OrderLineDraft("SUKARI-1KG", Decimal(1), unit_price_minor=14000),
    )
    command = place_order(customer.id, lines=lines, delivery_fee_minor=10000, contact_phone="+254700000102")
    order = await orders_service().place(session, command, actor=BOT, source=Source.BOT)

    assert order.id.startswith("ORD")
    assert order.id.isalnum()
    assert len(order.id) <= 12
    assert (order.state, order.payment_status, order.city, order.currency) == ("pending", "pending", "Nairobi", "KES")
    assert [(line.sku, line.line_minor) for line in order.lines] == [
        ("UNGA-2KG", 35200),
        ("NYANYA", 18000),
        ("SUKARI-1KG", 14000),
    ]
    assert (order.items_minor, order.delivery_fee_minor, order.amount_minor) == (67200, 10000, 77200)
    assert order.contact_phone == "+254700000102"
    assert order.drop is not None
    assert (order.drop.text, order.drop.version) == ("Yaya Centre, gate B", 1)
    assert order.pickup is not None
    assert order.pickup.text == "Argwings Kodhek Road, Kilimani"
    assert await stock(session) == (Decimal(10), Decimal(2))
    assert await stock(session, "NYANYA") == (Decimal("8.5"), Decimal("1.5"))
    created = await events(session, "order.created")
    assert created == [
        {
            "order_id": order.id,
            "user_id": customer.id,
            "vendor_id": "V-1",
            "merchant_id": "M-1",
            "amount": 772.0,
            "amount_minor": 77200,
            "currency": "KES",
            "payment": {"mode": "prepaid", "status": "pending"},
            "items": [{"sku": "UNGA-2KG", "qty": 2}, {"sku": "NYANYA", "qty": 1.5}, {"sku": "SUKARI-1KG", "qty": 1}],
            "delivery": {"address_id": order.drop.address_id, "lat": -1.2923, "lng": 36.788},
            "channel": "whatsapp",
            "conversation_id": None,
        }
    ]
    assert await timers(session, order.id) == {"reservation_expiry": pytest.approx(1200, abs=5)}
    on_file = await customers_service().last_address(session, customer.id)
    assert on_file is not None
    assert on_file.text == "Yaya Centre, gate B"


async def test_placing_twice_under_one_key_is_one_order(session: AsyncSession) -> None:
    first = await make_order(session, intent_key="draft-7")
    command = place_order(first.user_id, intent_key="draft-7")
    again = await orders_service().place(session, command, actor=BOT, source=Source.BOT)
    assert again == first
    assert await stock(session) == (Decimal(10), Decimal(2))
    assert len(await events(session, "order.created")) == 1


async def test_one_key_for_another_order_is_an_error(session: AsyncSession) -> None:
    first = await make_order(session, intent_key="draft-7")
    command = place_order(first.user_id, intent_key="draft-7", lines=(OrderLineDraft("NYANYA", Decimal(8)),))
    with pytest.raises(CommandIdReusedError):
        await orders_service().place(session, command, actor=BOT, source=Source.BOT)
    assert await stock(session, "NYANYA") == (Decimal("8.5"), Decimal(0))


@pytest.mark.parametrize(
    ("lines", "error", "context"),
    [
        ((), EmptyOrderError, {}),
        ((OrderLineDraft("UNGA-2KG", Decimal(0)),), EmptyOrderError, {}),
        ((OrderLineDraft("MKATE", Decimal(1)),), UnknownSkuError, {"skus": ["MKATE"]}),
        ((OrderLineDraft("UNGA-2KG", Decimal("1.5")),), FractionError, {"skus": ["UNGA-2KG"]}),
        (
            (OrderLineDraft("NYANYA", Decimal(1)), OrderLineDraft("UNGA-2KG", Decimal(11))),
            StockShortError,
            {"short": [{"sku": "UNGA-2KG", "name": "Maize Flour 2kg", "wanted": Decimal(11), "left": Decimal(10)}]},
        ),
    ],
)
async def test_what_cannot_be_sold_is_refused_whole(
    session: AsyncSession, lines: tuple[OrderLineDraft, ...], error: type[Exception], context: dict[str, Any]
) -> None:
    await make_shop(session)
    customer = await make_customer(session)
    with pytest.raises(error) as refusal:
        await orders_service().place(session, place_order(customer.id, lines=lines), actor=BOT, source=Source.BOT)
    assert refusal.value.context == context  # type: ignore[attr-defined]
    assert await stock(session, "NYANYA") == (Decimal("8.5"), Decimal(0))
    assert await stock(session) == (Decimal(10), Decimal(0))
    assert await events(session, "order.created") == []


async def test_a_shop_that_is_off_takes_no_order(session: AsyncSession) -> None:
    await make_shop(session)
    customer = await make_customer(session)
    await vendors_service().deactivate(session, "V-1", actor=SYSTEM, reason="closed")
    with pytest.raises(VendorUnavailableError):
        await orders_service().place(session, place_order(customer.id), actor=BOT, source=Source.BOT)


async def test_anothers_customer_is_not_found(session: AsyncSession) -> None:
    await make_shop(session)
    await make_merchant(session, "M-2", wa_phone_number_id="2002")
    stranger = await make_customer(session, merchant_id="M-2")
    with pytest.raises(CustomerNotFoundError):
        await orders_service().place(session, place_order(stranger.id), actor=BOT, source=Source.BOT)
