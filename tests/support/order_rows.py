"""What a step of an order leaves behind, as rows to look at."""

from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command
from backend.orders.ports import CommandResult, OrderView
from backend.platform.actors import Actor, ActorKind, Source
from tests.support.factories.catalog import catalog_service
from tests.support.factories.orders import (
    RIDER_ID,
    orders_service,
)

VENDOR = Actor(ActorKind.VENDOR, "V-1")
RIDER = Actor(ActorKind.RIDER, RIDER_ID)


async def events(session: AsyncSession, topic: str) -> list[dict[str, Any]]:
    rows = await session.execute(text("SELECT payload FROM outbox WHERE topic = :topic ORDER BY pos"), {"topic": topic})
    return [row.payload for row in rows]


async def timers(session: AsyncSession, order_id: str) -> dict[str, float]:
    """Pending timers of the order with the seconds left."""
    rows = await session.execute(
        text(
            "SELECT type, extract(epoch FROM due_at - duka_now())::float8 AS left FROM sla_timer"
            " WHERE order_id = :order_id AND state = 'pending'"
        ),
        {"order_id": order_id},
    )
    return {row.type: row.left for row in rows}


async def stock(session: AsyncSession, sku: str = "UNGA-2KG") -> tuple[Decimal, Decimal]:
    item = await catalog_service().item(session, "M-1", sku)
    return item.stock, item.reserved


async def handle(
    session: AsyncSession, order: OrderView, actor: Actor, command: Command, command_id: str = "once"
) -> CommandResult:
    return await orders_service().handle(
        session, order.id, command, actor=actor, source=Source.WHATSAPP, command_id=command_id
    )
