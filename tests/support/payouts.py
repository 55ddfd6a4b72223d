"""A till's refunds, as they are decided and paid out: the hands of a test."""

from typing import Any, Final

import httpx

from backend.platform.auth.principal import Role
from tests.support.till import Till

API: Final = "/api/v1"
B2C: Final = "/mpesa/b2c"
REVERSAL: Final = "/mpesa/reversal"


async def post(till: Till, path: str, **body: Any) -> httpx.Response:
    return await post_as(till, "owner:S-1", Role.OWNER, path, **body)


async def post_as(till: Till, who: str, role: Role, path: str, **body: Any) -> httpx.Response:
    headers = till.api.token(who, role)
    answer = await till.api.client.post(f"{API}{path}", json=body, headers=headers)
    await till.settle()
    return answer


async def approve(till: Till, refund_id: str) -> None:
    answer = await post(till, f"/refunds/{refund_id}/decision", approve=True, note="paid twice")
    assert answer.status_code == 200, answer.text


async def payouts(till: Till) -> list[tuple[Any, ...]]:
    return await till.rows("SELECT state, result_code FROM payouts ORDER BY created_at")


async def refund_state(till: Till) -> str:
    return str((await till.rows("SELECT state FROM refunds"))[0][0])


async def cards(till: Till) -> list[str]:
    found = await till.rows("SELECT payload ->> 'kind' FROM outbox WHERE topic = 'payment.review.opened' ORDER BY pos")
    return [row[0] for row in found]


async def wallet(till: Till) -> int:
    """What Wanjiru has, who began with 20,000."""
    return int(till.simulator.people.get("wanjiru").wallet)


async def asked(till: Till) -> int:
    """How often a payout or reversal was asked for."""
    return len(await till.calls("daraja", B2C)) + len(await till.calls("daraja", REVERSAL))
