"""Copies of an order by the hundred, for tests of what is done to many at once."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_COPIES = (
    """
    INSERT INTO orders (id, merchant_id, user_id, vendor_id, rider_id, city, currency, channel, intent_key,
        reference_key, state, payment_mode, payment_status, items_minor, delivery_fee_minor, amount_minor)
    SELECT o.id || '-' || n, merchant_id, user_id, vendor_id, rider_id, city, currency, channel, intent_key || n,
        reference_key || n, state, payment_mode, payment_status, items_minor, delivery_fee_minor, amount_minor
    FROM orders o CROSS JOIN generate_series(1, :count) n WHERE o.id = :id
    """,
    """
    INSERT INTO order_lines (order_id, position, sku, name, unit, qty, unit_price_minor, line_minor)
    SELECT order_id || '-' || n, position, sku, name, unit, qty, unit_price_minor, line_minor
    FROM order_lines CROSS JOIN generate_series(1, :count) n WHERE order_id = :id
    """,
    """
    INSERT INTO order_addresses (order_id, type, address_text, lat, lng, created_by)
    SELECT order_id || '-' || n, type, address_text, lat, lng, created_by
    FROM order_addresses CROSS JOIN generate_series(1, :count) n WHERE order_id = :id AND active
    """,
)


async def copies(session: AsyncSession, order_id: str, count: int) -> list[str]:
    """Copy an order with its lines and addresses; return the copies' ids, which end in their number."""
    for statement in _COPIES:
        await session.execute(text(statement), {"id": order_id, "count": count})
    return [f"{order_id}-{number}" for number in range(1, count + 1)]
