"""Payments by hand to the simulated paybill and till: the addresses are registered, and what is paid is confirmed."""

import httpx
import pytest

from backend.orders.commands import CancelOrder
from backend.orders.ports import OrderView
from backend.payments.ports import Method
from tests.support.factories.orders import ADMIN, give
from tests.support.factories.payments import PAYER, daraja_callbacks
from tests.support.till import Till


@pytest.fixture
async def registered(till: Till) -> Till:
    """The paybill and its addresses; it asks before it takes money."""
    assert await till.daraja.register_urls(*daraja_callbacks().paybill_addresses)
    await till.control("/accounts/daraja/validation", {"shortcode": "600999", "on": True})
    return till


async def pay(till: Till, amount: int, reference: str, who: str = "wanjiru") -> dict[str, str]:
    """Pay from the M-Pesa menu; return the receipt, or the code of the refusal."""
    paid: dict[str, str] = await till.act("daraja", "pay_by_hand", amount=amount, reference=reference, **{"from": who})
    await till.wait(2)
    return paid


async def test_the_addresses_are_registered_once(registered: Till) -> None:
    """In production they can't be changed without support; told again it changes nothing and is no failure."""
    assert await registered.daraja.register_urls(*daraja_callbacks().paybill_addresses) is False


@pytest.mark.parametrize("who", ["wanjiru", "otieno"])
async def test_a_payment_by_hand_pays_its_order_from_any_phone(registered: Till, order: OrderView, who: str) -> None:
    receipt = (await pay(registered, 352, order.id.lower(), who))["receipt"]
    assert (await registered.order(order.id)).state == "confirmed"
    assert await registered.rows("SELECT code, order_id, evidence FROM receipts") == [
        (receipt, order.id, "confirmation")
    ]


async def test_money_in_two_parts_and_for_a_wrong_account_is_taken(registered: Till, order: OrderView) -> None:
    """What is the shop's to sort out is not refused: it is told, and waits for its order or for a person."""
    assert "receipt" in await pay(registered, 100, order.id)
    assert "receipt" in await pay(registered, 77, "mama mboga")
    assert "receipt" in await pay(registered, 252, order.id)
    assert (await registered.order(order.id)).state == "confirmed"
    assert await registered.rows("SELECT amount_minor, state FROM receipts ORDER BY created_at") == [
        (10_000, "matched"),
        (7_700, "orphan"),
        (25_200, "matched"),
    ]


@pytest.mark.parametrize(("who", "state"), [("otieno", "suggested"), ("wanjiru", "matched")])
async def test_a_slip_in_the_account_is_applied_only_from_its_payer(
    registered: Till, order: OrderView, who: str, state: str
) -> None:
    """A stranger's money is offered to a person with the order that it may be for; the customer's own pays it."""
    async with registered.database.transaction() as session:
        await registered.payments.begin(session, order.id, Method.MPESA, PAYER)
    assert "receipt" in await pay(registered, 352, order.id[:-1], who)
    assert await registered.rows("SELECT state FROM receipts") == [(state,)]
    assert ((await registered.order(order.id)).state == "confirmed") == (state == "matched")
    offered = [] if state == "matched" else [(order.id,)]
    assert await registered.rows("SELECT order_id FROM receipt_suggestions") == offered


async def test_money_for_an_order_that_wants_none_is_refused_before_it_moves(
    registered: Till, order: OrderView
) -> None:
    """Paid already, or called off: the payer sees at once that it was not taken, and nobody has to give it back."""
    await pay(registered, 352, order.id)
    assert await pay(registered, 352, order.id) == {"refused": "C2B00012"}
    async with registered.database.transaction() as session:
        await give(session, await registered.order(order.id), ADMIN, CancelOrder("no stock"))
    assert await pay(registered, 352, order.id) == {"refused": "C2B00012"}
    assert await registered.rows("SELECT count(*)::int FROM receipts") == [(1,)]


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b'{"TransID": "X", "TransAmount": "a"}'])
async def test_what_can_not_be_read_is_let_through(registered: Till, body: bytes) -> None:
    """Whether the money is ours is decided once it has moved; a question that we don't understand stops nobody."""
    _, validation = daraja_callbacks().paybill_addresses
    answer: httpx.Response = await registered.api.client.post(validation.removeprefix("http://duka.test"), content=body)
    assert (answer.status_code, answer.json()["ResultCode"]) == (200, "0")
    stranger = validation.replace("paybill.", "paybill.0").removeprefix("http://duka.test")
    assert (await registered.api.client.post(stranger, content=body)).status_code == 404
