"""Money and attempts that have not ended are somebody's, whatever becomes of their order meanwhile."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import commands as c
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed, Method
from backend.payments.service.books import Books
from backend.payments.service.settlements import SettlementsService
from backend.payments.subscribers import PaymentsSubscriber
from backend.platform.actors import Actor
from backend.platform.auth.principal import Role
from backend.platform.events import Position, StoredEvent
from backend.runtime.invariants import check
from tests.support.factories.orders import ADMIN, advance, give, make_order, orders_service
from tests.support.factories.payments import PAYER, receipts_service, refunds_service
from tests.support.till import Till

API = "/api/v1"
_WATCHED = "SELECT count(*)::int FROM sla_timer WHERE type = 'payment_pending' AND state = 'pending'"


async def begin(till: Till, order: OrderView) -> str:
    """Ask for the money; return the attempt."""
    fields = {"method": "mpesa", "payer_phone": PAYER}
    headers = till.api.token("bot:rasa", Role.BOT)
    answer = await till.api.client.post(f"{API}/orders/{order.id}/payment", json=fields, headers=headers)
    await till.settle()
    return str(answer.json()["attempt_id"])


async def attempts(till: Till) -> list[str]:
    return [row[0] for row in await till.rows("SELECT state FROM payment_attempts ORDER BY created_at")]


async def cards(till: Till) -> list[tuple[Any, ...]]:
    """The kinds and owners of the cards that were asked for and not ended, in their order."""
    return await till.rows(
        "SELECT o.payload ->> 'kind', o.payload ->> 'owner' FROM outbox o WHERE o.topic = 'payment.review.opened'"
        " AND NOT EXISTS (SELECT FROM outbox c WHERE c.topic = 'payment.review.closed' AND c.pos > o.pos"
        " AND c.payload ->> 'subject_id' = o.payload ->> 'subject_id') ORDER BY o.pos"
    )


async def closed(session: AsyncSession, order: OrderView, state: str) -> None:
    """Let payments hear that the order came into a state."""
    payload = {"order_id": order.id, "from": "confirmed", "to": state}
    now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    event = StoredEvent("E", "order.state.changed", order.id, payload, ADMIN, order.city, "t", now, Position(1, 1))
    await PaymentsSubscriber(orders_service(), Books(orders_service())).on_state_changed(session, event)


async def test_a_prompt_of_a_cancelled_order_is_asked_about_all_the_same(till: Till, order: OrderView) -> None:
    """Its callback is lost; the customer has paid after the order was called off, and is owed the money back."""
    await begin(till, order)
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, c.CancelOrder("no stock"))
        await closed(session, order, "cancelled")
    assert await till.rows(_WATCHED) == [(1,)]
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    await till.wait(70)
    assert await attempts(till) == ["paid"]
    assert await till.rows("SELECT state, order_id FROM receipts") == [("refund_due", order.id)]
    assert await till.rows("SELECT cause, amount_minor::int FROM refunds") == [("paid_after_close", 35200)]
    assert await till.rows(_WATCHED) == [(0,)]


async def test_an_order_that_is_called_off_is_collected_for_no_more(till: Till, order: OrderView) -> None:
    await begin(till, order)
    async with till.database.transaction() as session:
        await give(session, order, ADMIN, c.CancelOrder("no stock"))
        await closed(session, order, "cancelled")
    assert await till.rows("SELECT state FROM payment_intents") == [("superseded",)]
    async with till.database.transaction() as session:
        assert await check(session, bound_s=0, rules=frozenset({"I15"})) == []


async def test_a_part_that_comes_by_hand_leaves_the_prompt_watched(till: Till, order: OrderView) -> None:
    await begin(till, order)
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9C0", 10000, "KES", reference=order.id, payer=PAYER[1:])
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, told)
    assert (await till.order(order.id)).state == "partial"
    assert await till.rows(_WATCHED) == [(1,)]


async def test_a_prompt_that_was_never_sent_is_watched_too(till: Till, order: OrderView) -> None:
    """From its making on: though nothing should ever send it, a person hears of it in the end."""
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
        await session.execute(text("UPDATE outbound_send SET state = 'cancelled'"))
    for _ in range(9):
        await till.skip(200)
    assert await attempts(till) == ["review"]
    assert await cards(till) == [("outcome_unknown", None)]


async def test_a_refund_that_was_asked_for_is_a_card_until_it_is_decided(till: Till, order: OrderView) -> None:
    """Of those who approve, from the moment that somebody asks; the customer hears of it when it is approved."""
    told = Evidence(Feed.PROMPT, "mpesa", "UKM5A7B9C0", 35200, "KES", order_id=order.id)
    async with till.database.transaction() as session:
        receipt = await receipts_service(till.clock).take(session, told)
    wish = {"receipt_id": receipt.id, "amount_minor": 5000, "cause": "damaged", "note": "torn"}
    headers = till.api.token("admin:S-2", Role.ADMIN)
    asked = await till.api.client.post(f"{API}/orders/{order.id}/refunds", json=wish, headers=headers)
    assert await cards(till) == [("refund_requested", None)]
    due = "SELECT count(*)::int FROM outbox WHERE topic = 'payment.refund.due'"
    assert await till.rows(due) == [(0,)]

    headers = till.api.token("admin:S-4", Role.ADMIN)
    path = f"{API}/refunds/{asked.json()['id']}/decision"
    await till.api.client.post(path, json={"approve": True, "note": "seen it"}, headers=headers)
    assert (await cards(till), await till.rows(due)) == ([], [(1,)])


async def test_a_settlement_is_a_card_of_who_made_it_until_it_is_paid(till: Till) -> None:
    owner, service = Actor.parse("owner:S-1"), SettlementsService(orders_service())
    async with till.database.transaction() as session:
        order = await make_order(session)
        told = Evidence(Feed.PROMPT, "mpesa", "UKM5A7B9C0", 35200, "KES", order_id=order.id)
        await receipts_service(till.clock).take(session, told)
        await advance(session, await orders_service().get(session, order.id), OrderState.DELIVERED)
        now = (await session.execute(text("SELECT duka_now()"))).scalar_one()
        made = await service.settle(session, "M-1", "KES", now, owner)
    assert await cards(till) == [("settlement_due", "owner:S-1")]
    async with till.database.transaction() as session:
        await service.pay(session, made.id, "BANK-1", owner)
    assert await cards(till) == []


async def test_goods_that_were_handed_over_unpaid_are_a_card_until_the_money_comes(till: Till) -> None:
    """An admin said that it was delivered, and nobody told of any cash."""
    async with till.database.transaction() as session:
        order = await make_order(session, payment_mode=c.PaymentMode.COD, payment_method=c.PaymentMethod.COD)
        order = await advance(session, await give(session, order, ADMIN, c.ApproveCod()), OrderState.DELIVERED)
        await closed(session, order, "delivered")
    assert await cards(till) == [("cash_underpaid", None)]
    told = Evidence(Feed.CONFIRMATION, "mpesa", "UKM5A7B9C0", 35200, "KES", reference=order.id)
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, told)
    assert await cards(till) == []


async def test_what_was_given_back_in_full_still_says_what_was_paid(till: Till, order: OrderView) -> None:
    """Of two payments the larger goes back whole, by its surplus and by a wish; the order's sum holds all the same."""
    for code, minor in (("UKM5A7B9C0", 5_000), ("UKM5A7B9C1", 35_200)):
        told = Evidence(Feed.PROMPT, "mpesa", code, minor, "KES", order_id=order.id)
        async with till.database.transaction() as session:
            receipt = await receipts_service(till.clock).take(session, told)
    async with till.database.transaction() as session:
        refunds = refunds_service(till.clock)
        await refunds.request(session, receipt.id, 30_200, "goodwill", "", Actor.parse("admin:S-2"))
        for refund_id in await session.scalars(text("SELECT id FROM refunds")):
            await refunds.decide(session, refund_id, approve=True, note="", actor=ADMIN, is_owner=True)
            await refunds.pay(session, refund_id, f"UK{refund_id}", ADMIN)
        assert await check(session, rules=frozenset({"I1", "I5"})) == []
    assert await till.rows("SELECT state FROM receipts ORDER BY code") == [("matched",), ("matched",)]
    assert (await till.order(order.id)).paid_minor == 35_200
