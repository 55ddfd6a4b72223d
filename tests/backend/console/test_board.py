"""The board and the exception cards."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.console.board import COLUMNS
from backend.orders.commands import OrderLineDraft
from backend.orders.events import OrderState
from backend.platform import outages
from backend.platform.auth.principal import Role
from backend.platform.timers import TimerKind
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.clock import FixedClock
from tests.support.factories.catalog import HEADER, make_items
from tests.support.factories.console import busy_shop, climb, person
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order, make_shop


async def test_every_state_has_exactly_one_column() -> None:
    shown = [state for column in COLUMNS for state in column.states]
    assert sorted(shown) == sorted(OrderState)


async def test_the_columns_counts_are_those_of_the_orders_in_them(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    await busy_shop(session, clock)
    desk.enter()
    page = (await desk.get("/orders")).text
    running = texts(page, "column")
    assert [column.split(" ORD")[0] for column in running] == [
        "Waiting for payment 2",
        "Waiting for vendor 2",
        "Preparing 1",
        "Ready 1",
        "On the way 1",
    ]
    assert [column.count("ORD") for column in running] == [2, 2, 1, 1, 1]
    assert len(texts(page, "closed-row")) == 3


async def test_what_waits_for_nobody_in_particular_says_so(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    """A packed order whose rider is still being looked for waits for a rider, and never for "None"."""
    await busy_shop(session, clock)
    desk.enter()
    page = (await desk.get("/orders")).text
    [ready] = [column for column in texts(page, "column") if column.startswith("Ready")]
    assert "Waiting for a rider to pick up" in ready
    assert "None" not in page


async def test_a_column_that_is_too_long_says_how_many_are_not_shown(desk: Desk, session: AsyncSession) -> None:
    await make_shop(session)
    await make_items(session, text=f"{HEADER}UNGA-2KG,Maize Flour 2kg,unga,packet,176,KES,500,\n")
    customer = await make_customer(session)
    for _ in range(42):
        await make_order(session, shop=False, user_id=customer.id)
    desk.enter()
    page = (await desk.get("/orders")).text
    assert len(texts(page, "order")) == 40
    assert texts(page, "column")[0].startswith("Waiting for payment 42 ")
    assert texts(page, "column")[0].endswith("and 2 older")


async def test_what_is_down_is_named_to_those_whose_it_is(desk: Desk, session: AsyncSession) -> None:
    """A whole channel to everybody, a shop's account to whoever sees the shop."""
    await make_shop(session)
    await session.execute(text("UPDATE merchants SET wa_phone_number_id = '100000000000001'"))
    await outages.note(session, "exotel")
    await outages.note(session, "whatsapp", "100000000000001")
    name = await session.scalar(text("SELECT name FROM merchants"))
    calls, account = "Exotel is down, for", f"WhatsApp of {name} (100000000000001) is stopped, for"
    desk.enter()
    assert texts((await desk.get("/orders?region=1")).text, "outage") == [calls, account]
    desk.enter(person(Role.AGENT, cities=("Nashik",)))
    assert texts((await desk.get("/orders?region=1")).text, "outage") == [calls]


async def test_a_card_says_who_is_chased_and_what_comes_next(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    await climb(session, order, TimerKind.VENDOR_ACCEPT, step=1, in_s=90)
    due = await session.scalar(text("SELECT due_at FROM sla_timer WHERE state = 'pending'"))
    desk.enter()
    page = (await desk.get("/orders?region=1")).text
    assert texts(page, "chase") == ["Waiting for Njeri, Kilimani to accept ring"]
    assert f'<sla-clock due="{due.isoformat()}" now="' in page
    assert page.count('<i class="done">') == 1
    assert page.count('<i class="next">') == 1
    assert page.count('<i class="ahead">') == 2
    assert "<html" not in page


async def test_only_the_next_timer_of_an_order_is_shown(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session)
    await climb(session, order, TimerKind.PROCESSING_REMINDER, step=1, in_s=9_000)
    desk.enter()
    assert texts((await desk.get("/orders")).text, "chase") == ["Waiting for Achieng to pay reminder"]


async def test_a_card_shows_goods_money_and_people(desk: Desk, session: AsyncSession) -> None:
    lines = tuple(OrderLineDraft(sku, Decimal(qty)) for sku, qty in (("NYANYA", "1.5"), ("UNGA-2KG", "2")))
    await make_order(session, OrderState.OUT_FOR_DELIVERY, lines=lines)
    desk.enter()
    (card,) = texts((await desk.get("/orders")).text, "order")
    assert "1.5 × Tomatoes, 2 × Maize Flour 2kg" in card
    assert "paid" in card
    assert "KSh 532" in card
    assert "Achieng ←" in card


async def test_an_exception_is_taken_by_one_person_and_closed_with_what_was_done(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    await CardsService(clock).open(
        session,
        "vendor_silent",
        order.id,
        order_id=order.id,
        city="Nairobi",
        merchant_id="M-1",
        money_minor=order.amount_minor,
        currency="KES",
    )
    card_id = await session.scalar(text("SELECT id FROM ops_exceptions"))
    asha, juma = person(), person("admin:S-2", Role.ADMIN, name="Juma")
    desk.enter(asha)
    page = (await desk.get("/orders")).text
    assert texts(page, "exception-what") == [f"The vendor does not answer {order.id} KSh 352 Nairobi for"]
    assert (await desk.post(f"/cards/{card_id}/take")).headers["location"] == "/console/orders"
    assert texts((await desk.get("/orders")).text, "owner") == ["With you"]
    desk.enter(juma)
    late = await desk.post(f"/cards/{card_id}/take")
    assert late.status_code == 409
    assert texts(late.text, "notice") == ["Somebody else has taken this on already."]
    desk.enter(asha)
    assert (await desk.post(f"/cards/{card_id}/resolve", resolution="ok")).status_code == 422
    assert (await desk.post(f"/cards/{card_id}/resolve", resolution="Rang the shop")).status_code == 303
    assert texts((await desk.get("/orders")).text, "exception") == []
    row = (await session.execute(text("SELECT state, owner, resolution FROM ops_exceptions"))).one()
    assert tuple(row) == ("resolved", "agent:S-1", "Rang the shop")


async def test_a_card_of_another_city_cannot_be_taken(desk: Desk, session: AsyncSession, clock: FixedClock) -> None:
    await CardsService(clock).open(session, "no_rider_free", "ORD1", city="Nairobi", merchant_id="M-1")
    card_id = await session.scalar(text("SELECT id FROM ops_exceptions"))
    desk.enter(person(cities=["Nashik"]))
    assert (await desk.post(f"/cards/{card_id}/take")).status_code == 404
    assert await session.scalar(text("SELECT state FROM ops_exceptions")) == "open"


async def test_an_empty_board_says_so_in_each_column(desk: Desk) -> None:
    desk.enter()
    assert texts((await desk.get("/orders")).text, "nothing") == [column.empty for column in COLUMNS]


async def test_names_and_notes_are_text_never_markup(desk: Desk, session: AsyncSession) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    await make_shop(session)
    customer = await make_customer(session, name=hostile)
    order = await make_order(session, shop=False, user_id=customer.id, note=hostile)
    desk.enter(person(name=hostile))
    for path in ("/orders", f"/orders/{order.id}"):
        page = (await desk.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
