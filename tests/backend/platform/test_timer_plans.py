"""What the engine reads to find its work: no more than it takes, whatever Postgres thinks of how much there is."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database
from backend.platform.timer_engine import _FIRE, _NEXT_DUE


@pytest.mark.parametrize("analysed", [True, False])
async def test_pending_timers_that_are_not_due_are_not_read(
    database: Database, orders: list[str], *, analysed: bool
) -> None:
    """The time bound is an index condition, and only what is due is visited, with good statistics and with none."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO sla_timer (order_id, subject_id, type, step, due_at, trace_id)"
                " SELECT 'ORD' || lpad((n % 100)::text, 3, '0'), 'ORD' || lpad((n % 100)::text, 3, '0'),"
                " 'vendor_accept', n, duka_now() + make_interval(mins => n - 5), 't' FROM generate_series(0, 50000) n"
            )
        )
        if analysed:
            await session.execute(text("ANALYZE sla_timer"))
        for statement in (_FIRE, _NEXT_DUE):
            scans = [node for node in await _plan(session, statement) if node.get("Index Name") == "ix_sla_timer_due"]
            assert scans
            for scan in scans:
                assert "due_at" in scan["Index Cond"]
                assert "duka_now()" in scan["Index Cond"]
            read = sum(node["Actual Rows"] * node["Actual Loops"] for node in scans)
            assert read <= 10
            plan = await _plan(session, statement)
            # Of `orders`, a hundred rows of a few pages, autovacuum's word decides whether the index is worth it.
            assert {node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"} <= {"orders"}


@pytest.mark.parametrize("analysed", [True, False])
@pytest.mark.parametrize("kind", ["order", "city"])
async def test_a_claim_does_not_read_all_that_is_due(
    database: Database, orders: list[str], *, kind: str, analysed: bool
) -> None:
    """Where a rush has come due at once, a claim visits what it takes, with good statistics and with none."""
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO sla_timer (subject_kind, order_id, subject_id, type, step, due_at, trace_id)"
                " SELECT :kind, CASE WHEN :kind = 'order' THEN subject END, subject, 'vendor_accept', n,"
                " duka_now() - make_interval(secs => n), 't'"
                " FROM (SELECT n, 'ORD' || lpad((n % 100)::text, 3, '0') AS subject FROM generate_series(0, 20000) n) x"
            ),
            {"kind": kind},
        )
        if analysed:
            await session.execute(text("ANALYZE sla_timer"))
        plan = await _plan(session, _FIRE)
        claimed = await session.scalar(text("SELECT count(*) FROM sla_timer WHERE state = 'fired'"))
    scans = [node for node in plan if node.get("Alias", "").startswith("sla_timer")]
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in scans)
    assert (claimed, read) == (200, 200)


async def _plan(session: AsyncSession, statement: str) -> list[dict[str, Any]]:
    """Return all nodes of the executed plan."""
    connection = await session.connection()
    explained = await connection.exec_driver_sql(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", {"types": ["vendor_accept"], "limit": 200}
    )
    raw = explained.scalar_one()
    todo = [(json.loads(raw) if isinstance(raw, str) else raw)[0]["Plan"]]
    nodes = []
    while todo:
        node = todo.pop()
        nodes.append(node)
        todo += node.get("Plans", [])
    return nodes
