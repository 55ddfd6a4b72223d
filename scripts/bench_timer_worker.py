"""One timer engine in a process of its own: `bench_timer_worker.py DATABASE_URL effect|step|product`.

`effect` writes one row a timer. `step` does what a ladder's step does in rows: guard, line of the log, event, next
timer. `product` runs the shop's own ladders, as the worker has them. The process is set up as `backend.worker` is.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from backend.bootstrap import build
from backend.comms import tasks as comms_tasks
from backend.comms.events import OutboundRequested
from backend.comms.service.ladders import LadderService
from backend.platform.actors import SYSTEM
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.events import publish_many
from backend.platform.settings import PlatformSettings
from backend.platform.timer_engine import TimerEngine
from backend.platform.timers import ClaimedTimer, NewTimer, TimerHandler, TimerKind, arm_many

_EFFECT: Final = """
INSERT INTO bench_effect SELECT * FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[])
"""
_GUARD: Final = "SELECT id FROM orders WHERE id = ANY(%(ids)s::text[]) AND state = 'confirmed'"
_LOG: Final = """
INSERT INTO comms_log (order_id, actor, channel, direction, template, status, ladder, step, idem)
SELECT order_id, 'vendor:V-1', 'exotel_ring', 'outbound', 'vendor_new_order', 'queued', 'vendor_accept', 1, idem
FROM unnest(%(orders)s::text[], %(idems)s::text[]) AS given (order_id, idem)
ON CONFLICT DO NOTHING
"""


async def effect(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
    """Leave one row a timer."""
    await run_sql(session, _EFFECT, {"ids": [row.id for row in timers], "dues": [row.due_at for row in timers]})


async def step(session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
    """Write what a ladder's step writes, for the orders that still wait."""
    ids = [str(timer.order_id) for timer in timers]
    waiting = {row[0] for row in await run_sql(session, _GUARD, {"ids": ids})}
    live = [timer for timer in timers if timer.order_id in waiting]
    orders = [str(timer.order_id) for timer in live]
    await run_sql(session, _LOG, {"orders": orders, "idems": [f"vendor_accept:{timer.id}" for timer in live]})
    events = [
        OutboundRequested(
            "exotel_ring", "vendor_new_order", "+911xxxxxxx01", order_id, "vendor:V-1", 1, "vendor_accept"
        )
        for order_id in orders
    ]
    await publish_many(session, events, actor=SYSTEM, city="Nashik")
    await arm_many(session, [NewTimer(TimerKind.VENDOR_ACCEPT, order_id, 3600, 2) for order_id in orders])


def product_handlers(url: str) -> Mapping[TimerKind, TimerHandler]:
    """Return the ladders as bootstrap wires them."""
    settings = PlatformSettings(database_url=url)
    return comms_tasks.timer_handlers(build(settings, application="bench").registry.get(LadderService))


async def run(url: str, name: str) -> None:
    """Fire timers until told to stop."""
    own: dict[str, TimerHandler] = {"effect": effect, "step": step}
    handlers = {TimerKind.VENDOR_ACCEPT: own[name]} if name in own else product_handlers(url)
    database, stop = Database(url, pool_size=2, application="bench-worker"), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    gc.freeze()
    await TimerEngine(database, handlers).run(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]), loop_factory=uvloop.new_event_loop)
