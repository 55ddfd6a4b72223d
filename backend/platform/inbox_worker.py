"""The loop that works off stored webhooks: one transaction an event, in order within a lane."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.backoff import pause_s
from backend.platform.db.driver import run_sql
from backend.platform.db.session import Database
from backend.platform.db.types import personal_data_keys
from backend.platform.inbox import INBOX_BELL, StoredProviderEvent
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.trace import traced

log = get_logger(__name__)

_LOOK: Final = """
SELECT EXISTS (
    SELECT 1 FROM provider_events
    WHERE state = 'pending' AND next_at <= duka_now() AND provider = ANY(%(providers)s::text[])
) AS due
"""

_CLAIM: Final = """
SELECT e.id, e.provider, e.external_id, e.kind, e.lane, e.body, e.headers, e.attempts, e.received_at, e.trace_id,
    EXISTS (
        SELECT 1 FROM provider_events other
        WHERE other.state = 'pending' AND other.next_at <= duka_now() AND other.id <> e.id
    ) AS more
FROM provider_events e
WHERE e.state = 'pending' AND e.next_at <= duka_now() AND e.provider = ANY(%(providers)s::text[]) AND (
    e.lane = '' OR NOT EXISTS (
        SELECT 1 FROM provider_events before
        WHERE before.provider = e.provider AND before.lane = e.lane AND before.lane <> ''
            AND before.state = 'pending' AND before.id < e.id
    )
)
ORDER BY e.next_at, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED
"""

_DONE: Final = """
UPDATE provider_events e SET state = 'done', done_at = duka_now(), attempts = attempts + 1, error = NULL
WHERE id = %(id)s
RETURNING EXISTS (
    SELECT 1 FROM provider_events next
    WHERE next.provider = e.provider AND next.lane = e.lane AND next.lane <> '' AND next.state = 'pending'
        AND next.id > e.id
)
"""

_FAILED: Final = """
UPDATE provider_events SET state = %(state)s, attempts = attempts + 1, error = %(error)s,
    next_at = duka_now() + make_interval(secs => %(pause_s)s)
WHERE id = %(id)s AND state = 'pending' AND attempts = %(before)s
"""

_RETRY: Final = """
UPDATE provider_events SET state = 'pending', attempts = 0, next_at = duka_now() WHERE id = %(id)s AND state = 'dead'
"""

type InboxHandler = Callable[[AsyncSession, StoredProviderEvent], Awaitable[None]]
type OnDeadEvent = Callable[[AsyncSession, StoredProviderEvent, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class InboxPolicy:
    """How stored webhooks are worked off.

    Attributes:
        concurrency: Events handled at once by a process.
        poll_s: The longest time until an event is seen with no bell.
        max_attempts: Tries until an event is dead.
        backoff_base_s: The first pause; later events of the lane wait with it.
        backoff_cap_s: The longest.
    """

    concurrency: int = 4
    poll_s: float = 0.25
    max_attempts: int = 6
    backoff_base_s: float = 0.5
    backoff_cap_s: float = 30.0


class InboxWorker:
    """Hands stored events to their provider's handler; any number may run."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, InboxHandler],
        policy: InboxPolicy | None = None,
        *,
        on_dead: OnDeadEvent | None = None,
    ) -> None:
        """Prepare the worker.

        Args:
            database: Holds the inbox.
            handlers: One a provider; they write through the given session alone, so that effects and mark are one
                commit.
            policy: Concurrency, pauses and tries.
            on_dead: Told of an event that failed for the last time, with the error's words, in the same transaction.
        """
        self._database = database
        self._handlers = handlers
        self._policy = policy or InboxPolicy()
        self._on_dead = on_dead
        self._providers = sorted(handlers)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; events under way are finished."""
        look_out = asyncio.Lock()
        with wakeups.listen(INBOX_BELL) as bell:
            bell.ring()  # For what came before we listened.
            async with asyncio.TaskGroup() as group:
                for place in range(self._policy.concurrency):
                    group.create_task(self._work(stop, bell, look_out), name=f"inbox-{place}")

    async def _work(self, stop: asyncio.Event, bell: wakeups.Bell, look_out: asyncio.Lock) -> None:
        """Work in one place: one place at a time looks out for events, and hands that on with the event it takes."""
        pause = ErrorPause("inbox.worker_failed")
        while not stop.is_set():
            async with AsyncExitStack() as looking:
                await looking.enter_async_context(look_out)
                if stop.is_set():
                    return
                rung = await bell.wait(self._policy.poll_s)
                if not stop.is_set():
                    async with pause.around():
                        if rung or await self._is_due():
                            await self.step(looking.aclose)

    async def _is_due(self) -> bool:
        [(due,)] = await self._database.look(_LOOK, {"providers": self._providers})
        return bool(due)

    async def drain(self) -> int:
        """Work off what is due now; return how many events were handled or failed."""
        count = 0
        while await self.step():
            count += 1
        return count

    async def step(self, when_taken: Callable[[], Awaitable[None]] | None = None) -> bool:
        """Handle one event; return whether there was one.

        Args:
            when_taken: Called once the event is ours, before it is handled.
        """
        event: StoredProviderEvent | None = None
        try:
            async with self._database.transaction(durable=False) as session:
                row = (await run_sql(session, _CLAIM, {"providers": self._providers})).first()
                if row is None:
                    return False
                event = _event(row)
                if when_taken is not None:
                    await when_taken()
                if row.more:
                    wakeups.notify_here(INBOX_BELL)
                with traced(event.trace_id):
                    await self._handlers[event.provider](session, event)
                one_waits = (await run_sql(session, _DONE, {"id": event.id})).scalar_one()
        except Exception as error:
            if event is None or (isinstance(error, DBAPIError) and error.connection_invalidated):
                raise
            with traced(event.trace_id):
                await self._failed(event, error)
        else:
            with traced(event.trace_id):
                log.info("webhook.handled", provider=event.provider, kind=event.kind, row=event.id)
            if one_waits:
                wakeups.notify_here(INBOX_BELL)
        return True

    async def _failed(self, event: StoredProviderEvent, error: Exception) -> None:
        """Count a failed try, once its effects are rolled back, unless another worker has tried the event since."""
        attempts = event.attempts + 1
        dead = attempts >= self._policy.max_attempts
        words = f"{type(error).__name__}: {error}"[:500]
        parameters = {
            "id": event.id,
            "before": event.attempts,
            "state": "dead" if dead else "pending",
            "error": words,
            "pause_s": pause_s(attempts, base_s=self._policy.backoff_base_s, cap_s=self._policy.backoff_cap_s),
        }
        log.error("inbox.failed", provider=event.provider, kind=event.kind, row=event.id, dead=dead, exc_info=error)
        async with self._database.transaction() as session:
            ours = (await run_sql(session, _FAILED, parameters)).rowcount > 0
            if ours and dead and self._on_dead is not None:
                await self._on_dead(session, event, words)


async def retry_dead_event(session: AsyncSession, event_row_id: int) -> bool:
    """Give a dead event its tries again; return whether it was dead."""
    session.info.setdefault("bells", set()).add(INBOX_BELL)
    return (await run_sql(session, _RETRY, {"id": event_row_id})).rowcount > 0


def _event(row: Any) -> StoredProviderEvent:
    return StoredProviderEvent(
        id=row.id,
        provider=row.provider,
        external_id=row.external_id,
        kind=row.kind,
        lane=row.lane,
        body=personal_data_keys().decrypt(bytes(row.body)),
        headers=row.headers,
        attempts=row.attempts,
        received_at=row.received_at,
        trace_id=row.trace_id,
    )
