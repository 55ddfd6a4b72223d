"""The money desk: whose money waits for whom, and what a person does about it."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.models import Refund
from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import texts
from tests.support.clock import FixedClock
from tests.support.factories.console import person
from tests.support.factories.orders import make_order, orders_service
from tests.support.factories.payments import receipts_service

ADMIN = person("admin:S-1", Role.ADMIN)


@pytest.fixture
async def order(session: AsyncSession) -> OrderView:
    return await make_order(session)


async def come_in(session: AsyncSession, code: str, reference: str = "", minor: int = 35200) -> str:
    """Money by hand to the paybill, this moment; return the receipt's id."""
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    told = Evidence(Feed.CONFIRMATION, "mpesa", code, minor, "KES", reference=reference, paid_at=now)
    return (await receipts_service(FixedClock(now)).take(session, told)).id


def slip(order: OrderView) -> str:
    """The order's id with its last sign mistyped."""
    return order.id[:-1] + ("A" if order.id[-1] != "A" else "C")


async def test_the_three_columns_and_their_sums(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    await come_in(session, "UKM5A7B9CD", minor=9900)
    desk.enter(ADMIN)
    page = (await desk.get("/money")).text
    owed, came, cash = texts(page, "column")
    assert owed.startswith(f"Orders that wait for money 1 KSh 352 {order.id} KSh 352")
    assert came.startswith("Came in, for no order yet 1 KSh 99 UKM5A7B9CD KSh 99")
    assert "No order fits it." in came
    assert "No rider carries cash." in cash


async def test_a_suggestion_says_why_and_one_tap_settles_it(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    receipt = await come_in(session, "UKM5A7B9CD", slip(order))
    desk.enter(ADMIN)
    page = (await desk.get("/money")).text
    (candidate,) = texts(page, "candidate")
    assert f"{order.id}" in candidate
    assert {"The account is nearly this order", "Just what is due"} <= set(texts(page, "tag"))
    answer = await desk.post(f"/money/receipts/{receipt}/order", order_id=order.id)
    assert answer.status_code == 303
    page = (await desk.get("/money")).text
    assert "All money has found its order." in page
    assert "Nobody owes anything." in page
    assert (await orders_service().get(session, order.id)).state == OrderState.CONFIRMED
    assert await session.scalar(text("SELECT matched_by FROM receipts")) == "admin:S-1"


async def test_what_has_an_order_by_now_is_refused_in_words(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    receipt = await come_in(session, "UKM5A7B9CD", slip(order))
    desk.enter(ADMIN)
    await desk.post(f"/money/receipts/{receipt}/order", order_id=order.id)
    again = await desk.post(f"/money/receipts/{receipt}/order", order_id=order.id)
    assert again.status_code == 409
    assert texts(again.text, "notice") != []
    assert await session.scalar(text("SELECT count(*) FROM receipts")) == 1


async def test_an_order_that_is_not_there_changes_nothing(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    receipt = await come_in(session, "UKM5A7B9CD", minor=9900)
    desk.enter(ADMIN)
    answer = await desk.post(f"/money/receipts/{receipt}/order", order_id="ORDNOTHERE")
    assert answer.status_code == 409
    assert (await orders_service().get(session, order.id)).paid_minor == 0
    assert "UKM5A7B9CD" in answer.text


async def test_an_owner_sees_money_for_their_own_orders_alone(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    """Orphans could be anybody's, and another merchant's suggestion is none of theirs."""
    theirs = await come_in(session, "UKM5A7B9CD", slip(order))
    orphan = await come_in(session, "UKM5A7B9CE", minor=9900)
    desk.enter(person("owner:S-2", Role.OWNER, merchant_id="M-1"))
    assert [text.split()[0] for text in texts((await desk.get("/money")).text, "receipt")] == ["UKM5A7B9CD"]
    assert (await desk.post(f"/money/receipts/{orphan}/order", order_id=order.id)).status_code == 409
    desk.enter(person("owner:S-3", Role.OWNER, merchant_id="M-2"))
    assert texts((await desk.get("/money")).text, "receipt") == []
    assert (await desk.post(f"/money/receipts/{theirs}/order", order_id=order.id)).status_code == 409
    assert (await orders_service().get(session, order.id)).paid_minor == 0


async def test_the_desk_is_closed_to_agents(desk: Desk) -> None:
    desk.enter()
    assert (await desk.get("/money")).status_code == 403


async def test_what_is_owed_back_is_decided_once_with_a_reason(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    desk.enter(ADMIN)
    for code in ("UKM5A7B9CD", "UKM5A7B9CE"):
        receipt = await come_in(session, code, order.id)
    await desk.post(f"/money/receipts/{receipt}/order", order_id=order.id)
    page = (await desk.get("/money")).text
    (owed,) = texts(page, "refund")
    assert owed.startswith("KSh 352 Paid twice")
    refund = await session.scalar(text("SELECT id FROM refunds"))
    assert (await desk.post(f"/money/refunds/{refund}", decision="approve", note="")).status_code == 422
    assert (await desk.post(f"/money/refunds/{refund}", decision="approve", note="sent twice")).status_code == 303
    assert (await desk.post(f"/money/refunds/{refund}", decision="reject", note="too late")).status_code == 409
    row = await session.get(Refund, refund)
    assert row is not None
    assert (row.state, row.decided_by, row.note) == ("approved", "admin:S-1", "sent twice")
