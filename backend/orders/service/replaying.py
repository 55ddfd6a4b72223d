"""Replays: an order's row held against what its logs come to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders import repository
from backend.orders.errors import OrderNotFoundError
from backend.orders.folding import Entry, Folded, fold_commands, fold_events
from backend.orders.models import Order, OrderLogEntry
from backend.orders.ports import Difference, Replay
from backend.platform.event_log import events_of

# A log's entry and the row's times are of one transaction, and of two of its statements.
_SAME_MOMENT: Final = timedelta(seconds=1)


async def replay(session: AsyncSession, order_id: str) -> Replay:
    """Fold an order's logs and compare what they come to with its row."""
    row = await repository.order(session, order_id)
    if row is None:
        raise OrderNotFoundError(order_id=order_id)
    entries = [_entry(entry) for entry in await repository.log_entries(session, order_id)]
    events = await events_of(session, order_id)
    told = fold_events((event.topic, event.payload) for event in events)
    commands = fold_commands(order_id, entries)
    differences = (*_differences("commands", commands, row), *_differences("events", told, row))
    return Replay(order_id, len(entries), tuple(events) if told.columns else (), commands.columns, differences)


async def show_as_of(session: AsyncSession, order_id: str, columns: Mapping[str, Any]) -> None:
    """Make the row look as it did; only for a transaction that is rolled back."""
    row = await repository.order(session, order_id, lock=True)
    if row is not None:
        await repository.update_order(session, row, dict(columns))


def _entry(row: OrderLogEntry) -> Entry:
    return Entry(row.command, row.meta, row.from_state, row.to_state, row.at)


def _differences(log: str, folded: Folded, row: Order) -> Sequence[Difference]:
    faults = [Difference(log, "", fault, None) for fault in folded.faults]
    pairs = ((column, value, getattr(row, column)) for column, value in folded.columns.items())
    return [*faults, *(Difference(log, *pair) for pair in pairs if not _same(*pair[1:]))]


def _same(replayed: Any, live: Any) -> bool:
    if isinstance(replayed, datetime) and isinstance(live, datetime):
        return abs(replayed - live) <= _SAME_MOMENT
    return bool(replayed == live)
