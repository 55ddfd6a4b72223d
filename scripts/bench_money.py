"""Reconciles an invented day of 10,000 orders through the real matcher and Postgres, and holds it against the truth.

    .venv/bin/python scripts/bench_money.py [--orders 10000] [--seed 1]

The webhooks come late, twice or never, then the pull feed tells all receipts once more, then a person accepts what was
suggested where it is the truth. Beside it, on the same receipts: a matcher that wants the exact account and amount. The
last line holds the figures; the command fails where a bar is missed.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

import psycopg
from bench_kit import Bar, bench_postgres, conclude, rows, say
from money_day import Day, DayOrder, Paid, fingerprint, generate
from sqlalchemy.ext.asyncio import AsyncSession

from backend.catalog.service import CatalogService
from backend.comms.service.order_ladders import LaddersOfOrders
from backend.comms.service.versions import LadderVersions
from backend.customers.service import CustomersService
from backend.orders.service import OrdersService
from backend.orders.settings import OrdersSettings
from backend.payments.ports import Evidence
from backend.payments.service.books import Books
from backend.payments.service.candidates import Candidates
from backend.payments.service.receipts import ReceiptsService
from backend.platform.actors import Actor, ActorKind
from backend.platform.clock import HostClock
from backend.platform.db.session import Database
from backend.platform.db.types import personal_data_keys
from backend.vendors.service import VendorsService
from backend.vendors.settings import VendorsSettings

_PROCESSES: Final = 2
_LANES: Final = 2
_BATCH: Final = 100
_PERSON: Final = Actor(ActorKind.OWNER, "S-1")
_SETTLED: Final = ("matched", "refund_due", "refunded", "reversed")
_SHOPS: Final = """
INSERT INTO merchants (id, name, city, country, currency, timezone, default_language, wa_phone_number_id)
SELECT 'M-' || n, 'Shop ' || n, 'Nairobi', 'KE', 'KES', 'Africa/Nairobi', 'sw', (100000 + n)::text
FROM generate_series(0, 19) n
"""
_VENDORS: Final = """
INSERT INTO vendors (id, merchant_id, name, phone, phone_index, language, city)
SELECT 'V-' || substr(id, 3), id, name, '\\x00', decode(md5(id), 'hex'), 'sw', 'Nairobi' FROM merchants
"""
_CUSTOMERS: Final = "INSERT INTO customers (id, merchant_id, language) SELECT 'U-' || id, id, 'sw' FROM merchants"
_ORDER_COLUMNS: Final = (
    "id, merchant_id, user_id, vendor_id, city, currency, channel, intent_key, reference_key, state, payment_mode,"
    " payment_status, items_minor, amount_minor, paid_minor, contact_phone, created_at"
)
_INTENT_COLUMNS: Final = (
    "id, order_id, merchant_id, method, amount_minor, currency, payer_phone, payer_index, state, created_at"
)


def services() -> tuple[ReceiptsService, OrdersService]:
    """Return the matcher over the real services."""
    vendors = VendorsService(VendorsSettings())
    orders = OrdersService(
        CatalogService(vendors),
        CustomersService(vendors),
        vendors,
        LaddersOfOrders(vendors, LadderVersions()),
        OrdersSettings(),
    )
    return ReceiptsService(orders, Candidates(orders, HostClock()), Books(orders)), orders


def load(url: str, day: Day) -> None:
    """Put the orders and their prompts into a migrated database; those of the day before are paid."""
    keys = personal_data_keys()
    with psycopg.connect(url) as connection:
        for statement in (_SHOPS, _VENDORS, _CUSTOMERS):
            connection.execute(statement.encode())
        with connection.cursor().copy(f"COPY orders ({_ORDER_COLUMNS}) FROM STDIN".encode()) as copy:
            for one in day.orders:
                copy.write_row(_order_row(one, keys.encrypt(one.phone.encode())))
        with connection.cursor().copy(f"COPY payment_intents ({_INTENT_COLUMNS}) FROM STDIN".encode()) as copy:
            for one in day.orders:
                if one.way == "prompt":
                    copy.write_row(_intent_row(one, keys.encrypt(one.phone.encode()), keys.index(one.phone)))
        connection.execute(b"ANALYZE")


def _order_row(one: DayOrder, phone: bytes) -> tuple[Any, ...]:
    state = "delivered" if one.former else "cancelled" if one.mishap == "cancelled" else "pending"
    paid = one.amount_minor if one.former else 0
    key = one.id.translate(str.maketrans("0158", "OISB"))
    shop = (one.id, one.merchant_id, f"U-{one.merchant_id}", f"V-{one.merchant_id[2:]}", "Nairobi", "KES", "whatsapp")
    money = ("prepaid", "success" if one.former else "pending", one.amount_minor, one.amount_minor, paid)
    return (*shop, one.id, key, state, *money, phone, one.placed_at)


def _intent_row(one: DayOrder, phone: bytes, index: bytes) -> tuple[Any, ...]:
    state = "paid" if one.former else "open"
    money = ("mpesa", one.amount_minor, "KES", phone, index, state)
    return (f"PI{one.id}", one.id, one.merchant_id, *money, one.placed_at)


type Work = Callable[[AsyncSession, ReceiptsService, Any], Coroutine[Any, Any, Any]]


async def _told(session: AsyncSession, receipts: ReceiptsService, told: Sequence[Evidence]) -> None:
    await receipts.take_all(session, told)


async def _accepted(session: AsyncSession, receipts: ReceiptsService, pair: tuple[str, str]) -> None:
    await receipts.accept(session, pair[0], pair[1], _PERSON)


async def _back(session: AsyncSession, receipts: ReceiptsService, code: str) -> None:
    await receipts.take_back(session, "mpesa", code, "reversed")


async def work(url: str, task: Work, jobs: Iterable[Any], lanes: int = _LANES) -> None:
    """Do jobs over some connections at once, each in a transaction of its own."""
    database, waiting = Database(url, pool_size=lanes), iter(jobs)
    receipts, _ = services()

    async def lane() -> None:
        for job in waiting:
            async with database.transaction() as session:
                await task(session, receipts, job)

    async with asyncio.TaskGroup() as group:
        for _ in range(lanes):
            group.create_task(lane())
    await database.close()


def _process(url: str, task: Work, jobs: list[Any]) -> None:
    asyncio.run(work(url, task, jobs))


def spread(url: str, task: Work, jobs: Sequence[Any], pool: ProcessPoolExecutor) -> float:
    """Do jobs in all processes; return the seconds."""
    begun = time.perf_counter()
    shares = [list(jobs[place::_PROCESSES]) for place in range(_PROCESSES)]
    list(pool.map(_process, [url] * _PROCESSES, [task] * _PROCESSES, shares))
    return time.perf_counter() - begun


@dataclass(frozen=True, slots=True)
class Standing:
    """How the books stand against the truth."""

    automatic: int
    wrong: int
    found: int
    mismatched: int
    states: Counter[str]


def standing(url: str, day: Day) -> Standing:
    """Compare every receipt's order with the truth; a receipt that nobody gave to an order is not found."""
    query = "SELECT code, order_id, state, matched_by FROM receipts"
    table = {str(code): (order_id, str(state), by) for code, order_id, state, by in rows(url, query)}
    automatic = [code for code, (_, _, by) in table.items() if by == "automatic"]
    right = [code for code in automatic if table[code][0] == day.receipts[code].order_id]
    return Standing(
        automatic=len(automatic),
        wrong=len(automatic) - len(right),
        found=len(right),
        mismatched=_mismatched(day.receipts, {code: row[0] for code, row in table.items()}),
        states=Counter(row[1] for row in table.values()),
    )


def _mismatched(truth: dict[str, Paid], given: dict[str, Any]) -> int:
    """Count the orders whose receipts are not just those that their customers paid."""
    wanted, have = defaultdict(set), defaultdict(set)
    for code, one in truth.items():
        wanted[one.order_id].add(code)
    for code, order_id in given.items():
        have[order_id].add(code)
    return sum(wanted[one] != have[one] for one in {*wanted, *have} - {None})


def baseline(day: Day) -> tuple[float, float, int]:
    """Match by the exact account and amount, each order once; return precision, recall and the orders that are off."""
    due = {one.id: one.amount_minor for one in day.orders if not one.former and one.mishap != "cancelled"}
    given: dict[str, Any] = {}
    for one in sorted(day.receipts.values(), key=lambda one: one.paid_at):
        if due.get(one.account) == one.amount_minor:
            given[one.code] = one.account
            del due[one.account]
    right = sum(day.receipts[code].order_id == order_id for code, order_id in given.items())
    owned = sum(one.order_id is not None for one in day.receipts.values())
    return right / len(given), right / owned, _mismatched(day.receipts, given)


def uncarded(url: str) -> float:
    """Return the receipts that are neither an order's nor on a card, and the amounts that the books do not hold."""
    held = """
        SELECT (SELECT count(*) FROM receipts r WHERE state IN ('suggested', 'orphan') AND NOT EXISTS (
            SELECT FROM outbox o WHERE o.topic = 'payment.review.opened' AND o.payload ->> 'subject_id' = r.id))
        + (SELECT count(*) FROM receipts r WHERE state = 'refund_due' AND NOT EXISTS (
            SELECT FROM refunds f WHERE f.receipt_id = r.id))
        + (SELECT count(*) FROM receipts r WHERE r.amount_minor <> CASE WHEN state = 'reversed' THEN r.amount_minor
            ELSE (SELECT coalesce(sum(debit_minor - credit_minor), 0) FROM ledger_entries e
                WHERE e.receipt_id = r.id AND e.account = 'clearing.mpesa') END)
        + (SELECT count(*) FROM (
            SELECT FROM ledger_entries GROUP BY currency HAVING sum(debit_minor - credit_minor) <> 0) off)
    """
    return float(rows(url, held)[0][0])  # type: ignore[arg-type]


def suggested(url: str, day: Day) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (receipt, order) that a person accepts from the suggestions, and those that they have to look for."""
    query = """SELECT r.id, r.code, coalesce(array_agg(s.order_id) FILTER (WHERE s.order_id IS NOT NULL), '{}')
        FROM receipts r LEFT JOIN receipt_suggestions s ON s.receipt_id = r.id
        WHERE r.state IN ('suggested', 'orphan') GROUP BY r.id"""
    accepted, looked_for = [], []
    for receipt_id, code, orders in rows(url, query):
        truth = day.receipts[str(code)].order_id
        if truth is not None:
            (accepted if truth in orders else looked_for).append((str(receipt_id), truth))  # type: ignore[operator]
    return accepted, looked_for


def main() -> int:
    """Run the day and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begun = time.perf_counter()
    day = generate(args.orders, args.seed)
    say(f"day {fingerprint(day)}: {len(day.receipts)} receipts told of by {len(day.told)} webhooks and the pull feed")
    with bench_postgres() as postgres, ProcessPoolExecutor(_PROCESSES) as pool:
        url = postgres.fresh()
        load(url, day)
        return conclude("money", *_day(url, day, pool, begun))


def _day(url: str, day: Day, pool: ProcessPoolExecutor, begun: float) -> tuple[list[Bar], list[str]]:
    told_s = spread(url, _told, list(batched(day.told, _BATCH, strict=False)), pool)
    say(f"webhooks: {len(day.told) / told_s:,.0f} a second")
    pulled_s = spread(url, _told, list(batched(day.pulled, _BATCH, strict=False)), pool)
    spread(url, _back, [one.code for one in day.receipts.values() if one.reversed], pool)
    before = standing(url, day)
    say(f"pull feed: {len(day.pulled) / pulled_s:,.0f} receipts a second; {dict(before.states)}")
    accepted, looked_for = suggested(url, day)
    spread(url, _accepted, accepted, pool)
    spread(url, _accepted, looked_for, pool)
    after, owned = standing(url, day), sum(one.order_id is not None for one in day.receipts.values())
    today = sum(not one.former for one in day.orders)
    exact = baseline(day)
    seconds = time.perf_counter() - begun
    bars = [
        Bar("precision %", 100 * (1 - before.wrong / before.automatic), 100),
        Bar("recall %", 100 * before.found / owned, 98),
        Bar("mismatch before people %", 100 * before.mismatched / today, 0.5, at_least=False),
        Bar("after %", 100 * after.mismatched / today, 0, at_least=False),
        Bar("neither booked nor on a card", uncarded(url), 0, at_least=False),
        Bar("seconds", seconds, 60, at_least=False),
    ]
    also = [
        f"{len(accepted)} accepted by a person, {len(looked_for)} looked for",
        f"exact account and amount: precision {100 * exact[0]:.2f} %, recall {100 * exact[1]:.2f} %",
        f"its mismatch {100 * exact[2] / today:.2f} %",
    ]
    return bars, also


if __name__ == "__main__":
    sys.exit(main())
