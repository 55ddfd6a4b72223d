"""A shop with a till: prompts go to it by its store's number, and what is paid by hand comes without an account."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.orders.ports import OrderView
from backend.payments.service.pulls import PullsService
from backend.payments.settings import DarajaSettings
from backend.payments.tasks import PullLoop
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.clock import FixedClock
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, daraja_callbacks, receipts_service, stk_callback
from tests.support.till import NOMINATED, Till, open_till

TILL = "5600999"
_RECEIPTS = "SELECT state, order_id, evidence FROM receipts ORDER BY created_at, id"


@pytest.fixture
async def till(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    """A till whose payments are confirmed; it asks before it takes money."""
    monkeypatch.setenv("DARAJA_TILL", TILL)
    async with open_till(database, clock) as opened:
        assert await opened.daraja.register_urls(*daraja_callbacks().paybill_addresses)
        await opened.control("/accounts/daraja/validation", {"shortcode": TILL, "on": True})
        yield opened


async def call(till: Till, path: str, body: dict[str, Any]) -> Any:
    """Ask something of an order's payment over the API, as the bot does."""
    headers = till.api.token("bot:rasa", Role.BOT)
    answer = await till.api.client.post(f"/api/v1/orders/{path}", json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    await till.settle()
    return answer.json()


async def pay(till: Till, amount: int = 352) -> str:
    """Pay the till from the M-Pesa menu; return the receipt."""
    paid = await till.act("daraja", "pay_by_hand", amount=amount, to=TILL, **{"from": "wanjiru"})
    await till.wait(2)
    return str(paid["receipt"])


async def test_a_prompt_asks_for_the_till_by_its_stores_number(till: Till, order: OrderView) -> None:
    await call(till, f"{order.id}/payment", {"method": "mpesa", "payer_phone": PAYER})
    [push] = await till.calls("daraja", "/mpesa/stkpush/v1")
    wanted = ("CustomerBuyGoodsOnline", "600999", TILL)
    assert (push["body"]["TransactionType"], push["body"]["BusinessShortCode"], push["body"]["PartyB"]) == wanted
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "pay"})
    await till.wait(1)
    assert (await till.order(order.id)).state == "confirmed"


async def test_a_payment_without_an_account_is_suggested_and_its_whole_number_settles_it(
    till: Till, order: OrderView
) -> None:
    """The confirmation masks the payer, so a person is asked; the till's pull feed names them, and it is theirs."""
    await call(till, f"{order.id}/payment", {"method": "mpesa", "payer_phone": PAYER})
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    await till.wait(1)
    await pay(till)
    assert await till.rows(_RECEIPTS) == [("suggested", None, "confirmation")]
    assert await till.rows("SELECT order_id FROM receipt_suggestions") == [(order.id,)]
    settings = DarajaSettings(pull_nominated_number=NOMINATED)
    assert settings.pulled == (TILL,)
    pulls = PullsService(till.database, till.daraja, receipts_service(till.clock), settings)
    assert await PullLoop(pulls, settings.pulled).step() == 1
    assert await till.rows(_RECEIPTS) == [("matched", order.id, "confirmation")]
    assert (await till.order(order.id)).state == "confirmed"


async def test_the_code_of_a_payment_to_the_till_proves_it(till: Till, order: OrderView) -> None:
    """Two orders of the same amount: neither takes the money by itself; the customer's code says whose it is."""
    async with till.database.transaction() as session:
        await make_order(session, shop=False, user_id=order.user_id)
    code = await pay(till)
    assert await till.rows(_RECEIPTS) == [("suggested", None, "confirmation")]
    claimed = await call(till, f"{order.id}/payment/claim", {"code": code})
    assert (claimed["outcome"], (await till.order(order.id)).state) == ("matched", "confirmed")


async def test_a_phone_that_no_prompt_reaches_is_told_of_the_till(till: Till, order: OrderView) -> None:
    started = await call(till, f"{order.id}/payment", {"method": "mpesa", "payer_phone": PAYER})
    for _ in range(2):
        attempt = (await till.rows("SELECT id FROM payment_attempts ORDER BY created_at DESC LIMIT 1"))[0][0]
        path = daraja_callbacks().address("stk", attempt).removeprefix("http://duka.test")
        await till.post(path, stk_callback(f"ws_CO_{attempt}", 1025))
        await till.skip(130)
    assert started["attempt_id"]
    told = await till.rows(
        "SELECT payload ->> 'till', payload ->> 'paybill' FROM outbox WHERE topic = 'payment.failed'"
    )
    assert told == [("", ""), (TILL, "")]


async def test_a_statement_of_the_till_is_ours(till: Till, order: OrderView) -> None:
    head = "Receipt No.,Completion Time,Paid In,Withdrawn,A/C No."
    rows = f"Short Code:,{TILL}\n{head}\nUKM5A7B9C1,22-11-2026 17:25:00,352.00,,{order.id}\n"
    headers = till.api.token("admin:S-1", Role.ADMIN)
    files = {"file": ("statement", rows.encode())}
    answer = await till.api.client.post("/api/v1/payments/statements", files=files, headers=headers)
    assert (answer.status_code, answer.json()["receipts"]) == (200, {"matched": 1})
