"""The database ends all connections, again and again: every loop of a worker goes on, and does each thing once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar, Final

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import Actor, ActorKind
from backend.platform.consumers import ConsumerPolicy, EventConsumers
from backend.platform.db.session import Database
from backend.platform.events import Event, StoredEvent, Subscription, publish
from backend.platform.inbox import EventIntake, IntakeRow, StoredProviderEvent
from backend.platform.inbox_worker import InboxPolicy, InboxWorker
from backend.platform.sender import SenderLoop
from backend.platform.sends import ClaimedSend, SendOutcome, SendPolicy, Sent, enqueue
from backend.platform.timer_engine import TimerEngine, TimerPolicy
from backend.platform.timers import ClaimedTimer, TimerKind, arm
from tests.backend.platform.conftest import Effects

MANY: Final = 40
VENDOR = Actor(ActorKind.VENDOR, "V-42")
_CUT = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'worker'")


@dataclass(frozen=True)
class Asked(Event):
    """Something happened to an order."""

    topic: ClassVar[str] = "order.asked"
    order_id: str

    @property
    def key(self) -> str:
        return self.order_id


class Work:
    """Handlers of each loop; each leaves one effect a piece, in the transaction that ends it."""

    channel = "ring"
    policy = SendPolicy(lease_s=2, backoff_base_s=0.0, investigate_after_s=(0.0, 0.0), breaker_threshold=1000)

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self.calls: list[str] = []

    async def on_timers(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        for timer in timers:
            await self._effects.add(session, f"timer {timer.subject_id}")

    async def on_event(self, session: AsyncSession, event: StoredEvent) -> None:
        await self._effects.add(session, f"event {event.key}")

    async def on_webhook(self, session: AsyncSession, stored: StoredProviderEvent) -> None:
        await self._effects.add(session, f"webhook {stored.external_id}")

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        self.calls.append(send.idem)
        return Sent(f"ref-{send.idem}")

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        return Sent(f"ref-{send.idem}")

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        if isinstance(outcome, Sent):  # A first "unknown" is told too, and is not the end.
            await self._effects.add(session, f"send {send.idem}")


async def _bring(database: Database, intake: EventIntake, order_id: str) -> None:
    """One piece of each kind of work."""
    async with database.transaction() as session:
        await arm(session, TimerKind.VENDOR_ACCEPT, order_id, delay_s=0)
        await publish(session, Asked(order_id), actor=VENDOR, city="Nairobi")
        await enqueue(session, Work.channel, {}, idem=order_id)
    await intake.store("exotel", [IntakeRow(order_id, "dtmf", b"{}", {}, "")])


@pytest.mark.concurrency
async def test_every_loop_goes_on_and_does_each_thing_once(
    database: Database, effects: Effects, orders: list[str]
) -> None:
    """Cut in mid-work, while more comes in; no loop ends, nothing is lost, done twice or called twice."""
    worker, work = Database(database.url, pool_size=4, application="worker"), Work(effects)
    loops = (
        TimerEngine(worker, {TimerKind.VENDOR_ACCEPT: work.on_timers}, TimerPolicy(batch=2, poll_s=0.02)),
        EventConsumers(worker, (Subscription("test", ("order.asked",), work.on_event),), ConsumerPolicy(poll_s=0.02)),
        InboxWorker(worker, {"exotel": work.on_webhook}, InboxPolicy(poll_s=0.02)),
        SenderLoop(worker, (work,), poll_s=0.02),
    )
    stop, intake = asyncio.Event(), EventIntake(database)
    running = [asyncio.create_task(loop.run(stop)) for loop in loops]
    cut = 0
    for order_id in orders[:MANY]:
        await _bring(database, intake, order_id)
        with suppress(DBAPIError):
            async with database.transaction() as session:
                cut += int(await session.scalar(_CUT) or 0)
        await asyncio.sleep(0.01)
    await effects.reach(4 * MANY, within_s=60)
    ended = [task for task in running if task.done()]
    stop.set()
    await asyncio.gather(*running)
    await intake.close()
    await worker.close()
    kinds = ("timer", "event", "webhook", "send")
    assert sorted(await effects.all()) == sorted(f"{kind} {order_id}" for kind in kinds for order_id in orders[:MANY])
    assert sorted(work.calls) == orders[:MANY]
    assert cut > MANY // 4
    assert ended == []


async def test_consumers_begin_once_the_database_lets_them_in(database: Database, effects: Effects) -> None:
    """A worker that starts while its database takes nobody in tries again, and then hands out what has come."""
    worker, work, stop = Database(database.url, pool_size=1, application="worker"), Work(effects), asyncio.Event()
    consumers = EventConsumers(worker, (Subscription("test", ("order.asked",), work.on_event),))
    url = make_url(database.url)
    beside = Database(url.set(database="postgres").render_as_string(hide_password=False))

    async def let_in(answer: str) -> None:
        async with beside.transaction() as session:
            await session.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS {answer}'))

    refused = asyncio.Event()
    event.listen(worker.engine.sync_engine, "handle_error", lambda _: refused.set())
    await let_in("false")
    running = asyncio.create_task(consumers.run(stop))
    async with asyncio.timeout(20):
        await refused.wait()
    await let_in("true")
    async with database.transaction() as session:
        await publish(session, Asked("ORD000"), actor=VENDOR, city="Nairobi")
    await effects.reach(1)
    stop.set()
    await running
    await worker.close()
    await beside.close()
    assert await effects.all() == ["event ORD000"]
