"""What locks promise: a row is read as it is now, not as it was before the wait."""

import asyncio

from backend.orders.ports import OrderView
from backend.payments import repository
from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Feed, Method
from tests.support.factories.orders import orders_service
from tests.support.factories.payments import attempts_service
from tests.support.till import Till


async def test_a_locked_attempt_is_read_afresh(till: Till, order: OrderView) -> None:
    """Another transaction changes the attempt between the first look and the lock."""
    async with till.database.transaction() as session:
        view = await till.payments.begin(session, order.id, Method.MPESA, "+254711000221")
    attempt_id = str(view.attempt_id)
    async with till.database.transaction() as late:
        assert (await repository.attempt(late, attempt_id)).state == "created"  # type: ignore[union-attr]
        async with till.database.transaction() as early:
            changed = await repository.attempt(early, attempt_id, lock=True)
            assert changed is not None
            changed.state = "paid"
        locked = await repository.attempt(late, attempt_id, lock=True)
        assert locked is not None
        assert locked.state == "paid"


async def test_a_credit_and_a_closing_at_the_same_instant_are_one_receipt(till: Till, order: OrderView) -> None:
    """The provider tells of one payment twice, once with its receipt and once without; two workers read it."""
    async with till.database.transaction() as session:
        view = await till.payments.begin(session, order.id, Method.MPESA, "+254711000221")
    attempts = attempts_service(till.clock)

    async def told(receipt: str | None) -> None:
        async with till.database.transaction() as session:
            await repository.attempt(session, str(view.attempt_id))
            await orders_service().get(session, order.id, lock=True)
            attempt = await repository.attempt(session, str(view.attempt_id), lock=True)
            assert attempt is not None
            result = AttemptResult(AttemptOutcome.PAID, "0", "", receipt, None, Advice.WAIT, "paid")
            await attempts.apply_result(session, attempt, result, Feed.PROMPT)

    await asyncio.gather(told("UKM4X9Q2RT"), told(None), told("UKM4X9Q2RT"), told(None))
    assert await till.rows("SELECT code, state FROM receipts") == [("UKM4X9Q2RT", "matched")]
    assert await till.rows("SELECT count(*) FROM refunds") == [(0,)]
