"""A rider's cash at the desk: expected, counted, what differs, and what the owner gives up."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.service.cards import CardsService
from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.clock import FixedClock
from tests.support.factories.console import person
from tests.support.factories.dispatch import make_rider
from tests.support.factories.orders import ADMIN as GIVER
from tests.support.factories.orders import RIDER_ID, advance, give, make_order
from tests.support.factories.payments import cash_service, receipts_service

AGENT = person("agent:S-1", Role.AGENT)
ADMIN = person("admin:S-2", Role.ADMIN)
OWNER = person("owner:S-3", Role.OWNER)
PAGE = f"/money/riders/{RIDER_ID}"


@pytest.fixture
async def order(session: AsyncSession, clock: FixedClock) -> OrderView:
    """An order whose 352 shillings its rider has taken at the door."""
    await make_rider(session, clock, RIDER_ID)
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    order = await advance(session, await give(session, order, GIVER, ApproveCod()), OrderState.OUT_FOR_DELIVERY)
    await cash_service(clock).collect(session, order.id, 35_200, RIDER_ID)
    return order


async def seen(session: AsyncSession) -> str:
    """The last count, as the page has it in its form."""
    newest = "SELECT id FROM cash_counts ORDER BY created_at DESC, id DESC LIMIT 1"
    return str((await session.execute(text(newest))).scalar_one())


async def held(session: AsyncSession) -> int:
    return int((await session.execute(text("SELECT sum(moved_minor) FROM cash_counts"))).scalar_one())


async def test_the_page_says_what_is_to_be_handed_in_and_how_it_came_to_that(desk: Desk, order: OrderView) -> None:
    """And the money desk leads to it."""
    desk.enter(AGENT)
    page = (await desk.get(PAGE)).text
    assert "To be handed in" in page
    [row] = texts(page, "count-row")
    assert row.startswith(f"Taken at the door for {order.id}")
    assert row.endswith("KSh 352")
    desk.enter(ADMIN)
    desk_page = (await desk.get("/money")).text
    assert f'href="/console{PAGE}"' in desk_page
    assert "carries KSh 352" in " ".join(texts(desk_page, "bag"))


async def test_what_is_counted_is_taken_over_once_and_a_shortage_is_told(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    """The second tap of the same form is refused, since the books have changed since it was opened."""
    desk.enter(AGENT)
    form = {"currency": "KES", "counted": "300", "keeps": "", "note": "torn note kept", "seen": await seen(session)}
    assert (await desk.post(f"{PAGE}/hand-ins", **form)).status_code == 303
    again = await desk.post(f"{PAGE}/hand-ins", **form)
    assert again.status_code == 409
    assert texts(again.text, "notice") == ["This rider's cash has changed meanwhile; look at the sum again"]
    assert await held(session) == 5_200
    rows = texts(again.text, "count-row")
    assert rows[0].startswith("Handed in to")
    assert "KSh 52 too little" in rows[0]
    asked = "SELECT payload ->> 'kind', payload ->> 'owner' FROM outbox WHERE topic = 'payment.review.opened'"
    assert [tuple(row) for row in await session.execute(text(asked))] == [("cash_shortage", "agent:S-1")]


async def test_only_the_owner_gives_a_difference_up(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    """Others are told whose it is; no more than there is can be given up."""
    form = {"currency": "KES", "amount": "52", "note": "the rider was robbed"}
    desk.enter(ADMIN)
    assert "is the owner's to give up" in (await desk.get(PAGE)).text
    assert (await desk.post(f"{PAGE}/write-offs", **form)).status_code == 403
    assert await held(session) == 35_200
    desk.enter(OWNER)
    assert "Give up what is missing" in (await desk.get(PAGE)).text
    assert (await desk.post(f"{PAGE}/write-offs", **{**form, "amount": "353"})).status_code == 409
    assert (await desk.post(f"{PAGE}/write-offs", **form)).status_code == 303
    assert await held(session) == 30_000


async def test_an_amount_that_is_none_is_refused_in_words(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    desk.enter(AGENT)
    answer = await desk.post(f"{PAGE}/hand-ins", currency="KES", counted="three", seen=await seen(session))
    assert answer.status_code == 409
    assert await held(session) == 35_200


async def test_another_shops_people_do_not_see_it(desk: Desk, order: OrderView) -> None:
    """The rider carries for all, so no one shop's people count the cash."""
    desk.enter(person("admin:S-9", Role.ADMIN, merchant_id="M-1"))
    assert (await desk.get(PAGE)).status_code == 404
    desk.enter(person("admin:S-8", Role.ADMIN, cities=["Mombasa"]))
    assert (await desk.get(PAGE)).status_code in {403, 404}


async def test_a_card_leads_to_where_it_is_ended(
    desk: Desk, session: AsyncSession, clock: FixedClock, order: OrderView
) -> None:
    """By one button a page; the money desk's only for those who may open it."""
    cards = CardsService(clock)
    await cards.open(session, "payment_cash_shortage", f"cash:{RIDER_ID}:KES", money_minor=5200, currency="KES")
    await cards.open(session, "payment_orphan", "RC-1", money_minor=5200, currency="KES")
    await cards.open(session, "vendor_silent", order.id, order_id=order.id)
    desk.enter(ADMIN)
    page = (await desk.get("/orders")).text
    assert 'href="/console/money/riders/R-1">Count what was handed in' in page
    assert 'href="/console/money#receipt-RC-1">Give it to an order' in page
    assert f'href="/console/orders/{order.id}">See who is being called' in page
    desk.enter(AGENT)
    page = (await desk.get("/orders")).text
    assert "/console/money/riders/R-1" in page
    assert "/console/money#receipt-RC-1" not in page


async def test_money_that_is_nobodys_goes_back_step_by_step(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    """Given back, approved, and recorded as paid by hand, each by a button of the desk."""
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9CD", 9_900, "KES")
    receipt = await receipts_service(clock).take(session, told)
    desk.enter(OWNER)
    assert (await desk.post(f"/money/receipts/{receipt.id}/give-back")).status_code == 303
    [refund] = await session.scalars(text("SELECT id FROM refunds"))
    approve = {"decision": "approve", "note": "it is nobody's"}
    assert (await desk.post(f"/money/refunds/{refund}", **approve)).status_code == 303
    page = (await desk.get("/money")).text
    assert f'id="refund-{refund}"' in page
    refused = await desk.post(f"/money/refunds/{refund}/payout")
    assert refused.status_code == 409
    assert (await desk.post(f"/money/refunds/{refund}/paid", code="ukm9hand01")).status_code == 303
    done = await session.execute(text("SELECT state, paid_code FROM refunds"))
    assert done.one() == ("paid_back", "UKM9HAND01")
