"""One order's story: its own steps, every message and call, and its money, in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository as comms
from backend.console.queries import messages_about
from backend.orders.service import OrdersService
from backend.payments import repository as payments


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One thing that happened.

    Attributes:
        who: The actor, such as `vendor:V-42`.
        channel: The door or medium.
        what: In a few words.
        state: What became of it: the order's new state, or how far a message has come.
    """

    at: datetime
    who: str
    channel: str
    what: str
    state: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict, compare=False)


async def order_story(session: AsyncSession, orders: OrdersService, order_id: str) -> list[Moment]:
    """Return everything that happened around an order, the first first."""
    moments = [
        Moment(
            entry.at,
            entry.actor,
            entry.channel,
            entry.what,
            str(entry.detail.get("to", "")) if entry.kind == "state" else "",
            entry.detail,
        )
        for entry in await orders.timeline(session, order_id)
    ]
    moments += [
        Moment(row.created_at, row.actor, row.channel, row.template or row.direction, row.status, row.payload)
        for row in await comms.log_of(session, order_id)
    ]
    moments += [
        Moment(
            row.created_at,
            f"payer …{row.payer_hint}" if row.payer_hint else "payer",
            row.provider,
            f"receipt {row.code}",
            row.state,
        )
        for row in await payments.receipts_of(session, order_id)
    ]
    moments += [
        Moment(row.created_at, row.author, "chat", "message", row.status, {"text": row.text})
        for row in await messages_about(session, order_id)
    ]
    return sorted(moments, key=lambda moment: moment.at)
