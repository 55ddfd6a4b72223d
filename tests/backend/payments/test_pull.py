"""The pull feed over simulated Daraja: what no confirmation told of, once, through outages and refusals."""

from typing import Any

import pytest

from backend.orders.ports import OrderView
from backend.payments.ports import Method
from backend.payments.providers.daraja.mapping import iso_time, pulled_page
from backend.payments.providers.daraja.wire import PulledRows
from backend.payments.service.pulls import PullsService
from backend.payments.settings import DarajaSettings
from backend.payments.tasks import PullLoop
from backend.platform.db.session import Database
from tests.support.clock import FixedClock
from tests.support.factories.orders import make_order
from tests.support.factories.payments import PAYER, confirmation, daraja_callbacks, receipts_service
from tests.support.till import NOMINATED, Till, open_till

QUERY = "/pulltransactions/v1/query"
WANJIRU = "wanjiru"
SHORTCODE = "600999"


def pull_loop(till: Till, **settings: Any) -> PullLoop:
    """The worker's loop, reading every five minutes."""
    wanted = DarajaSettings(pull_nominated_number=NOMINATED, **settings)
    service = PullsService(till.database, till.daraja, receipts_service(till.clock), wanted)
    return PullLoop(service, wanted.pulled)


async def pay(till: Till, reference: str, amount: int = 352) -> str:
    """Pay the paybill by hand; nobody has registered for confirmations, so none comes."""
    paid = await till.act("daraja", "pay_by_hand", amount=amount, reference=reference, **{"from": WANJIRU})
    return str(paid["receipt"])


async def states(till: Till) -> list[tuple[Any, ...]]:
    return await till.rows("SELECT code, state, evidence FROM receipts ORDER BY created_at, code")


async def confirm(till: Till, body: bytes) -> None:
    """Confirm a payment by hand."""
    await till.post(daraja_callbacks().address("c2b", "paybill").removeprefix("http://duka.test"), body)


async def queries(till: Till) -> list[dict[str, Any]]:
    return [call["body"] for call in await till.calls("daraja", QUERY)]


async def test_a_payment_without_a_confirmation_is_pulled_once(till: Till, order: OrderView) -> None:
    """Read again in the overlap and confirmed late after all, it is the same money."""
    receipt = await pay(till, order.id)
    loop = pull_loop(till)
    assert await loop.step() == 1
    assert await states(till) == [(receipt, "matched", "pull")]
    assert (await till.order(order.id)).payment_status == "success"

    assert await loop.step() == 0  # Its time has not come.
    await till.skip(301)
    assert await loop.step() == 1
    await confirm(till, confirmation(receipt, "352.00", order.id))
    assert await states(till) == [(receipt, "matched", "pull")]
    assert (await till.order(order.id)).paid_minor == 35200


async def test_the_feeds_whole_number_closes_what_a_confirmation_left_open(till: Till, order: OrderView) -> None:
    """A till's payment names no order and a masked payer; the feed knows the payer."""
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
    receipt = await pay(till, "")
    await confirm(till, confirmation(receipt, "352.00", ""))
    assert [row[1] for row in await states(till)] == ["suggested"]
    await pull_loop(till).step()
    assert [row[1] for row in await states(till)] == ["matched"]


async def test_every_page_is_read(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """More transactions than one answer holds."""
    monkeypatch.setenv("SANDBOX_DARAJA_PULL_PAGE", "2")
    async with open_till(database, clock) as till:
        async with database.transaction() as session:
            first = await make_order(session)
            others = [await make_order(session, shop=False, user_id=first.user_id) for _ in range(4)]
        for one in (first, *others):
            await pay(till, one.id)
        assert await pull_loop(till).step() == 5
        assert [call["OffSetValue"] for call in await queries(till)] == ["0", "2", "4", "5"]
        assert {row[1] for row in await states(till)} == {"matched"}


async def test_failures_in_a_row_are_tried_later_and_later(till: Till, order: OrderView) -> None:
    """What was paid meanwhile is read once the provider answers: the span goes on from the last success."""
    loop = pull_loop(till)
    await loop.step()
    await till.fault(provider="daraja", path=QUERY, mode="refuse", status=500, code="500.003.1001", left=3)
    await till.skip(301)
    receipt = await pay(till, order.id)
    waits = []
    for _ in range(3):
        await loop.step()
        row = await till.rows(
            "SELECT failures, extract(epoch FROM next_at - duka_now())::int, last_error FROM pull_cursors"
        )
        waits.append(row[0][:2])
        await till.skip(row[0][1] + 1)
    assert waits == [(1, 300), (2, 600), (3, 1200)]
    assert await loop.step() == 1
    assert await states(till) == [(receipt, "matched", "pull")]
    assert await till.rows("SELECT failures, last_error FROM pull_cursors") == [(0, "")]


async def test_a_shortcode_is_registered_once(till: Till) -> None:
    loop = pull_loop(till)
    for _ in range(3):
        await loop.step()
        await till.skip(301)
    assert len(await till.calls("daraja", "/pulltransactions/v1/register")) == 1


async def test_a_refused_registration_is_tried_again(till: Till, order: OrderView) -> None:
    await pay(till, order.id)
    loop = pull_loop(till)
    await till.fault(provider="daraja", path="/pulltransactions/v1/register", mode="refuse", status=400, left=1)
    assert await loop.step() == 0
    assert await till.rows("SELECT failures, registered_at IS NULL FROM pull_cursors") == [(1, True)]
    await till.skip(301)
    assert await loop.step() == 1


async def test_two_workers_read_a_shortcode_in_turn(till: Till, order: OrderView) -> None:
    """Whose turn it is stands in the row, also while the provider is asked."""
    await pay(till, order.id)
    assert [await pull_loop(till).step(), await pull_loop(till).step()] == [1, 0]
    assert len(await queries(till)) == 2  # The page, and the empty one after it.


async def test_what_the_feed_has_forgotten_brings_a_person(till: Till) -> None:
    """After three days of outage the first of them are in no answer; a statement holds them."""
    loop = pull_loop(till)
    await loop.step()
    await till.skip(72 * 3600)
    await loop.step()
    opened = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened'")
    assert opened == [("feed_gap",)]
    assert await till.rows("SELECT failures FROM pull_cursors") == [(0,)]


def test_the_feed_is_off_without_a_nominated_number() -> None:
    assert DarajaSettings().pulled == ()
    assert DarajaSettings(pull_nominated_number=NOMINATED).pulled == (SHORTCODE,)
    assert DarajaSettings(pull_nominated_number=NOMINATED, pull_shortcodes=("1", "2")).pulled == ("1", "2")


def test_rows_that_are_no_payment_are_left_out_and_unreadable_ones_counted() -> None:
    row = {
        "transactionId": "UKM5A7B9CD",
        "transactiontype": "c2b-pay-bill-debit",
        "amount": "352.00",
        "msisdn": 711000221,
    }
    rows = [row, row | {"transactiontype": "b2c-transfer"}, row | {"amount": "some"}, {"amount": "1.00"}]
    page = pulled_page(PulledRows.model_validate({"ResponseCode": "1000", "Response": [rows]}))
    assert ([one.code for one in page.told], page.rows, page.unread) == (["UKM5A7B9CD"], 4, 2)
    assert (page.told[0].amount_minor, page.told[0].payer) == (35200, "711000221")


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-22T20:14:33+03:00", "2026-11-22T17:14:33+00:00"),
        ("2026-11-22T17:14:33Z", "2026-11-22T17:14:33+00:00"),
        ("2026-11-22 20:14:33", "2026-11-22T17:14:33+00:00"),
        ("soon", None),
    ],
)
def test_times_of_the_feed(written: str, utc: str | None) -> None:
    at = iso_time(written)
    assert (at.isoformat() if at else None) == utc
