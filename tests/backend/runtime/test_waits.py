"""Whatever has not ended has a live timer, an owner or a card: what has none is named, and no state is left out."""

import re

import pytest
from sqlalchemy import CheckConstraint, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode
from backend.platform.db.tables import all_tables
from backend.runtime.invariants import check
from backend.runtime.waits import DECISIONS, ENDS, WAITS
from tests.support.factories.orders import ADMIN, give, make_order

_OLD = "duka_now() - interval '10 minutes'"
_ONE_STATE = re.compile(r"'(\w+)'")


def _put(table: str, source: str = "", **columns: str) -> str:
    """Write an INSERT of one row; values are SQL, and may be columns of the source."""
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} {source}"


_SHOP = {"merchant_id": "'M-1'", "currency": "'KES'"}
_OF_ORDER = "FROM orders"
_INTENT = _put("payment_intents", _OF_ORDER, id="'I1'", order_id="id", method="'mpesa'", amount_minor="1", **_SHOP)
_RECEIPT = _put(
    "receipts",
    id="'R1'",
    provider="'mpesa'",
    code="'QX1'",
    amount_minor="5",
    currency="'KES'",
    evidence="'callback'",
    state="'refund_due'",
    updated_at=_OLD,
)
_REFUND = _put(
    "refunds",
    id="'F1'",
    receipt_id="'R1'",
    amount_minor="5",
    currency="'KES'",
    cause="'x'",
    state="'paid_back'",
)
_SETTLEMENT = _put(
    "settlements",
    id="'ST1'",
    until="duka_now()",
    orders="1",
    gross_minor="5",
    fee_minor="0",
    made_by="'owner:S-1'",
    updated_at=_OLD,
    **_SHOP,
)
_COUNT = _put(
    "cash_counts",
    id="'C1'",
    rider_id="'R-9'",
    kind="'desk'",
    currency="'KES'",
    expected_minor="0",
    counted_minor="5",
    moved_minor="-5",
    counted_by="'agent:S-1'",
    created_at=_OLD,
)
_PRICE = _put(
    "item_prices",
    id="'PR1'",
    merchant_id="'M-1'",
    sku="'UNGA-2KG'",
    price_minor="9",
    from_at="duka_now() + interval '1 day'",
    reason="'x'",
    actor="'x'",
    created_at=_OLD,
)
_RIDER = _put("riders", id="'R-1'", name="'Otieno'", phone="''", phone_index="''", language="'sw'", city="'Nairobi'")
_CALL = _put(
    "voice_calls",
    _OF_ORDER,
    id="'CL1'",
    order_id="id",
    callee="'vendor:V-1'",
    phone="''",
    language="'en'",
    purpose="'new_order'",
    rung="'exotel_ring'",
    menu="''",
    updated_at=_OLD,
)
_TURN = _put("turns", id="'T1'", conversation_id="'CV1'", session_id="'s1'", fence="1", trace_id="'t'", updated_at=_OLD)
_CARD = _put("ops_exceptions", id="'X1'", kind="'k'", subject_id="'s'", state="'owned'", updated_at=_OLD)
_WEBHOOK = _put(
    "provider_events",
    provider="'p'",
    external_id="'e'",
    kind="'k'",
    body="''",
    trace_id="'t'",
    state="'dead'",
    received_at=_OLD,
)
_TIMER = _put(
    "sla_timer",
    subject_kind="'payout'",
    subject_id="'x'",
    type="'payout_pending'",
    due_at=_OLD,
    state="'dead'",
    trace_id="'t'",
)
_UNGUARDED = "ALTER TABLE {} DISABLE TRIGGER ALL"


def _attempt(state: str) -> str:
    values = {"id": "'A1'", "intent_id": "'I1'", "order_id": "id", "provider": "'daraja'", "amount_minor": "1"}
    return _put("payment_attempts", _OF_ORDER, **values, state=f"'{state}'", updated_at=_OLD)


def _payout(state: str) -> str:
    values = {"id": "'PO1'", "refund_id": "'F1'", "way": "'b2c'", "amount_minor": "5", "currency": "'KES'"}
    by = {"receipt_code": "'QX1'", "started_by": "'owner:S-1'"}
    return _put("payouts", **values, **by, state=f"'{state}'", updated_at=_OLD)


def _assignment(state: str) -> str:
    values = {"id": "'AS1'", "order_id": "id", "rider_id": "'R-1'", "round": "1", "state": f"'{state}'"}
    return _put("assignments", _OF_ORDER, **values, updated_at=_OLD)


def _conversation(**more: str) -> str:
    where = {"city": "'Nairobi'", "country": "'KE'", "channel": "'whatsapp'", "account": "'a'", "peer": "''"}
    whose = {"id": "'CV1'", "customer_id": "user_id", "language": "'sw'", "session_id": "'s1'"}
    return _put("conversations", _OF_ORDER, **where, **whose, **_SHOP, **more)


def _send(name: str, **more: str) -> str:
    values = {"id": f"'{name}'", "idem": f"'{name}'", "channel": "'daraja'", "trace_id": "'t'"}
    return _put("outbound_send", **{**values, "payload": "jsonb_build_object()", **more})


# What waits, statements that leave one of it to nobody on a database with one confirmed order, and what is named.
LEFT_ALONE = [
    ("payment attempt", [_INTENT, _attempt("sent")], "A1"),
    ("payment attempt in review", [_INTENT, _attempt("review")], "A1"),
    (
        "payment intent",
        [
            _INTENT,
            _UNGUARDED.format("payment_intents"),
            f"UPDATE payment_intents SET updated_at = {_OLD}",
            "UPDATE orders SET state = 'cancelled'",
        ],
        "I1",
    ),
    ("receipt to be given back", [_RECEIPT], "R1"),
    ("payout", [_RECEIPT, _REFUND, _payout("unknown")], "PO1"),
    ("payout in review", [_RECEIPT, _REFUND, _payout("review")], "PO1"),
    ("settlement", [_SETTLEMENT], "ST1"),
    ("rider's cash", [_COUNT], "cash:R-9:KES"),
    (
        "delivered order that is not paid",
        [
            _UNGUARDED.format("orders"),
            f"UPDATE orders SET updated_at = {_OLD}",
            "UPDATE orders SET state = 'delivered'",
        ],
        "{order}",
    ),
    (
        "held stock",
        [f"UPDATE stock_reservations SET state = 'held', settled_at = NULL, created_at = {_OLD}"],
        "{order}:UNGA-2KG",
    ),
    ("planned price", [_PRICE], "PR1"),
    ("offer to a rider", [_RIDER, _assignment("offered")], "AS1"),
    ("assignment", [_RIDER, _assignment("accepted"), "UPDATE orders SET state = 'cancelled'"], "AS1"),
    ("call to be placed", [_CALL], "CL1"),
    ("conversation of people", [_conversation(owner_kind="'nobody'", owner_since=_OLD)], "CV1"),
    ("turn of the bot", [_conversation(), _TURN], "T1"),
    ("owned card", [_CARD], "X1"),
    ("webhook that was given up", [_WEBHOOK], ""),
    ("timer that was given up", [_TIMER], ""),
]
_LATE_LEASE = "statement_timestamp() - interval '10 minutes'"
LATE = [
    ("timer", f"UPDATE sla_timer SET due_at = {_OLD}"),
    ("send", _send("S1", next_at=_OLD)),
    ("lease of send", _send("S1", state="'leased'", lease_until=_LATE_LEASE)),
    ("turn of", _conversation(turn_due_at=_OLD)),
]


async def _confirmed(session: AsyncSession) -> str:
    """An order that is paid at the door and waits for its vendor."""
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    await give(session, order, ADMIN, ApproveCod())
    return order.id


@pytest.mark.parametrize(("thing", "statements", "name"), LEFT_ALONE, ids=[row[0] for row in LEFT_ALONE])
async def test_what_is_left_to_nobody_is_named(
    session: AsyncSession, thing: str, statements: list[str], name: str
) -> None:
    """And is not named while it is young, since whoever sees to it may still be told."""
    order = await _confirmed(session)
    for statement in statements:
        await session.execute(text(statement))
    [breach] = await check(session, rules=frozenset({"I15"}))
    assert [one for one in breach.offenders if one.startswith(f"{thing} {name.format(order=order)}")]
    assert await check(session, rules=frozenset({"I15"}), bound_s=3600) == []


def test_each_thing_that_waits_is_left_alone_by_a_test() -> None:
    assert {row[0] for row in LEFT_ALONE} == {wait.thing for wait in WAITS}


@pytest.mark.parametrize(("thing", "statement"), LATE, ids=[row[0] for row in LATE])
async def test_what_is_overdue_is_named(session: AsyncSession, thing: str, statement: str) -> None:
    await _confirmed(session)
    await session.execute(text(statement))
    [breach] = await check(session, rules=frozenset({"I16"}))
    assert any(one.startswith(thing) for one in breach.offenders)


async def test_a_send_may_wait_behind_another_and_while_its_provider_is_down(session: AsyncSession) -> None:
    """Neither is forgotten: the one before it is looked at, and the outage has its own alert."""
    lane = {"channel": "'exotel'", "lane": "'vendor:V-1'"}
    waiting = _send("S1", **lane, next_at="duka_now() + interval '1 minute'")
    for statement in (waiting, _send("S2", **lane, next_at=_OLD), _send("S3", next_at=_OLD)):
        await session.execute(text(statement))
    assert [breach.offenders for breach in await check(session, rules=frozenset({"I16"}))] == [("send S3",)]
    await session.execute(text("INSERT INTO provider_outage (channel) VALUES ('daraja')"))
    assert await check(session, rules=frozenset({"I16"})) == []


def test_every_state_is_one_that_waits_or_an_end() -> None:
    """A new state, or a new table with states, must say who sees to it."""
    waiting: dict[str, set[str]] = {}
    for wait in (*WAITS, *DECISIONS):
        if wait.states:
            waiting.setdefault(wait.rows, set()).update(wait.states)
    for table, states in _states().items():
        assert waiting.get(table, set()) | ENDS.get(table, set()) == states, table
        assert waiting.get(table, set()).isdisjoint(ENDS.get(table, set())), table


def _states() -> dict[str, set[str]]:
    """Return the states that each table's constraint allows."""
    found = {}
    for table in all_tables().sorted_tables:
        for rule in table.constraints:
            if (
                isinstance(rule, CheckConstraint)
                and str(rule.name).endswith("_state")
                and "state IN" in str(rule.sqltext)
            ):
                found[table.name] = set(_ONE_STATE.findall(str(rule.sqltext)))
    return found
