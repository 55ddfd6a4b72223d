"""The money desk: whose money waits for whom, and what a person does about it."""

from urllib.parse import quote

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


async def test_the_desk_says_how_many_payments_have_no_order(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    """Of those that came in lately, to whoever sees all of them; a merchant's own people see theirs alone."""
    await come_in(session, "UKM5A7B9CD", minor=9900)
    await come_in(session, "UKM5A7B9CE", order.id)
    desk.enter(ADMIN)
    page = (await desk.get("/money")).text
    assert texts(page, "mismatch") == ["1 of the 2 payments of the last 30 days has no order yet (50.0 %)."]
    desk.enter(person("owner:S-2", Role.OWNER, merchant_id="M-1"))
    assert texts((await desk.get("/money")).text, "mismatch") == []


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


MANY = """
INSERT INTO receipts (id, provider, code, amount_minor, currency, evidence, state, payer_hint, created_at)
SELECT 'RC-' || n, 'mpesa', 'UKN' || lpad(n::text, 7, '0'), 100 * n, 'KES', 'statement', 'orphan',
    lpad(n::text, 3, '0'), duka_now() - make_interval(mins => n)
FROM generate_series(1, 60) AS n
"""


async def test_sums_are_of_all_and_paging_reaches_any(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    await session.execute(text(MANY))
    desk.enter(ADMIN)
    page = (await desk.get("/money")).text
    _, came, _ = texts(page, "column")
    assert came.startswith("Came in, for no order yet 60 KSh 1,830 UKN0000060")
    assert "1 to 50 of 60" in page
    assert len(texts(page, "receipt")) == 50
    rest = (await desk.get("/money?open_from=50")).text
    assert [one.split()[0] for one in texts(rest, "receipt")] == [f"UKN00000{n:02}" for n in range(10, 0, -1)]
    assert "51 to 60 of 60" in rest


@pytest.mark.parametrize("find", ["ukn0000003", "+254 700 000 003", "3.00"])
async def test_any_payment_is_found_by_code_number_or_amount(
    desk: Desk, session: AsyncSession, order: OrderView, find: str
) -> None:
    await session.execute(text(MANY))
    desk.enter(ADMIN)
    page = (await desk.get(f"/money?find={quote(find)}")).text
    assert [one.split()[0] for one in texts(page, "receipt")] == ["UKN0000003"]
    assert "Came in, for no order yet 1 KSh 3 " in texts(page, "column")[1]


async def test_debts_of_all_orders_are_added_up(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    for _ in range(3):
        await make_order(session, shop=False, user_id=order.user_id)
    desk.enter(ADMIN)
    page = (await desk.get("/money?owed_from=3")).text
    assert texts(page, "column")[0].startswith("Orders that wait for money 4 KSh 1,408 ORD")
    assert len(texts(page, "order")) == 1


async def test_a_payment_is_split_merged_and_taken_away_again(
    desk: Desk, session: AsyncSession, order: OrderView
) -> None:
    """One payment for two orders, its rest and another one for a third, and one of them taken back."""
    second, third = [await make_order(session, shop=False, user_id=order.user_id) for _ in range(2)]
    receipt = await come_in(session, "UKM5A7B9CD", minor=90400)
    desk.enter(ADMIN)
    split = {"order_id": [order.id, second.id, ""], "amount": ["352.00", "352", ""], "reason": "paid for both"}
    answer = await desk.api.client.post(f"/console/money/receipts/{receipt}/split", data=split)
    assert answer.status_code == 303, texts(answer.text, "notice")
    assert [(await orders_service().get(session, one.id)).state for one in (order, second)] == ["confirmed"] * 2
    page = (await desk.get("/money")).text
    assert [one.split()[0] for one in texts(page, "receipt")] == ["UKM5A7B9CD/3"]
    other = await come_in(session, "UKM5A7B9CE", minor=15200)
    rest = await session.scalar(text("SELECT id FROM receipts WHERE code = 'UKM5A7B9CD/3'"))
    merge = {"order_id": third.id, "receipt_id": [rest, other], "reason": "sent in two parts"}
    assert (await desk.api.client.post("/console/money/merge", data=merge)).status_code == 303
    assert (await orders_service().get(session, third.id)).state == OrderState.CONFIRMED
    page = (await desk.get("/money?find=UKM5A7B9CE")).text
    (given,) = texts(page, "given")
    assert given.startswith(f"UKM5A7B9CE for {third.id} KSh 152 M-Pesa")
    assert (await desk.post(f"/money/receipts/{other}/undo", reason="hers")).status_code == 303
    shown = await orders_service().get(session, third.id)
    assert (shown.state, shown.payment_status, shown.due_minor) == ("confirmed", "partial", 15200)
    page = (await desk.get("/money")).text
    assert [one.split()[0] for one in texts(page, "receipt")] == ["UKM5A7B9CE/1"]
    (owing,) = texts(page, "order")
    assert owing.startswith(f"{third.id} KSh 152")
    assert "KSh 200 has come confirmed, and not paid" in owing


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("a lot", "Write amounts as numbers, such as 350 or 99.50"),
        ("352", "The parts must be of different orders, each less than the payment and together no more than it"),
    ],
)
async def test_a_split_that_can_not_be_is_refused_in_words(
    desk: Desk, session: AsyncSession, order: OrderView, amount: str, words: str
) -> None:
    receipt = await come_in(session, "UKM5A7B9CD")
    desk.enter(ADMIN)
    answer = await desk.post(
        f"/money/receipts/{receipt}/split", order_id=order.id, amount=amount, reason="paid for both"
    )
    assert (answer.status_code, texts(answer.text, "notice")) == (409, [words])
    assert await session.scalar(text("SELECT count(*) FROM receipts")) == 1


async def test_merging_wants_ticks_and_all_of_them_open(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    desk.enter(ADMIN)
    answer = await desk.post("/money/merge", order_id=order.id, reason="in two parts")
    assert texts(answer.text, "notice") == ["Tick the payments that belong together first."]
    first = await come_in(session, "UKM5A7B9CD", minor=9900)
    merge = {"order_id": order.id, "receipt_id": [first, "RC-NOTHERE"], "reason": "in two parts"}
    answer = await desk.api.client.post("/console/money/merge", data=merge)
    assert answer.status_code == 409
    assert (await orders_service().get(session, order.id)).paid_minor == 0


async def test_a_merchants_people_take_nothing_apart(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    """What comes of it may be anybody's; they see no such forms, and are refused where they post."""
    receipt = await come_in(session, "UKM5A7B9CD", order.id)
    desk.enter(person("owner:S-2", Role.OWNER, merchant_id="M-1"))
    page = (await desk.get("/money")).text
    assert texts(page, "given")
    assert "It was not for this order" not in page
    answer = await desk.post(f"/money/receipts/{receipt}/undo", reason="hers")
    assert answer.status_code == 409
    assert (await orders_service().get(session, order.id)).paid_minor == 35200


async def test_another_citys_admin_sees_none_of_it(desk: Desk, session: AsyncSession, order: OrderView) -> None:
    receipt = await come_in(session, "UKM5A7B9CD", order.id)
    desk.enter(person("admin:S-4", Role.ADMIN, cities=("Nashik",)))
    page = (await desk.get("/money?find=UKM5A7B9CD")).text
    assert texts(page, "given") == texts(page, "receipt") == []
    assert (await desk.post(f"/money/receipts/{receipt}/undo", reason="hers")).status_code == 409
    assert (await orders_service().get(session, order.id)).paid_minor == 35200
