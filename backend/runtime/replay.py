"""`duka replay`: an order worked out anew from its logs, and what its events would send if they came again."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from backend.bootstrap import Built
from backend.bootstrap.loops import subscriptions
from backend.orders.folding import told_by
from backend.orders.ports import Replay
from backend.orders.service import OrdersService
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.events import StoredEvent, Subscription
from backend.platform.observability.trace import traced

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

# What a send says: partners' messages and calls stand in the log of comms, customers' messages on their thread.
_SENDS: Final = """
SELECT s.seq, s.channel, coalesce(l.template, m.message_key, '') AS what, coalesce(l.actor, '') AS whom
FROM outbound_send s
LEFT JOIN comms_log l ON l.idem = s.idem
LEFT JOIN messages m ON s.idem = 'msg:' || m.id
WHERE s.order_id = %(order_id)s AND s.seq > %(after)s ORDER BY s.seq
"""
_LAST: Final = "SELECT coalesce(max(seq), 0) FROM outbound_send"


class WouldSend(NamedTuple):
    """A message or call that an event would bring about."""

    channel: str
    what: str
    whom: str


@dataclass(frozen=True, slots=True)
class DryStep:
    """What one consumer would do on one event.

    Attributes:
        topic: The event's.
        consumer: Who follows it.
        sends: What would go out.
        error: Why it could not be handled; empty as a rule.
    """

    topic: str
    consumer: str
    sends: tuple[WouldSend, ...] = ()
    error: str = ""


async def replay(built: Built, order_id: str) -> Replay:
    """Compare an order with its logs.

    Raises:
        OrderNotFoundError: There is no such order.
    """
    async with built.registry.get(Database).transaction() as session:
        return await built.registry.get(OrdersService).replay(session, order_id)


async def dry_run(built: Built, order_id: str) -> list[DryStep]:
    """Hand an order's events to their consumers again, each with the order's row as it was then, and undo it all.

    The events have new ids, or everybody would know them for repetitions. It is one transaction that is rolled back,
    so no sender sees what it queues; it holds the order's row meanwhile. Only the order's own row is put back to its
    time: riders, outlets and cards are as they are now.

    Raises:
        OrderNotFoundError: There is no such order.
    """
    orders, consumers = built.registry.get(OrdersService), subscriptions(built.registry)
    async with built.registry.get(Database).transaction() as session:
        found = await orders.replay(session, order_id)
        steps = [step async for step in _steps(session, orders, found, consumers)]
        await session.rollback()
    return steps


async def _steps(
    session: "AsyncSession", orders: OrdersService, found: Replay, consumers: Sequence[Subscription]
) -> AsyncIterator[DryStep]:
    for event in found.events:
        if columns := told_by(event.topic, event.payload):
            await orders.show_as_of(session, found.order_id, columns)
        again = event._replace(event_id=f"dry:{event.event_id}")
        for consumer in _followers(consumers, event.topic):
            yield await _step(session, consumer, again, found.order_id)


def _followers(consumers: Sequence[Subscription], topic: str) -> Iterator[Subscription]:
    return (consumer for consumer in consumers if topic in consumer.topics)


async def _step(session: "AsyncSession", consumer: Subscription, event: StoredEvent, order_id: str) -> DryStep:
    """Let one consumer handle one event; an error undoes what it did and ends nothing."""
    after = (await run_sql(session, _LAST)).scalar_one()
    try:
        async with session.begin_nested():
            with traced(event.trace_id):
                await consumer.handle(session, event)
    except Exception as error:  # noqa: BLE001 - a handler may raise anything; its words are what is asked for
        return DryStep(event.topic, consumer.consumer, error=f"{type(error).__name__}: {error}")
    rows = await run_sql(session, _SENDS, {"order_id": order_id, "after": after})
    sends = tuple(WouldSend(row.channel, row.what, row.whom) for row in rows)
    return DryStep(event.topic, consumer.consumer, sends)
