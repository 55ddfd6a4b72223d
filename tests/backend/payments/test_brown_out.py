"""Daraja half away for ten minutes: nobody is charged twice, and what stays unknown is a person's."""

from collections import Counter
from typing import Any

from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from tests.support.factories.catalog import HEADER, make_items
from tests.support.factories.orders import make_order
from tests.support.sizes import sized
from tests.support.till import Till

ORDERS = sized(60, 300)  # Of ten, four have a prompt, a question or a callback that goes wrong.
_LASTS_S = 600
_PRICE = 352
_WALLET = 20_000
# What befalls an order's requests, by its place among ten: made and unanswered, refused, its callback lost, or none.
_TROUBLES: dict[int, tuple[str, dict[str, Any]]] = {
    0: ("/faults", {"provider": "daraja", "path": "/mpesa/stkpush/v1", "mode": "apply", "status": 504, "left": 1}),
    3: ("/faults", {"provider": "daraja", "path": "/mpesa/stkpush/v1", "mode": "refuse", "status": 503, "left": 2}),
    5: ("/webhooks/accidents", {"what": "drop", "provider": "daraja", "left": 1}),
    7: ("/faults", {"provider": "daraja", "path": "/mpesa/stkpushquery", "mode": "refuse", "status": 500, "left": 2}),
}
# Attempts whose end nobody knows, and of which no person was told.
_LEFT = """
SELECT id, state FROM payment_attempts WHERE state NOT IN ('paid', 'failed') AND id NOT IN (
    SELECT payload ->> 'subject_id' FROM outbox WHERE topic = 'payment.review.opened'
)
"""
# Orders whose prompt is with a person: where answer and callback are both lost, nobody else can know of the payment.
_IN_REVIEW = "SELECT order_id FROM payment_attempts WHERE state = 'review'"


def _phone(number: int) -> str:
    return f"2547220{number:05}"


async def _ask(till: Till, order: OrderView, number: int) -> None:
    caller = till.api.token("bot:rasa", Role.BOT)
    body = {"method": "mpesa", "payer_phone": f"+{_phone(number)}"}
    answer = await till.api.client.post(f"/api/v1/orders/{order.id}/payment", json=body, headers=caller)
    assert answer.status_code == 202, answer.text


async def test_a_brown_out_charges_nobody_twice_and_leaves_nothing_to_nobody(till: Till, order: OrderView) -> None:
    """Prompts unanswered, refused and told of late or never: what left a wallet is what its order shows as paid.

    Where answer and callback of a prompt are both lost, a person has it; at most one in ten of these.
    """
    async with till.database.transaction() as session:
        await make_items(session, text=HEADER + "UNGA-2KG,Maize Flour 2kg,unga,packet,176,KES,5000,size=2kg\n")
    await till.control("/actor/policy", {"provider": "daraja", "person": "*", "outcome": "pay", "after_s": 8})
    orders: list[OrderView] = []
    for number in range(ORDERS):
        person = {"id": f"p{number}", "name": f"P{number}", "role": "customer", "phone": _phone(number)}
        await till.control("/accounts/people", person)
        if trouble := _TROUBLES.get(number % 10):
            await till.control(*trouble)
        async with till.database.transaction() as session:
            orders.append(await make_order(session, shop=False, user_id=order.user_id))
        await _ask(till, orders[-1], number)
        await till.skip(_LASTS_S / ORDERS)
    for path in ("/faults", "/webhooks/accidents"):
        assert (await till.sandbox.delete(f"/__sim{path}")).status_code == 200
    for _ in range(40):
        await till.skip(30)
    people = {row["id"]: row["wallet"] for row in (await till.sandbox.get("/__sim/accounts/people")).json()}
    charged = Counter({one.id: _WALLET - people[f"p{number}"] for number, one in enumerate(orders)})
    assert set(charged.values()) <= {0, _PRICE}
    shown = {one: paid // 100 for one, paid in await till.rows("SELECT id, paid_minor FROM orders")}
    untold = {one.id for one in orders if shown[one.id] != charged[one.id]}
    assert {shown[one] for one in untold} <= {0}
    assert untold <= {one for (one,) in await till.rows(_IN_REVIEW)}
    assert len(untold) <= ORDERS / 10
    states = Counter(row[0] for row in await till.rows("SELECT state FROM payment_attempts"))
    assert states["paid"] == sum(amount > 0 for amount in shown.values()) >= ORDERS * 0.7
    assert states.keys() <= {"paid", "failed", "review"}
    assert await till.rows(_LEFT) == []
    assert await till.rows("SELECT coalesce(sum(debit_minor - credit_minor), 0)::int FROM ledger_entries") == [(0,)]
