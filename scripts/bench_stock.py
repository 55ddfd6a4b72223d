"""Times reservations of one hot item beside a plain guarded UPDATE, and sells ten units to two hundred at once.

All on one durable database of its own. A reservation is a transaction of the catalogue's service: it holds the item and
writes the order's promise. The baseline is one statement that takes a unit off, with its guard and nothing else, over
as many connections. Both run in turns, so that a busy machine is busy for both.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Final

import psycopg
import uvloop
from bench_kit import Bar, bench_postgres, conclude, execute, number, say
from sqlalchemy import text

from backend.catalog.errors import StockShortError
from backend.catalog.ports import StockLine
from backend.catalog.service import CatalogService
from backend.comms.service.order_ladders import LaddersOfOrders
from backend.comms.service.versions import LadderVersions
from backend.customers.service import CustomersService
from backend.orders.commands import DropAddress, OrderLineDraft, PaymentMethod, PaymentMode, PlaceOrder
from backend.orders.service import OrdersService
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.db.session import Database
from backend.vendors.ports import NewMerchant, NewVendor
from backend.vendors.service import VendorsService
from backend.vendors.settings import VendorsSettings

ORDERS: Final = 200
UNITS: Final = 10
CUSTOMERS: Final = 50
RATE: Final = 1_000.0
ROUNDS: Final = 3
_BOT: Final = Actor(ActorKind.BOT, "bench")
_PLENTY: Final = 10_000_000
_ITEM: Final = """
INSERT INTO items (merchant_id, sku, name, unit, price_minor, currency, stock)
VALUES ('M-1', %(sku)s, %(sku)s, 'packet', 100, 'INR', %(stock)s)
"""
_LOADED: Final = """
INSERT INTO stock_movements (merchant_id, sku, old_stock, new_stock, old_price_minor, new_price_minor, reason, actor)
VALUES ('M-1', %(sku)s, 0, %(stock)s, 100, 100, 'bench', 'bench')
"""
_TAKE: Final = "UPDATE items SET stock = stock - 1 WHERE merchant_id = 'M-1' AND sku = 'PLAIN' AND stock >= 1"


def _services() -> tuple[CatalogService, OrdersService, VendorsService, CustomersService]:
    vendors = VendorsService(VendorsSettings())
    catalog, customers = CatalogService(vendors), CustomersService(vendors)
    return (
        catalog,
        OrdersService(catalog, customers, vendors, LaddersOfOrders(vendors, LadderVersions()), OrdersSettings()),
        vendors,
        customers,
    )


async def _open_shop(url: str) -> list[str]:
    """Make a shop with its items; return the ids of its customers."""
    _, _, vendors, customers = _services()
    database = Database(url, pool_size=1)
    async with database.transaction() as session:
        await vendors.save_merchant(session, NewMerchant("M-1", "Bench", "Nashik", "IN", "INR", "Asia/Kolkata", "hi"))
        await vendors.save_vendor(session, NewVendor("V-1", "M-1", "Outlet", "+919900000021", "hi", "Nashik"))
        known = [await customers.identify(session, "M-1", "whatsapp", f"9199000001{n:02}") for n in range(CUSTOMERS)]
    await database.close()
    for sku, stock in (("HOT", _PLENTY), ("PLAIN", _PLENTY), ("FEW", UNITS), ("SOLD", _PLENTY)):
        for statement in (_ITEM, _LOADED):
            execute(url, statement, {"sku": sku, "stock": stock})
    return [customer.id for customer in known]


def _order(customer: str, sku: str, number: int) -> PlaceOrder:
    return PlaceOrder(
        merchant_id="M-1",
        user_id=customer,
        lines=(OrderLineDraft(sku, Decimal(1)),),
        drop=DropAddress("College Road, flat 4"),
        payment_mode=PaymentMode.COD,
        payment_method=PaymentMethod.COD,
        intent_key=f"{sku}-{number}",
    )


async def _rush(url: str, customers: list[str], sku: str, count: int, at_once: int) -> tuple[int, float]:
    """Place orders, so many at once; return how many were booked, and how many were placed or refused a second."""
    _, orders, _, _ = _services()
    database = Database(url, pool_size=at_once)
    room = asyncio.Semaphore(at_once * 2)

    async def place(number: int) -> bool:
        try:
            async with room, database.transaction() as session:
                command = _order(customers[number % len(customers)], sku, number)
                await orders.place(session, command, actor=_BOT, source=Source.BOT)
        except StockShortError:
            return False
        return True

    began = time.perf_counter()
    booked = sum(await asyncio.gather(*map(place, range(count))))
    rate = count / (time.perf_counter() - began)
    await database.close()
    return booked, rate


type Once = Callable[[int], Awaitable[bool]]


async def _for_a_while(once: Once, lanes: int, seconds: float) -> tuple[int, float]:
    """Do something in some lanes for a time; return how often it was done, and how many seconds it took."""
    began, done = time.perf_counter(), 0

    async def lane(place: int) -> None:
        nonlocal done
        turn = place
        while time.perf_counter() - began < seconds:
            succeeded = await once(turn)  # Apart, since a sum is read before what it waits for.
            done += succeeded
            turn += lanes

    await asyncio.gather(*map(lane, range(lanes)))
    return done, time.perf_counter() - began


async def _reserve(url: str, name: str, lanes: int, seconds: float) -> tuple[int, float]:
    catalog, _, _, _ = _services()
    database = Database(url, pool_size=lanes)

    async def once(turn: int) -> bool:
        async with database.transaction() as session:
            await catalog.reserve(session, "M-1", f"{name}-{turn}", (StockLine("HOT", Decimal(1)),), 1800)
        return True

    result = await _for_a_while(once, lanes, seconds)
    await database.close()
    return result


async def _plain(url: str, name: str, lanes: int, seconds: float) -> tuple[int, float]:
    del name
    connections = [await psycopg.AsyncConnection.connect(url, autocommit=True) for _ in range(lanes)]

    async def once(turn: int) -> bool:
        return (await connections[turn % lanes].execute(_TAKE)).rowcount == 1

    result = await _for_a_while(once, lanes, seconds)
    for connection in connections:
        await connection.close()
    return result


_KINDS: Final = {"reserve": _reserve, "plain": _plain}


def _process(job: tuple[str, str, str, int, float]) -> tuple[int, float]:
    kind, url, name, lanes, seconds = job
    return asyncio.run(_KINDS[kind](url, name, lanes, seconds), loop_factory=uvloop.new_event_loop)


def _measure(kind: str, url: str, name: str, lanes: int, seconds: float) -> tuple[int, float]:
    """Run a kind in two processes, half the lanes each; return how often it was done, and how often a second."""
    jobs = [(kind, url, f"{name}-{place}", lanes // 2, seconds) for place in range(2)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.map(_process, jobs)
    return sum(done for done, _ in results), sum(done / took for done, took in results)


def _race(url: str, lanes: int, seconds: float) -> tuple[int, list[float], list[float]]:
    """Run reservations and baseline in turns; return the reservations that were confirmed, and both rates by round."""
    confirmed, ours, plain = 0, [], []
    for place in range(ROUNDS):
        plain.append(_measure("plain", url, f"p{place}", lanes, seconds)[1])
        done, rate = _measure("reserve", url, f"r{place}", lanes, seconds)
        confirmed, ours = confirmed + done, [*ours, rate]
        say(f"round {place + 1}: {ours[-1]:,.0f} reservations a second, {plain[-1]:,.0f} plain updates a second")
    return confirmed, ours, plain


async def _broken(url: str) -> float:
    """Count the items whose promises and counters differ."""
    database = Database(url, pool_size=1)
    query = text("""
        SELECT count(*) FROM items i LEFT JOIN LATERAL (
            SELECT coalesce(sum(qty) FILTER (WHERE state = 'held'), 0) AS held FROM stock_reservations r
            WHERE r.merchant_id = i.merchant_id AND r.sku = i.sku
        ) p ON true WHERE i.stock < 0 OR i.reserved > i.stock OR i.reserved <> p.held""")
    async with database.transaction() as session:
        found = float((await session.execute(query)).scalar_one())
    await database.close()
    return found


def main() -> int:
    """Run all, print the figures, return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lanes", type=int, default=8, help="transactions at once, over two processes")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each measurement")
    given = parser.parse_args()
    with bench_postgres() as postgres:
        url = postgres.fresh()
        customers = asyncio.run(_open_shop(url))
        booked, _ = asyncio.run(_rush(url, customers, "FEW", ORDERS, 20))
        say(f"{ORDERS} orders at once for {UNITS} units: {booked} booked")
        confirmed, ours, plain = _race(url, given.lanes, given.seconds)
        kept = number(url, "SELECT count(*) FROM stock_reservations WHERE sku = 'HOT'")
        taken = number(url, "SELECT reserved::float8 FROM items WHERE sku = 'HOT'")
        _, whole = asyncio.run(_rush(url, customers, "SOLD", 400, 8))
        bars = [
            Bar("orders booked less the units there were", abs(booked - UNITS), 0, at_least=False),
            Bar("confirmed reservations lost", confirmed - kept, 0, at_least=False),
            Bar("units counted otherwise than promised", abs(taken - kept), 0, at_least=False),
            Bar("items whose counters differ from their promises", asyncio.run(_broken(url)), 0, at_least=False),
            Bar("reservations/s on one item", max(ours), RATE),
        ]
    also = [
        f"plain UPDATE/s {max(plain):,.0f}",
        f"ratio {max(ours) / max(plain):.2f}",
        f"whole orders/s on one item {whole:,.0f}",
    ]
    return conclude("stock", bars, also)


if __name__ == "__main__":
    sys.exit(main())
