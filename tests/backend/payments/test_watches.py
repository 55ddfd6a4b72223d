"""The ladder of silent payments is rows: by city and vendor tier, and a watch that has begun keeps its version."""

from typing import Any

import pytest

from backend.comms.ladders import Ladder, Rung, Step
from backend.comms.service.versions import LadderVersions
from backend.orders.ports import OrderView
from backend.payments.ports import Method
from backend.platform.timers import TimerKind
from tests.support.factories.payments import PAYER
from tests.support.till import Till

_WATCH = "SELECT state, step, policy_version FROM sla_timer WHERE type = 'payment_pending' ORDER BY id"
_QUICK = (Step(20, (Rung.QUERY,)), Step(40, (Rung.ADMIN,)))


async def save(till: Till, *steps: Step, **scope: Any) -> None:
    async with till.database.transaction() as session:
        await LadderVersions().save(session, TimerKind.PAYMENT_PENDING, Ladder(steps), by="admin:A-1", **scope)


async def begin(till: Till, order: OrderView) -> None:
    async with till.database.transaction() as session:
        await till.payments.begin(session, order.id, Method.MPESA, PAYER)
    await till.settle()


async def queries(till: Till) -> int:
    [row] = await till.rows("SELECT count(*)::int FROM outbound_send WHERE channel = 'daraja.query'")
    return int(row[0])


async def states(till: Till) -> list[str]:
    return [row[0] for row in await till.rows("SELECT state FROM payment_attempts ORDER BY created_at")]


@pytest.mark.parametrize("scope", [{"city": "nairobi"}, {"tier": "standard"}, {"city": "Nairobi", "tier": "standard"}])
async def test_a_citys_or_tiers_version_holds_for_its_payments(
    till: Till, order: OrderView, scope: dict[str, str]
) -> None:
    await save(till, *_QUICK, **scope)
    await begin(till, order)
    await till.skip(19)
    assert await queries(till) == 0
    await till.skip(2)
    assert await queries(till) == 1
    await till.skip(20)
    assert await states(till) == ["review"]


async def test_another_citys_version_does_not(till: Till, order: OrderView) -> None:
    await save(till, *_QUICK, city="Nashik")
    await begin(till, order)
    await till.skip(55)
    assert (await queries(till), await states(till)) == (0, ["sent"])


async def test_a_watch_that_has_begun_keeps_its_version(till: Till, order: OrderView) -> None:
    """The built-in version is kept as a row when it is first needed; a new one is for later prompts."""
    await begin(till, order)
    await save(till, *_QUICK)
    await till.skip(41)
    assert (await queries(till), await states(till)) == (0, ["sent"])
    live = [row for row in await till.rows(_WATCH) if row[0] == "pending"]
    assert live == [("pending", 0, 1)]


async def test_who_took_a_payment_over_is_rid_of_it_when_it_ends(till: Till, order: OrderView) -> None:
    """The attempt never came to its last step; what ends it closes the card all the same."""
    await begin(till, order)
    await till.rows('UPDATE sla_timer SET meta = meta || \'{"owned_by": "admin:A-1"}\' RETURNING id')
    await till.act("daraja", "answer", **{"from": "wanjiru", "outcome": "cancel"})
    await till.wait(1)
    closed = "SELECT count(*)::int FROM outbox WHERE topic = 'payment.review.closed'"
    assert (await states(till), await till.rows(closed)) == (["failed"], [(1,)])
