"""The page of one order: its story, its ladder, and choosing a rider by hand."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import LogLine
from backend.comms.rows import add_logs
from backend.console.timeline import order_story
from backend.orders import commands as c
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import Actor
from backend.platform.timers import TimerKind
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.clock import FixedClock
from tests.support.factories.console import climb, make_thread, messaged, pay_in, person, say
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import give, make_order

_PROOF = """
INSERT INTO proofs (id, order_id, rider_id, kind, length, received, expires_at, sealed_at, media_type, sha256, content)
VALUES ('PF-1', :order, 'R-1', 'photo', 7, 7, duka_now() + interval '1 day', duka_now(), 'image/jpeg',
    encode(sha256('picture'), 'hex'), 'picture')
"""


async def test_the_story_joins_steps_messages_and_money_in_the_order_of_time(desk: Desk, session: AsyncSession) -> None:
    """What happened in one second is told by four tables; the page tells it as one."""
    order = await make_order(session)
    thread = await make_thread(session, "Achieng", 102)
    await say(session, thread, "bot", "Order yako imepokelewa", order_id=order.id)
    await give(session, order, Actor.parse("payments:mpesa"), c.ConfirmPayment(order.amount_minor))
    await pay_in(session, order, "SKX1A2B3C4")
    await messaged(session, order, "Vendor_New_Order")
    await add_logs(session, [LogLine(order.id, "vendor:V-1", "exotel", "inbound", "vendor_accept", "applied")])
    await give(session, order, Actor.parse("vendor:V-1"), c.AcceptOrder(20))
    story = await order_story(session, desk.api.registry.get(OrdersService), order.id)
    assert [(moment.who, moment.channel, moment.what) for moment in story] == [
        ("bot:rasa", "bot", "PlaceOrder"),
        ("bot", "chat", "message"),
        ("payments:mpesa", "api", "ConfirmPayment"),
        ("payer …221", "mpesa", "receipt SKX1A2B3C4"),
        ("vendor:V-1", "whatsapp", "Vendor_New_Order"),
        ("vendor:V-1", "exotel", "vendor_accept"),
        ("vendor:V-1", "api", "AcceptOrder"),
    ]
    assert [moment.at for moment in story] == sorted(moment.at for moment in story)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    (told,) = texts(page, "story")
    rows = re.split(r" \d\d:\d\d:\d\d ", told)[1:]
    assert rows == [
        "Bot bot Order placed pending",
        "Bot chat “Order yako imepokelewa” read",
        "Payments app Payment confirmed confirmed",
        "payer …221 M-Pesa Receipt SKX1A2B3C4 matched",
        "Njeri, Kilimani WhatsApp Vendor New Order delivered",
        "Njeri, Kilimani exotel Vendor accept applied",
        "Njeri, Kilimani app Vendor accepted processing",
    ]


async def test_times_are_those_of_the_shops_own_city(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    local = await session.scalar(
        text("SELECT to_char(at AT TIME ZONE 'Africa/Nairobi', 'HH24:MI:SS') FROM order_events")
    )
    assert f">{local}</time>" in page


async def test_the_way_shows_what_is_reached_and_a_message_that_arrived_is_no_delivery(
    desk: Desk, session: AsyncSession
) -> None:
    order = await make_order(session, OrderState.PROCESSING)
    await messaged(session, order, "Vendor_New_Order", "delivered")
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    assert [re.sub(r" [\d:]+$", "", step) for step in texts(page, "reached")] == ["Confirmed", "Accepted"]
    assert len(texts(page, "current")) == 1


async def test_the_ladder_names_its_steps_and_the_next_one(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    await climb(session, order, TimerKind.VENDOR_ACCEPT, step=2, in_s=60)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}?region=1")).text
    (ladder,) = texts(page, "ladder")
    assert ladder == (
        "Waiting for Njeri, Kilimani to accept. Call with a menu message at once (done) ring after 2:00 (done)"
        " call with a menu after 3:00 (next) a person here after 5:00"
    )
    assert "<html" not in page


async def _ready(session: AsyncSession, clock: FixedClock) -> OrderView:
    order = await make_order(session, OrderState.HANDOVER)
    await make_rider(session, clock, "R-1")
    await make_rider(session, clock, "R-2", phone="+254700000302", lat=-1.30, lng=36.80)
    return order


async def test_a_rider_is_chosen_by_hand(desk: Desk, session: AsyncSession, clock: FixedClock) -> None:
    order = await _ready(session, clock)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    assert [suggestion.split(" ")[1] for suggestion in texts(page, "suggestion")] == ["R-1", "R-2"]
    answer = await desk.post(f"/orders/{order.id}/rider", rider_id="R-2")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/orders/{order.id}")
    page = (await desk.get(f"/orders/{order.id}")).text
    assert texts(page, "offer") == ["Rider R-2 offered"]
    assert texts(page, "suggestion") == []
    rows = (await session.execute(text("SELECT rider_id, state FROM assignments"))).all()
    assert [tuple(row) for row in rows] == [("R-2", "offered")]
    assert "Asha" not in texts(page, "story")[0]


async def test_a_second_choice_is_refused_in_words_and_changes_nothing(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    order = await _ready(session, clock)
    desk.enter()
    await desk.post(f"/orders/{order.id}/rider", rider_id="R-2")
    desk.enter(person("agent:S-2", name="Juma"))
    late = await desk.post(f"/orders/{order.id}/rider", rider_id="R-1")
    assert late.status_code == 409
    (notice,) = texts(late.text, "notice")
    assert "rider" in notice.lower()
    assert [row.rider_id for row in await session.execute(text("SELECT rider_id FROM assignments"))] == ["R-2"]


async def test_a_rider_who_is_unknown_or_full_is_refused_in_words(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    order = await _ready(session, clock)
    desk.enter()
    unknown = await desk.post(f"/orders/{order.id}/rider", rider_id="R-NONE")
    assert (unknown.status_code, texts(unknown.text, "notice")) == (409, ["There is no such rider"])
    await session.execute(text("UPDATE riders SET capacity = 1 WHERE id = 'R-2'"))
    other = await make_order(session, OrderState.HANDOVER, shop=False, user_id=order.user_id)
    assert (await desk.post(f"/orders/{other.id}/rider", rider_id="R-2")).status_code == 303
    full = await desk.post(f"/orders/{order.id}/rider", rider_id="R-2")
    assert full.status_code == 409
    assert texts(full.text, "notice") == ["This rider carries as many orders as they can"]
    assert await session.scalar(text("SELECT count(*) FROM assignments")) == 1


async def test_an_order_before_its_time_offers_no_rider(desk: Desk, session: AsyncSession, clock: FixedClock) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    await make_rider(session, clock)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    assert texts(page, "suggestion") == []
    assert (await desk.post(f"/orders/{order.id}/rider", rider_id="R-1")).status_code == 409


async def test_an_address_that_is_none_says_so_on_a_page(desk: Desk) -> None:
    desk.enter()
    answer = await desk.get("/orders/ORD-NONE")
    assert answer.status_code == 404
    assert texts(answer.text, "problem-code") == ["404"]
    region = await desk.api.client.get("/console/orders/ORD-NONE?region=1", headers={"hx-request": "true"})
    assert (region.status_code, region.headers["hx-reswap"]) == (404, "none")


async def test_the_page_shows_the_photo_by_which_a_delivery_is_known(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    """To those of the city; for others neither page nor picture is there."""
    await make_rider(session, clock, "R-1")
    order = await make_order(session, OrderState.DELIVERED)
    await session.execute(text(_PROOF), {"order": order.id})
    desk.enter()
    path = f"/orders/{order.id}/proofs/PF-1"
    page = (await desk.get(f"/orders/{order.id}")).text
    assert (f'src="/console{path}"' in page, "Photo, Rider R-1," in page) == (True, True)
    seen = await desk.get(path)
    assert (seen.content, seen.headers["content-type"], seen.headers["x-content-type-options"]) == (
        b"picture",
        "image/jpeg",
        "nosniff",
    )
    desk.enter(person(cities={"Nashik"}))
    assert (await desk.get(path)).status_code == 404


async def test_two_people_are_called_together_by_one_click(desk: Desk, session: AsyncSession) -> None:
    """Cards lead here: the page offers who there is, and clicking twice is one call."""
    order = await make_order(session, OrderState.CONFIRMED)
    desk.enter()
    page = (await desk.get(f"/orders/{order.id}")).text
    assert 'value="vendor-customer"' in page
    assert 'value="rider-customer"' not in page
    for _ in range(2):
        assert (await desk.post(f"/orders/{order.id}/bridge", pair="vendor-customer")).status_code == 303
    calls = await session.execute(text("SELECT rung, callee, params ->> 'with' FROM voice_calls"))
    assert [tuple(row) for row in calls] == [("bridge", "vendor:V-1", f"customer:{order.user_id}")]


@pytest.mark.parametrize(
    ("pair", "words"),
    [("rider-customer", "No rider is assigned to this order yet."), ("moon-sun", "Say who is to be joined with whom.")],
)
async def test_who_can_not_be_called_is_said(desk: Desk, session: AsyncSession, pair: str, words: str) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    desk.enter()
    refused = await desk.post(f"/orders/{order.id}/bridge", pair=pair)
    assert refused.status_code == 409
    assert words in refused.text
    assert await session.scalar(text("SELECT count(*) FROM voice_calls")) == 0


async def test_nobody_calls_another_citys_people(desk: Desk, session: AsyncSession) -> None:
    order = await make_order(session, OrderState.CONFIRMED)
    desk.enter(person(cities=["Nashik"]))
    answer = await desk.post(f"/orders/{order.id}/bridge", pair="vendor-customer")
    assert answer.status_code == 404
