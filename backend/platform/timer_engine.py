"""The loop that fires timers: claims what is due together with its orders, lets the handlers act, commits once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.backoff import pause_s
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import TIMER_LAG, TIMERS_FIRED
from backend.platform.observability.trace import traced
from backend.platform.timers import TIMER_BELL, ClaimedTimer, TimerHandler, TimerKind

log = get_logger(__name__)

# Marked fired while being claimed, so that a handler which arms the same step again makes a new row. A timer is claimed
# only with its order's row locked; nothing here ever waits for a lock, so an accept that holds its order can't deadlock
# with it. Timers whose order is held are passed over, and not locked either, since whoever holds the order may cancel
# them: hence the order of the two locks, and the wider inner limit.
#
# Postgres can't know how much has come due since it last counted, and would rather read and sort all of it than walk
# the index of due times. So the types are asked for in a form that no index serves and that counts as no narrowing, and
# the limit is one that Postgres can't read: then it expects that a tenth of the rows will do.
_OF_OUR_TYPES: Final = "array_position(%(types)s::text[], type) IS NOT NULL"
_FIRE: Final = f"""
WITH of_orders AS MATERIALIZED (
    SELECT t.id FROM (
        SELECT id, order_id FROM sla_timer
        WHERE state = 'pending' AND order_id IS NOT NULL AND due_at <= duka_now() AND {_OF_OUR_TYPES}
        ORDER BY due_at LIMIT (SELECT 10 * %(limit)s)
    ) t
    CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.id = t.order_id FOR NO KEY UPDATE SKIP LOCKED) o
    CROSS JOIN LATERAL (
        SELECT s.id FROM sla_timer s
        WHERE s.id = t.id AND s.order_id = o.id AND s.state = 'pending' AND s.due_at <= (SELECT duka_now())
        FOR NO KEY UPDATE SKIP LOCKED
    ) s
    LIMIT %(limit)s
), others AS MATERIALIZED (
    SELECT id FROM sla_timer
    WHERE state = 'pending' AND order_id IS NULL AND due_at <= duka_now() AND {_OF_OUR_TYPES}
    ORDER BY due_at LIMIT (SELECT %(limit)s::int) FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE sla_timer t SET state = 'fired', fired = true, fired_at = (SELECT duka_now())
WHERE t.id = ANY(ARRAY(SELECT id FROM of_orders UNION ALL SELECT id FROM others))
RETURNING t.id, t.type, t.order_id, t.subject_kind, t.subject_id, t.step, t.due_at,
    extract(epoch FROM t.fired_at - t.due_at)::float8, t.meta, t.policy_id, t.policy_version, t.attempts, t.trace_id
"""

_NEXT_DUE: Final = f"""
SELECT extract(epoch FROM least(
    (SELECT due_at FROM sla_timer WHERE state = 'pending' AND order_id IS NOT NULL AND due_at > duka_now()
        ORDER BY due_at LIMIT 1),
    (SELECT due_at FROM sla_timer WHERE state = 'pending' AND order_id IS NULL AND due_at > duka_now()
        ORDER BY due_at LIMIT 1)
) - duka_now())::float8 AS next_s,
EXISTS (
    SELECT 1 FROM sla_timer
    WHERE state = 'pending' AND order_id IS NOT NULL AND due_at <= duka_now() AND {_OF_OUR_TYPES}
) OR EXISTS (
    SELECT 1 FROM sla_timer
    WHERE state = 'pending' AND order_id IS NULL AND due_at <= duka_now() AND {_OF_OUR_TYPES}
) AS due
"""

_FAIL: Final = """
UPDATE sla_timer SET state = %(state)s, fired = false, fired_at = NULL, attempts = attempts + 1, last_error = %(error)s,
    due_at = duka_now() + make_interval(secs => %(pause_s)s)
WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class TimerPolicy:
    """How timers are claimed.

    Attributes:
        batch: Timers of orders claimed by one transaction, and as many others.
        poll_s: The longest sleep, so that a moved clock and timers armed elsewhere are seen without a bell.
        gather_s: The rest after firing; what comes due meanwhile shares the next transaction.
        busy_pause_s: The first pause where something is due but held by another transaction; it doubles.
        max_attempts: Tries until a timer is dead.
        backoff_base_s: The first pause after a failure.
        backoff_cap_s: The longest.
    """

    batch: int = 400
    poll_s: float = 0.25
    gather_s: float = 0.001
    busy_pause_s: float = 0.01
    max_attempts: int = 5
    backoff_base_s: float = 1.0
    backoff_cap_s: float = 60.0


type OnDeadTimer = Callable[[AsyncSession, ClaimedTimer, str], Awaitable[None]]


class TimerEngine:
    """Fires timers for the kinds it has handlers of; any number may run, on any machines, with no leader or lease.

    A killed engine's locks fall with its connection, and what it had not committed is due again at once.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[TimerKind, TimerHandler],
        policy: TimerPolicy | None = None,
        *,
        on_dead: OnDeadTimer | None = None,
    ) -> None:
        """Prepare the engine.

        Args:
            database: Holds timers and orders.
            handlers: What to do for each kind; called inside the claim's transaction, so they call no provider.
            policy: Batches, pauses and tries.
            on_dead: Told of a timer that failed for the last time, with the error's words, in the same transaction.
        """
        self._database = database
        self._handlers = handlers
        self._policy = policy or TimerPolicy()
        self._on_dead = on_dead
        self._types = [str(kind) for kind in handlers]
        self._held_rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Fire timers until told to stop; a batch under way is finished."""
        pause = ErrorPause("timers.engine_failed")
        with wakeups.listen(TIMER_BELL) as bell:
            while not stop.is_set():
                async with pause.around():
                    found = await self._look()
                    if found.due and await self._fire_all(stop):
                        await asyncio.sleep(self._policy.gather_s)
                    else:
                        await bell.wait(self._sleep_s(found))

    async def _fire_all(self, stop: asyncio.Event) -> int:
        """Fire batches until one is not full, since a rush need not be looked for each time; return how many timers."""
        fired = last = await self.step()
        while last >= self._policy.batch and not stop.is_set():
            last = await self.step()
            fired += last
        return fired

    async def step(self) -> int:
        """Fire one batch of what is due; return how many timers were claimed.

        A batch that fails is rolled back and run again timer by timer, each in a savepoint, so that only the faulty one
        waits and, after its last try, is dead.
        """
        try:
            return await self._transact(self._handle_batch)
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return await self._transact(self._handle_each)
        except Exception:  # noqa: BLE001 - a handler may raise anything; the second pass finds and records it
            return await self._transact(self._handle_each)

    async def _transact(self, handle: Callable[[AsyncSession, Sequence[ClaimedTimer]], Awaitable[None]]) -> int:
        async with self._database.transaction() as session:
            claimed = await self._claim(session)
            if claimed:
                await handle(session, claimed)
        return len(claimed)

    async def _claim(self, session: AsyncSession) -> list[ClaimedTimer]:
        parameters = {"types": self._types, "limit": self._policy.batch}
        return sorted(map(_claimed, await run_sql(session, _FIRE, parameters)), key=attrgetter("due_at", "id"))

    async def _handle_batch(self, session: AsyncSession, claimed: Sequence[ClaimedTimer]) -> None:
        by_kind: defaultdict[TimerKind, list[ClaimedTimer]] = defaultdict(list)
        for timer in claimed:
            by_kind[timer.kind].append(timer)
        for kind, timers in by_kind.items():
            await self._handlers[kind](session, timers)
        _count(claimed)

    async def _handle_each(self, session: AsyncSession, claimed: Sequence[ClaimedTimer]) -> None:
        for timer in claimed:
            try:
                async with session.begin_nested():
                    with traced(timer.trace_id):
                        await self._handlers[timer.kind](session, (timer,))
            except Exception as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise
                await self._failed(session, timer, error)
            else:
                _count((timer,))

    async def _failed(self, session: AsyncSession, timer: ClaimedTimer, error: Exception) -> None:
        attempts = timer.attempts + 1
        dead = attempts >= self._policy.max_attempts
        words = f"{type(error).__name__}: {error}"[:500]
        pause = pause_s(attempts, base_s=self._policy.backoff_base_s, cap_s=self._policy.backoff_cap_s)
        state = "dead" if dead else "pending"
        await run_sql(session, _FAIL, {"id": timer.id, "state": state, "error": words, "pause_s": pause})
        log.error(
            "timer.failed", kind=timer.kind, order_id=timer.order_id, attempts=attempts, dead=dead, exc_info=error
        )
        if dead and self._on_dead is not None:
            await self._on_dead(session, timer, words)

    async def _look(self) -> Any:
        """Return whether something is due (`due`), and in how many seconds the next is (`next_s`; None for none)."""
        [row] = await self._database.look(_NEXT_DUE, {"types": self._types})
        return row

    def _sleep_s(self, found: Any) -> float:
        """Return how long to sleep: to the next due time, shortly where a due timer's order is held, at most a poll."""
        self._held_rounds = self._held_rounds + 1 if found.due else 0
        waits = [self._policy.poll_s]
        if found.next_s is not None:
            waits.append(max(found.next_s, 0.0))
        if found.due:
            waits.append(self._policy.busy_pause_s * 2.0 ** min(self._held_rounds, 10))
        return min(waits)


def _claimed(row: tuple[Any, ...]) -> ClaimedTimer:
    timer_id, kind, *rest = row
    return ClaimedTimer(timer_id, TimerKind(kind), *rest)


def _count(timers: Sequence[ClaimedTimer]) -> None:
    for kind, number in Counter(timer.kind for timer in timers).items():
        TIMERS_FIRED.labels(kind).inc(number)
    for timer in timers:
        TIMER_LAG.observe(timer.late_s)
