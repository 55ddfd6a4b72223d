"""A callback that says paid counts by itself up to an amount; more is asked about first, since nobody signs it."""

from collections.abc import AsyncIterator

import pytest

from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.clock import FixedClock
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, confirmation, daraja_callbacks, stk_callback
from tests.support.till import Till, open_till

ASKED = "/mpesa/stkpushquery"
_CARDS = "SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'"


@pytest.fixture(params=[35_200, 35_201], ids=["much", "little"])
async def till(
    request: pytest.FixtureRequest, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Till]:
    """A till at which the order's amount is much, or just too little to be asked about."""
    monkeypatch.setenv("PAYMENTS_CONFIRM_FROM_MINOR", str(request.param))
    async with open_till(database, clock) as opened:
        yield opened


@pytest.fixture
async def order(till: Till) -> OrderView:
    """Two packets of flour, KES 352, not paid yet."""
    async with till.database.transaction() as session:
        return await make_order(session)


@pytest.fixture
def much(request: pytest.FixtureRequest) -> bool:
    return "much" in request.node.callspec.id


async def begin(till: Till, order: OrderView) -> str:
    """Ask for the money over the API; return the attempt."""
    headers = till.api.token("bot:rasa", Role.BOT)
    fields = {"method": "mpesa", "payer_phone": PAYER}
    answer = await till.api.client.post(f"/api/v1/orders/{order.id}/payment", json=fields, headers=headers)
    await till.settle()
    return str(answer.json()["attempt_id"])


async def say_paid(till: Till, attempt_id: str) -> None:
    """A callback in the right form, at the attempt's own address, whoever sent it."""
    path = daraja_callbacks().address("stk", attempt_id).removeprefix("http://duka.test")
    answer = await till.post(path, stk_callback("ws_CO_1", 0, amount=352.0, receipt="UKM4X9Q2RT"))
    assert answer.status_code == 200


async def test_a_payment_that_was_made_counts_under_its_own_number(till: Till, order: OrderView, much: bool) -> None:  # noqa: FBT001 - a fixture
    """Asked about once where it is much, and not at all where it is not."""
    await begin(till, order)
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    await till.wait(2)
    assert (await till.order(order.id)).state == "confirmed"
    assert await till.rows("SELECT provisional, state, length(code) FROM receipts") == [(False, "matched", 10)]
    assert len(await till.calls("daraja", ASKED)) == int(much)
    assert await till.rows(_CARDS) == []


async def test_a_forged_word_on_a_prompt_that_was_cancelled_brings_a_person(
    till: Till,
    order: OrderView,
    much: bool,  # noqa: FBT001 - a fixture
) -> None:
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    attempt = await begin(till, order)
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    await say_paid(till, attempt)
    assert (await till.order(order.id)).state == ("pending" if much else "confirmed")
    assert await till.rows(_CARDS) == ([("callback_unconfirmed",)] if much else [])
    assert await till.rows("SELECT count(*)::int FROM receipts") == [(int(not much),)]


async def test_a_forged_word_on_a_prompt_that_is_open_counts_for_nothing(
    till: Till,
    order: OrderView,
    much: bool,  # noqa: FBT001 - a fixture
) -> None:
    """The provider says that it is still being processed, and in the end that nobody answered."""
    await say_paid(till, await begin(till, order))
    await till.wait(120)
    assert (await till.order(order.id)).state == ("pending" if much else "confirmed")
    assert await till.rows("SELECT count(*)::int FROM receipts") == [(int(not much),)]
    assert (await till.rows("SELECT state FROM payment_attempts") == [("paid",)]) is not much


async def test_what_the_paybill_has_told_of_is_asked_about_no_more(till: Till, order: OrderView) -> None:
    """The confirmation came first, under the same number: two sources agree."""
    attempt = await begin(till, order)
    path = daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test")
    await till.post(path, confirmation("UKM4X9Q2RT", "352.00", order.id))
    await say_paid(till, attempt)
    assert await till.calls("daraja", ASKED) == []
    assert await till.rows("SELECT state FROM payment_attempts") == [("paid",)]
    assert await till.rows("SELECT count(*)::int FROM receipts") == [(1,)]


async def test_a_word_that_comes_when_a_person_has_it_already_counts_all_the_same(till: Till, order: OrderView) -> None:
    """The prompt was paid, and its callback comes so late that nobody watched it any more."""
    await till.control("/webhooks/accidents", {"what": "drop", "provider": "daraja", "kind": "stk.callback"})
    attempt = await begin(till, order)
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    await till.rows("UPDATE payment_attempts SET state = 'review' RETURNING id")
    await say_paid(till, attempt)
    assert (await till.order(order.id)).state == "confirmed"
    assert await till.rows("SELECT code, provisional FROM receipts") == [("UKM4X9Q2RT", False)]
