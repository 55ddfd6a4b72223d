"""The loop that tells the broker what the log holds: in order for each key, at least once, and in nobody's way."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from typing import Final

from backend.platform import event_log, wakeups
from backend.platform.backoff import pause_s
from backend.platform.broker import repository
from backend.platform.broker.brokers import Connected, kind_of
from backend.platform.broker.messages import message_of
from backend.platform.broker.repository import Move
from backend.platform.db.session import Database
from backend.platform.event_log import Cursor, LogRow
from backend.platform.events import OUTBOX_BELL
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import EVENTS_HANDLED, PROVIDER_DOWN

log = get_logger(__name__)

CONSUMER: Final = "broker"

_LEASE_S: Final = 30.0
_BATCH: Final = 100  # Of each partition.
_PATIENCE_S: Final = 10.0
_POLL_S: Final = 0.5
_BASE_S: Final = 0.5
_CAP_S: Final = 30.0


class BrokerRelay:
    """Publishes the log from its own cursors; the broker may be away for as long as the log is kept.

    Nothing is locked while the broker is spoken to: a transaction that waited for it would hold back every consumer,
    since none reads beyond the oldest open transaction.
    """

    def __init__(self, database: Database, url: str, topics: Sequence[str]) -> None:
        """Prepare the relay.

        Args:
            database: Holds log and cursors.
            url: The broker's address; its scheme names the kind.
            topics: What is told; other topics are passed over.

        Raises:
            ValueError: The scheme is not known.
        """
        self._database = database
        self._url = url
        self._kind = kind_of(url)
        self._topics = topics
        self._open: Connected | None = None
        self._failures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop; what was taken is finished."""
        pause = ErrorPause("broker.log_unread")
        with wakeups.listen(OUTBOX_BELL) as bell:
            while not stop.is_set():
                failures = self._failures
                async with pause.around():
                    while await self.step() and not stop.is_set():
                        self._failures = failures = 0
                if self._failures > failures:
                    await _wait_for(stop, pause_s(self._failures, base_s=_BASE_S, cap_s=_CAP_S))
                else:
                    await bell.wait(_POLL_S)
        await self.close()

    async def step(self) -> int:
        """Publish a batch of every partition that is free and has news; return how many partitions moved on."""
        opened = await self._opened()
        if opened is None:
            return 0
        async with self._database.transaction() as session:
            cursors = await repository.take(session, CONSUMER, _LEASE_S)
            if not cursors:
                return 0
            rows, _ = await event_log.read_after(session, CONSUMER, cursors, self._topics, _BATCH)
        reached, errors = await _publish(opened, cursors, rows)
        async with self._database.transaction() as session:
            await repository.settle(session, CONSUMER, [Move(*ends) for ends in zip(cursors, reached, strict=True)])
        if errors:
            await self._lost(errors[0])
        return sum(old != new for old, new in zip(cursors, reached, strict=True))

    async def _opened(self) -> Connected | None:
        """Return the broker, opened if need be; None while it is away."""
        if self._open is None:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    self._open = await self._kind.connect(self._url)
            except Exception as error:  # noqa: BLE001 - each library has errors of its own; all mean "not now"
                await self._lost(error)
                return None
            async with self._database.transaction() as session:
                await event_log.ensure_cursors(session, [CONSUMER])
            PROVIDER_DOWN.labels(CONSUMER).set(0)
        return self._open

    async def _lost(self, error: Exception) -> None:
        """Note that the broker is away or did not take something; the next step opens it anew."""
        self._failures += 1
        PROVIDER_DOWN.labels(CONSUMER).set(1)
        log.warning("broker.away", error=type(error).__name__, failures=self._failures)
        await self.close()

    async def close(self) -> None:
        """Let go of the broker."""
        opened, self._open = self._open, None
        if opened is not None:
            with suppress(Exception):  # It is given up either way.
                async with asyncio.timeout(_PATIENCE_S):
                    await opened.close()


async def _wait_for(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _publish(
    opened: Connected, cursors: Sequence[Cursor], rows: Sequence[LogRow]
) -> tuple[list[Cursor], list[Exception]]:
    """Tell all partitions at once, each in its order; return how far each has come, and what went wrong."""
    runs = {part: list(run) for part, run in groupby(rows, key=lambda row: row.cursor.part)}
    told = await asyncio.gather(*(_tell(opened, cursor, runs.get(cursor.part, [])) for cursor in cursors))
    return [reached for reached, _ in told], [error for _, error in told if error is not None]


async def _tell(opened: Connected, cursor: Cursor, rows: Sequence[LogRow]) -> tuple[Cursor, Exception | None]:
    """Publish a partition's events one after another, until one is not acknowledged."""
    reached = cursor
    for row in rows:
        if row.event is not None:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await opened.publish(message_of(row.event))
            except Exception as error:  # noqa: BLE001 - each library has errors of its own; all mean "not now"
                EVENTS_HANDLED.labels(CONSUMER, "failed").inc()
                log.warning("broker.not_taken", event_id=row.event.event_id, error=type(error).__name__)
                return reached, error
            EVENTS_HANDLED.labels(CONSUMER, "handled").inc()
        reached = row.cursor
    return reached, None
