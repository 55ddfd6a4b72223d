"""Each invariant holds for orders as they go, and names the thing that breaks it."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner

from backend.cli import app
from backend.orders.commands import ApproveCod, PaymentMethod, PaymentMode
from backend.platform.db.session import Database
from backend.runtime.invariants import ALL, INVARIANTS, check, in_logs, phones
from tests.support.factories.orders import ADMIN, give, make_order

_RECEIPT = """INSERT INTO receipts (id, provider, code, amount_minor, currency, order_id, evidence, state)
VALUES ('{0}', 'mpesa', '{1}', {2}, 'KES', {3}, 'callback', '{4}')"""
_SEND = """INSERT INTO comms_log (order_id, actor, channel, direction, template, status, ladder, step, idem)
SELECT id, 'vendor:V-1', 'exotel_ring', 'outbound', 'm', 'sent', 'vendor_accept', 1, {0} FROM orders"""
_OLD = "interval '10 minutes'"

# The invariant, what breaks it (statements on a database with one confirmed order), and what is named.
BREAKS = [
    (
        "I1",
        [
            "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
            "INSERT INTO ledger_entries (posting_id, account, debit_minor, currency) VALUES ('P1', 'a', 5, 'KES')",
        ],
        "P1",
    ),
    ("I2", ["UPDATE items SET stock = stock + 1 WHERE sku = 'UNGA-2KG'"], "M-1:UNGA-2KG"),
    ("I2", ["UPDATE items SET reserved = 1 WHERE sku = 'UNGA-2KG'"], "M-1:UNGA-2KG"),
    (
        "I3",
        [
            "ALTER TABLE orders DROP CONSTRAINT uq_orders_merchant_id_intent_key",
            "CREATE TEMP TABLE twin AS SELECT * FROM orders",
            "UPDATE twin SET id = 'TWIN'",
            "INSERT INTO orders SELECT * FROM twin",
        ],
        "TWIN",
    ),
    (
        "I4",
        [_RECEIPT.format("R1", "QX1", 5, "NULL", "orphan"), _RECEIPT.format("R2", "qx1", 5, "NULL", "orphan")],
        "R1",
    ),
    ("I5", [_RECEIPT.format("R1", "QX1", 5, "(SELECT id FROM orders)", "matched")], "R1"),
    ("I5", ["UPDATE orders SET paid_minor = 5"], "{order}"),
    (
        "I5",
        [
            "DROP TRIGGER refunds_within_receipt ON refunds",
            _RECEIPT.format("R1", "QX1", 5, "NULL", "refund_due"),
            "INSERT INTO refunds (id, receipt_id, amount_minor, currency, cause) VALUES ('F', 'R1', 6, 'KES', 'x')",
        ],
        "R1",
    ),
    (
        "I6",
        [
            "DROP INDEX uq_payment_attempts_live",
            (
                "INSERT INTO payment_intents (id, order_id, merchant_id, method, amount_minor, currency)"
                " SELECT 'I', id, 'M-1', 'mpesa', 1, 'KES' FROM orders"
            ),
            (
                "INSERT INTO payment_attempts (id, intent_id, order_id, provider, amount_minor)"
                " SELECT n, 'I', id, 'daraja', 1 FROM orders, unnest(ARRAY['A', 'B']) n"
            ),
        ],
        "{order}",
    ),
    ("I7", [_SEND.format("'x'"), _SEND.format("'y'")], "{order}:vendor_accept:1:exotel_ring"),
    (
        "I8",
        [
            (
                "INSERT INTO provider_events (provider, external_id, kind, body, trace_id, received_at, next_at)"
                f" VALUES ('p', 'e', 'k', '', 't', duka_now() - {_OLD}, duka_now() - {_OLD})"
            )
        ],
        "p:",
    ),
    ("I9", ["UPDATE orders SET state = 'delivered'"], "{order}"),
    ("I9", ["UPDATE order_events SET to_state = 'handover' WHERE command = 'ApproveCod'"], "{order}:ApproveCod"),
    (
        "I9",
        ["UPDATE order_events SET from_state = 'partial' WHERE command = 'ApproveCod'"],
        "{order}:ApproveCod",
    ),
    (
        "I10",
        [
            "UPDATE sla_timer SET state = 'cancelled'",
            "ALTER TABLE orders DISABLE TRIGGER ALL",
            f"UPDATE orders SET updated_at = duka_now() - {_OLD}",
        ],
        "{order}",
    ),
    (
        "I11",
        [
            "INSERT INTO consumer_cursor (consumer, part) SELECT 'reader', part FROM generate_series(0, 15) part",
            f"UPDATE outbox SET occurred_at = duka_now() - {_OLD}",
        ],
        "reader:",
    ),
    (
        "I11",
        [
            (
                "INSERT INTO dead_letter (consumer, event_id, topic, key, xid, pos, payload, error, attempts)"
                " VALUES ('reader', 'e9', 't', 'k', 1, 1, '{}', 'x', 5)"
            )
        ],
        "reader:e9",
    ),
    ("I17", [_RECEIPT.format("R6", "QX6", 5, "NULL", "orphan")], "R6 suspense"),
    ("I4", [_RECEIPT.format("R7", "QX7", 5, "NULL", "replaced")], "R7"),
    (
        "I14",
        [
            (
                "INSERT INTO receipts (id, provider, code, amount_minor, currency, evidence, state, updated_at)"
                f" VALUES ('R8', 'mpesa', 'QX8', 5, 'KES', 'callback', 'orphan', duka_now() - {_OLD})"
            )
        ],
        "R8",
    ),
    (
        "I14",
        [
            _RECEIPT.format("R9", "QX9", 5, "NULL", "refund_due"),
            (
                "INSERT INTO refunds (id, receipt_id, amount_minor, currency, cause, state, requested_by, updated_at)"
                f" VALUES ('F9', 'R9', 5, 'KES', 'x', 'approved', 'agent:S-1', duka_now() - {_OLD})"
            ),
        ],
        "F9",
    ),
    (
        "I13",
        [
            (
                "INSERT INTO cash_counts (id, rider_id, kind, currency, expected_minor, counted_minor, moved_minor,"
                " counted_by) VALUES ('CC-X', 'R-9', 'desk', 'KES', 0, 5, -5, 'agent:S-1')"
            )
        ],
        "R-9 KES",
    ),
]


async def _confirmed(session: AsyncSession) -> str:
    """An order that is paid at the door and waits for its vendor."""
    order = await make_order(session, payment_mode=PaymentMode.COD, payment_method=PaymentMethod.COD)
    await give(session, order, ADMIN, ApproveCod())
    return order.id


async def test_an_order_on_its_way_breaks_nothing(session: AsyncSession) -> None:
    await _confirmed(session)
    assert await check(session, bound_s=0, rules=ALL - {"I16"}) == []


@pytest.mark.parametrize(("name", "statements", "offender"), BREAKS, ids=[f"{row[0]}-{row[2]}" for row in BREAKS])
async def test_what_breaks_an_invariant_is_named(
    session: AsyncSession, name: str, statements: list[str], offender: str
) -> None:
    """A rule that could not fail would prove nothing."""
    order = await _confirmed(session)
    for statement in statements:
        await session.execute(text(statement.replace("'{}'", "jsonb_build_object()")))
    broken = {breach.invariant: breach.offenders for breach in await check(session)}
    # A copied order has no history, and a copied receipt no postings; every other fault breaks one rule alone.
    assert broken.keys() - {"I9", "I17"} - {name} == set()
    assert any(offender.format(order=order) in found for found in broken[name])


def test_every_invariant_of_the_database_is_broken_by_a_test() -> None:
    assert {rule.name for rule in INVARIANTS} - {"I15", "I16"} == {row[0] for row in BREAKS}  # These: test_waits.py.


async def test_a_phone_in_a_log_is_found(session: AsyncSession, tmp_path: Path) -> None:
    """By the file's name; the number itself is never shown."""
    await _confirmed(session)
    known = sorted(await phones(session))
    assert "254700000201" in known
    (tmp_path / "worker.log").write_text("order ORD1 was told\n")
    assert in_logs(tmp_path, known) == []
    (tmp_path / "backend.log").write_text("calling +254700000201 now\n")
    [breach] = in_logs(tmp_path, known)
    assert (breach.invariant, breach.offenders) == ("I12", ("backend.log",))


async def test_the_command_ends_with_1_and_the_ids(
    database: Database, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", fresh_database_url)
    async with database.transaction() as session:
        order = await _confirmed(session)
    whole = await asyncio.to_thread(CliRunner().invoke, app, ["check-invariants"])
    assert (whole.exit_code, whole.stdout.splitlines()[-1]) == (0, f"invariants: {len(INVARIANTS)} checked, 0 broken")
    async with database.transaction() as session:
        await session.execute(text("UPDATE orders SET state = 'delivered'"))
    broken = await asyncio.to_thread(CliRunner().invoke, app, ["check-invariants"])
    assert broken.exit_code == 1
    assert order in broken.stdout
