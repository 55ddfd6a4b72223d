"""Plain rows for the benches: outlets and confirmed orders in their real tables, made by the thousand."""

import asyncio
from typing import Final

from bench_kit import execute
from sqlalchemy import text

from backend.platform.db.session import Database
from backend.platform.db.types import personal_data_keys

_PHONE: Final = "+911171000001"
_VENDORS: Final = 500
_MERCHANT: Final = """
INSERT INTO merchants (id, name, city, country, currency, timezone, default_language, wa_phone_number_id)
VALUES ('M-1', 'Bench', 'Nashik', 'IN', 'INR', 'Asia/Kolkata', 'hi', '100000000000001')
"""
_VENDOR: Final = """
INSERT INTO vendors (id, merchant_id, name, phone, phone_index, language, city)
SELECT 'V-' || n, 'M-1', 'Outlet ' || n, :phone, :phone_index, 'hi', 'Nashik' FROM generate_series(1, :vendors) n
"""
_CUSTOMER: Final = """
INSERT INTO customers (id, merchant_id, language) VALUES ('C-1', 'M-1', 'hi')
"""
_ORDERS: Final = f"""
INSERT INTO orders (id, merchant_id, user_id, vendor_id, city, currency, channel, intent_key, reference_key, state,
    payment_mode, payment_status, items_minor, amount_minor)
SELECT 'MW-' || lpad(n::text, 7, '0'), 'M-1', 'C-1', 'V-' || (n %% {_VENDORS} + 1), 'Nashik', 'INR', 'whatsapp',
    'bench-' || n, 'MW' || lpad(n::text, 7, '0'), 'confirmed', 'prepaid', 'success', 32500, 32500
FROM generate_series(1, %(count)s) n
"""
_LINES: Final = """
INSERT INTO order_lines (order_id, position, sku, name, unit, qty, unit_price_minor, line_minor)
SELECT id, 1, 'FOOD-POHA', 'Poha', 'plate', 1, 32500, 32500 FROM orders
"""
_DROPS: Final = """
INSERT INTO order_addresses (order_id, type, address_text, created_by)
SELECT id, 'drop', 'Shivaji Nagar, House 12', 'user:C-1' FROM orders
"""
_ARM: Final = """
INSERT INTO sla_timer (order_id, subject_id, type, step, due_at, trace_id)
SELECT id, id, 'vendor_accept', %(step)s,
    duka_now() + make_interval(secs => %(first_s)s + (row_number() OVER (ORDER BY id) - 1) / %(per_s)s::float8), 'bench'
FROM (SELECT id FROM orders ORDER BY id LIMIT %(count)s) chosen
"""
_FAR: Final = """
INSERT INTO sla_timer (order_id, subject_id, type, step, due_at, trace_id)
SELECT o.id, o.id, 'vendor_accept', s.step, duka_now() + make_interval(hours => 24 + s.step), 'bench'
FROM orders o CROSS JOIN generate_series(100, 99 + %(each)s) AS s (step)
"""


def add_orders(url: str, count: int) -> None:
    """Make confirmed orders, each with a line and an address."""
    asyncio.run(_add_shop(url))
    execute(url, _ORDERS, {"count": count})
    execute(url, _LINES)
    execute(url, _DROPS)


async def _add_shop(url: str) -> None:
    keys, database = personal_data_keys(), Database(url, pool_size=1)
    vendors = {
        "vendors": _VENDORS,
        "phone": keys.encrypt(_PHONE.encode()),
        "phone_index": keys.index(_PHONE),
    }
    async with database.transaction() as session:
        for statement in (_MERCHANT, _CUSTOMER):
            await session.execute(text(statement))
        await session.execute(text(_VENDOR), vendors)
    await database.close()


def arm_timers(url: str, count: int, *, first_s: float, per_s: float, step: int = 1) -> None:
    """Arm one timer an order: the first in `first_s` seconds, then `per_s` a second."""
    execute(url, _ARM, {"count": count, "first_s": first_s, "per_s": per_s, "step": step})


def arm_far_timers(url: str, each: int) -> None:
    """Give every order `each` pending timers that come due tomorrow or later."""
    execute(url, _FAR, {"each": each})
