"""UPI and cash from the order to the receipt, over the simulated link provider."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import commands as c
from backend.orders.commands import PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.errors import CashLockedError, CodLimitError, MethodNotOfferedError, NothingDueError
from backend.payments.ports import Method
from backend.payments.service import PaymentsService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.auth.principal import Role
from tests.support.factories.catalog import HEADER, make_items
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import DISPATCH, give, make_order
from tests.support.factories.payments import payments_service
from tests.support.factories.vendors import make_merchant, make_vendor
from tests.support.till import Till

type Door = Callable[[AsyncSession], Awaitable[None]]

RIDER = Actor(ActorKind.RIDER, "R-1")
ASHA = "asha"
MENU = HEADER + "UNGA-2KG,Poha Plate,poha,plate,60,INR,50,\n"


async def make_nashik_order(session: AsyncSession, state: OrderState, **changes: Any) -> OrderView:
    """Two plates of poha, INR 120, to be paid in cash."""
    await make_merchant(session, country="IN")
    await make_vendor(session, city="Nashik", language="hi")
    await make_items(session, text=MENU)
    user = await make_customer(session, external_id="919900000011", phone="+919900000011")
    return await make_order(session, state, shop=False, user_id=user.id, **changes)


@pytest.fixture
async def on_the_way(till: Till) -> OrderView:
    """A cash order that its rider has picked up."""
    async with till.database.transaction() as session:
        order = await make_nashik_order(
            session, OrderState.PENDING, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD
        )
        await till.payments.begin(session, order.id, Method.COD)
        return await to_the_door(session, order)


async def to_the_door(session: AsyncSession, order: OrderView) -> OrderView:
    """Bring a confirmed order to the customer's door."""
    vendor = Actor(ActorKind.VENDOR, order.vendor_id)
    for actor, command in (
        (vendor, c.AcceptOrder(20)),
        (vendor, c.MarkReady()),
        (DISPATCH, c.AssignRider("R-1")),
        (RIDER, c.PickUp()),
    ):
        order = await give(session, order, actor, command)
    return order


async def switch(till: Till, order: OrderView) -> str:
    """Ask for UPI at the door; return the code's id at the provider."""
    async with till.database.transaction() as session:
        await till.payments.switch_to_upi(session, order.id, actor=RIDER, source=Source.WHATSAPP)
    await till.settle()
    found = await till.rows("SELECT provider_ref FROM payment_attempts WHERE state = 'sent'")
    return str(found[0][0])


async def test_a_link_that_is_paid_confirms_the_order(till: Till) -> None:
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    async with till.database.transaction() as session:
        view = await till.payments.status(session, order.id)
    assert view.url is not None
    assert view.attempt_state == "sent"

    link = view.url.rpartition("/")[2]
    await till.act("upi", "pay", id=link, outcome="pay")

    paid = await till.order(order.id)
    assert (paid.state, paid.payment_status, paid.paid_minor) == ("confirmed", "success", 12000)
    assert await till.rows("SELECT provider, amount_minor, state FROM receipts") == [("upi", 12000, "matched")]


async def test_the_providers_charge_for_a_payment_is_booked_once(till: Till) -> None:
    """It is taken from what the provider holds for us, and never from what the customer paid."""
    till.simulator.settings.upi_fee_basis_points = 200
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    await till.control("/webhooks/accidents", {"what": "duplicate", "provider": "upi", "left": 1})
    [(url,)] = await till.rows("SELECT url FROM payment_attempts")
    await till.act("upi", "pay", id=url.rpartition("/")[2], outcome="pay")
    assert (await till.order(order.id)).paid_minor == 12000
    books = await till.rows("SELECT account, sum(debit_minor - credit_minor)::int FROM ledger_entries GROUP BY account")
    assert dict(books) == {"clearing.upi": 11760, "customer_funds": -12000, "provider_charges": 240}  # type: ignore[arg-type]


async def test_a_link_whose_answer_was_lost_is_found_by_its_reference(till: Till) -> None:
    await till.fault(provider="upi", method="POST", path="payment_links", mode="apply", status=504, body={}, left=1)
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    assert await till.rows("SELECT state FROM payment_attempts") == [("unknown",)]
    await till.wait(10)
    assert await till.rows("SELECT state, url IS NULL FROM payment_attempts") == [("sent", False)]
    posted = [row for row in await till.calls("upi", "/v1/payment_links") if row["method"] == "POST"]
    assert len(posted) == 1


async def test_cash_turns_to_upi_at_the_door(till: Till, on_the_way: OrderView) -> None:
    code = await switch(till, on_the_way)
    locked = await till.order(on_the_way.id)
    assert (locked.payment_mode, locked.payment_status) == ("prepaid", "pending")
    async with till.database.transaction() as session:
        with pytest.raises(CashLockedError):
            await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")

    await till.act("upi", "pay", id=code, outcome="pay", **{"from": ASHA})

    paid = await till.order(on_the_way.id)
    assert (paid.state, paid.payment_status, paid.paid_minor) == ("out_for_delivery", "success", 12000)
    assert await till.rows("SELECT provider, state FROM receipts") == [("upi", "matched")]
    assert await till.rows("SELECT state FROM payment_attempts") == [("paid",)]


async def test_asking_for_upi_twice_is_one_code(till: Till, on_the_way: OrderView) -> None:
    await switch(till, on_the_way)
    async with till.database.transaction() as session:
        again = await till.payments.switch_to_upi(session, on_the_way.id, actor=RIDER, source=Source.WHATSAPP)
    assert again.already_open
    assert len(await till.calls("upi", "qr_codes")) == 1


async def test_cash_after_all_comes_once_the_code_is_closed(till: Till, on_the_way: OrderView) -> None:
    await switch(till, on_the_way)
    async with till.database.transaction() as session:
        await till.payments.return_to_cash(session, on_the_way.id, actor=RIDER, source=Source.WHATSAPP)
        with pytest.raises(CashLockedError):
            await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")
    await till.settle()
    open_again = await till.order(on_the_way.id)
    assert (open_again.payment_mode, open_again.payment_status) == ("cod", "pending")
    failed = await till.rows("SELECT payload ->> 'at_the_door' FROM outbox WHERE topic = 'payment.failed'")
    assert failed == [("true",)]

    async with till.database.transaction() as session:
        await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")
    assert (await till.order(on_the_way.id)).payment_status == "success"


async def test_a_credit_after_the_code_was_closed_is_owed_back(till: Till, on_the_way: OrderView) -> None:
    code = await switch(till, on_the_way)
    async with till.database.transaction() as session:
        await till.payments.return_to_cash(session, on_the_way.id, actor=RIDER, source=Source.WHATSAPP)
    await till.settle()
    async with till.database.transaction() as session:
        await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")
    await till.act("upi", "pay", id=code, outcome="pay", late=True, **{"from": ASHA})
    assert await till.rows("SELECT amount_minor, cause FROM refunds") == [(12000, "paid_twice")]


async def test_cash_is_booked_once(till: Till, on_the_way: OrderView) -> None:
    for _ in range(2):
        async with till.database.transaction() as session:
            await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")
    assert await till.rows("SELECT provider, amount_minor FROM receipts") == [("cash", 12000)]
    async with till.database.transaction() as session:
        with pytest.raises(NothingDueError):
            await till.payments.switch_to_upi(session, on_the_way.id, actor=RIDER, source=Source.WHATSAPP)


async def test_a_rail_takes_its_own_currency_only(till: Till, on_the_way: OrderView) -> None:
    async with till.database.transaction() as session:
        with pytest.raises(MethodNotOfferedError):
            await till.payments.begin(session, on_the_way.id, Method.MPESA, "+919900000011")
    assert await till.rows("SELECT id FROM outbound_send") == []


async def test_a_webhook_with_a_wrong_signature_is_refused(till: Till, on_the_way: OrderView) -> None:
    code = await switch(till, on_the_way)
    body = f'{{"event":"qr_code.credited","payload":{{"qr_code":{{"entity":{{"id":"{code}"}}}}}}}}'.encode()
    headers = {"x-razorpay-signature": "0" * 64, "x-razorpay-event-id": "evt_forged"}
    answer = await till.post("/webhooks/upi", body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "401_UNAUTHORIZED")
    assert await till.rows("SELECT id FROM provider_events WHERE external_id = 'evt_forged'") == []


async def test_an_order_above_its_citys_limit_takes_no_cash(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from the start nor in place of UPI at the door; 409 with the reason, and nothing is changed."""
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
    headers = till.api.token("service:test", Role.SERVICE)
    monkeypatch.setenv("PAYMENTS_COD_LIMIT_MINOR", '{"nashik": 11999}')
    strict = payments_service(till.clock)
    till.api.registry.add(PaymentsService, strict)
    answer = await till.api.client.post(f"/api/v1/orders/{order.id}/payment", json={"method": "cod"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment.cod_limit")
    assert answer.json()["context"]["limit_minor"] == 11999
    assert await till.rows("SELECT id FROM payment_intents") == []
    async with till.database.transaction() as session:
        with pytest.raises(CodLimitError):
            await strict.return_to_cash(session, order.id, actor=RIDER, source=Source.WHATSAPP)


async def test_a_switch_after_delivery_is_refused_with_its_reason(till: Till, on_the_way: OrderView) -> None:
    """Over HTTP, paid or not: the goods are gone, so the way of paying is settled."""
    async with till.database.transaction() as session:
        await till.payments.record_cash(session, on_the_way.id, 11000, "R-1")
        await give(session, on_the_way, RIDER, c.DeliverOrder({"kind": "otp"}))
    headers = till.api.token("rider:R-1", Role.RIDER)
    answer = await till.api.client.post(f"/api/v1/orders/{on_the_way.id}/payment/switch-to-upi", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment.nothing_due")
    assert await till.rows("SELECT id FROM payment_attempts") == []


@pytest.mark.concurrency
@pytest.mark.parametrize("first", ["upi", "cash"])
async def test_upi_is_asked_for_while_the_rider_books_cash(till: Till, on_the_way: OrderView, first: str) -> None:
    """Who holds the order first stands; the other waits for it, is refused and knows why, and the books are level."""
    holds = asyncio.Event()

    async def upi(session: AsyncSession) -> None:
        await till.payments.switch_to_upi(session, on_the_way.id, actor=RIDER, source=Source.API)

    async def cash(session: AsyncSession) -> None:
        await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")

    async def wins(door: Door) -> None:
        async with till.database.transaction() as session:
            await door(session)
            holds.set()
            await _somebody_waits(till)

    async def loses(door: Door) -> None:
        await holds.wait()
        async with till.database.transaction() as session:
            await door(session)

    doors, refusal = ((upi, cash), CashLockedError) if first == "upi" else ((cash, upi), NothingDueError)
    won, lost = await asyncio.gather(wins(doors[0]), loses(doors[1]), return_exceptions=True)
    assert won is None
    assert isinstance(lost, refusal)
    attempts = await till.rows("SELECT count(*) FROM payment_attempts WHERE state <> 'failed'")
    assert attempts == [(int(first == "upi"),)]
    assert await till.rows("SELECT provider FROM receipts") == ([] if first == "upi" else [("cash",)])
    assert await till.rows("SELECT coalesce(sum(debit_minor - credit_minor), 0)::int FROM ledger_entries") == [(0,)]


async def _somebody_waits(till: Till) -> None:
    """Return once another transaction waits for a lock."""
    waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(10):
        while not await till.rows(waiting):
            continue


@pytest.mark.parametrize("told", [True, False], ids=["told", "asked"])
async def test_a_link_that_nobody_pays_is_waited_for_until_it_ends(till: Till, *, told: bool) -> None:
    """It can be paid for half an hour, so that nobody is asked before; then it has failed, as is told or asked."""
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    if not told:
        await till.control("/webhooks/accidents", {"what": "drop", "provider": "upi", "left": 9})
    for _ in range(17):
        await till.skip(100)
    assert await till.rows("SELECT state FROM payment_attempts") == [("sent",)]
    for _ in range(3):
        await till.skip(100)
    assert await till.rows("SELECT state, result_reason FROM payment_attempts") == [("failed", "expired")]
    assert await till.rows("SELECT 1 FROM outbox WHERE topic = 'payment.review.opened'") == []
    assert (await till.order(order.id)).payment_status == "failed"


async def test_a_code_that_nobody_pays_at_the_door_ends_and_cash_is_taken(till: Till, on_the_way: OrderView) -> None:
    await switch(till, on_the_way)
    for _ in range(20):
        await till.skip(100)
    ended = await till.order(on_the_way.id)
    assert (ended.payment_mode, ended.payment_status) == ("cod", "pending")
    async with till.database.transaction() as session:
        await till.payments.record_cash(session, on_the_way.id, 12000, "R-1")
    assert (await till.order(on_the_way.id)).payment_status == "success"


async def test_a_link_whose_end_nobody_knows_is_a_persons_after_its_time(till: Till) -> None:
    async with till.database.transaction() as session:
        order = await make_nashik_order(session, OrderState.PENDING, payment_method=PaymentMethod.UPI)
        await till.payments.begin(session, order.id, Method.UPI)
    await till.settle()
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "upi", "left": 9})
    await till.fault(provider="upi", method="GET", path="payment_links", mode="refuse", status=500, body={})
    for _ in range(25):
        await till.skip(100)
    assert await till.rows("SELECT state FROM payment_attempts") == [("review",)]
    opened = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert opened == [("outcome_unknown",)]
