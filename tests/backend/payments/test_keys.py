"""Whatever moves money takes an Idempotency-Key: the same request again has one effect and is answered as before."""

from typing import Any

import pytest

from backend.orders.ports import OrderView
from backend.payments.ports import Evidence, Feed
from backend.platform.auth.principal import Role
from tests.support.factories.payments import PAYER, receipts_service
from tests.support.till import Till

_EFFECTS = """
SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM refunds), (SELECT count(*) FROM ledger_entries),
    (SELECT count(*) FROM payment_attempts), (SELECT count(*) FROM settlements), (SELECT count(*) FROM outbox),
    (SELECT count(*) FROM outbound_send), (SELECT count(*) FROM order_events)
"""


async def _prepare(till: Till, order: OrderView) -> dict[str, str]:
    """An order with a part of its money, and a receipt that is nobody's."""
    ids = {"order": order.id}
    for name, minor, reference in (("part", 5200, order.id), ("open", 30000, "")):
        told = Evidence(
            Feed.CONFIRMATION,
            "mpesa",
            f"UKM5A7B{minor}",
            minor,
            "KES",
            reference=reference,
            paid_at=till.clock.now(),
        )
        async with till.database.transaction() as session:
            ids[name] = (await receipts_service(till.clock).take(session, told)).id
    return ids


MONEY: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("/orders/{order}/payment", {"method": "mpesa", "payer_phone": PAYER}, {"payer_phone": "+254711000222"}),
    ("/orders/{order}/payment/cash", {"amount_minor": 100, "rider_id": "R-1"}, {"amount_minor": 200}),
    ("/orders/{order}/payment/claim", {"code": "UKM5A7B9CD"}, {"code": "UKM5A7B9CE"}),
    ("/payments/receipts/{open}/match", {"order_id": "{order}"}, {"order_id": "ORDOTHER"}),
    ("/payments/receipts/{open}/give-back", {}, {}),
    (
        "/orders/{order}/refunds",
        {"receipt_id": "{part}", "amount_minor": 100, "cause": "damaged", "note": "a torn packet"},
        {"amount_minor": 200},
    ),
)


@pytest.mark.parametrize(("path", "body", "other"), MONEY, ids=[path for path, _, _ in MONEY])
async def test_the_same_key_again_moves_nothing_and_is_answered_alike(
    till: Till, order: OrderView, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    """Another request under it is refused, and without a key the route works as it did."""
    ids = await _prepare(till, order)
    filled = {name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()}
    headers = till.api.token("admin:S-1", Role.ADMIN) | {"idempotency-key": "k-1"}

    async def post(sent: dict[str, Any]) -> Any:
        return await till.api.client.post(f"/api/v1{path.format(**ids)}", headers=headers, json=sent)

    first = await post(filled)
    assert first.is_success, first.text
    done = await till.rows(_EFFECTS)
    again = await post(filled)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert await till.rows(_EFFECTS) == done
    if other and "match" not in path:  # There the other order is looked for first, and is not there.
        refused = await post({**filled, **other})
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.key_reused")
        assert await till.rows(_EFFECTS) == done


async def test_a_refund_is_decided_and_paid_once_under_a_key(till: Till, order: OrderView) -> None:
    ids = await _prepare(till, order)
    owner = till.api.token("owner:S-9", Role.OWNER)
    asked = {"receipt_id": ids["part"], "amount_minor": 100, "cause": "damaged", "note": "a torn packet"}
    admin = till.api.token("admin:S-1", Role.ADMIN)
    refund = (await till.api.client.post(f"/api/v1/orders/{order.id}/refunds", headers=admin, json=asked)).json()["id"]
    for step, body in (("decision", {"approve": True, "note": "as shown"}), ("paid", {"code": "UKMREFUND1"})):
        answers = [
            await till.api.client.post(
                f"/api/v1/refunds/{refund}/{step}", headers=owner | {"idempotency-key": "k-1"}, json=body
            )
            for _ in range(2)
        ]
        assert [one.status_code for one in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()


async def test_open_receipts_are_a_citys_where_the_asker_serves_one(till: Till, order: OrderView) -> None:
    """What may be for an order there, with the sum of all of it; what fits nobody is for those who serve all."""
    await _prepare(till, order)
    told = Evidence(
        Feed.CONFIRMATION, "mpesa", "UKM5A7B9CE", 30000, "KES", reference=order.id[:-1], paid_at=till.clock.now()
    )
    async with till.database.transaction() as session:
        await receipts_service(till.clock).take(session, told)

    async def listed(cities: set[str], **params: str) -> Any:
        headers = till.api.token("admin:S-1", Role.ADMIN, cities=cities)
        answer = await till.api.client.get("/api/v1/payments/receipts/open", headers=headers, params=params)
        body = answer.json()
        return body["total"], body["sums"], [one["receipt"]["code"] for one in body["items"]]

    both = [{"currency": "KES", "receipts": 2, "sum_minor": 60000}]
    assert await listed({"*"}, limit="1") == (2, both, ["UKM5A7B30000"])
    assert (await listed({"Nashik"}))[0] == 0
    assert [code for code in (await listed({"nairobi"}))[2] if code == "UKM5A7B9CE"] == ["UKM5A7B9CE"]
    assert await listed({"*"}, search="b9ce") == (1, [{**both[0], "receipts": 1, "sum_minor": 30000}], ["UKM5A7B9CE"])
