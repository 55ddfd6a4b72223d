"""Webhooks at rest: what providers sent, stored raw once and before the answer leaves."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.db.driver import run_sql, to_json
from backend.platform.db.session import Database
from backend.platform.db.types import PersonalDataKeys, personal_data_keys
from backend.platform.errors import BadRequestError, UnavailableError
from backend.platform.observability.logging import get_logger
from backend.platform.observability.trace import trace_id

log = get_logger(__name__)

INBOX_BELL: Final = "inbox"
_BATCH_ROWS: Final = 500
_LANE_BYTES: Final = 16
_LONGEST_ID: Final = 600  # Characters; four bytes each at most, and an index takes 2,704 bytes.
_STORE: Final = """
INSERT INTO provider_events (provider, external_id, kind, lane, body, headers, trace_id, received_at, next_at)
SELECT provider, external_id, kind, lane, body, headers::jsonb, trace_id, (SELECT duka_now()), (SELECT duka_now())
FROM unnest(%(providers)s::text[], %(external_ids)s::text[], %(kinds)s::text[], %(lanes)s::text[], %(bodies)s::bytea[],
    %(headers)s::text[], %(trace_ids)s::text[])
    WITH ORDINALITY AS given (provider, external_id, kind, lane, body, headers, trace_id, place)
ORDER BY provider, external_id, place
ON CONFLICT (provider, external_id) DO NOTHING
"""

_WAITING: Final = """
SELECT body FROM provider_events
WHERE provider = %(provider)s AND lane = %(lane)s AND kind = %(kind)s AND state = 'pending' ORDER BY id
"""


class IntakeFullError(UnavailableError):
    """More webhooks wait to be stored than we hold; the provider tries again."""

    code: ClassVar[str] = "intake.full"
    title: ClassVar[str] = "Too many webhooks at once"


class IntakeDownError(UnavailableError):
    """The store can't be reached; the provider tries again."""

    code: ClassVar[str] = "intake.down"
    title: ClassVar[str] = "Webhooks can't be stored at the moment"


class MalformedWebhookError(BadRequestError):
    """An id or a header of a webhook can't be stored, whoever sends it and however often."""

    code: ClassVar[str] = "webhook.malformed"
    title: ClassVar[str] = "An id in this webhook can't be stored"


class IntakeRow(NamedTuple):
    """One event of a webhook.

    Attributes:
        external_id: The provider's own id for it, as `docs/providers` names it; never a hash of the body.
        kind: `message`, `status`, `callback`, ...: the provider's mapping reads by it.
        body: The bytes as they came.
        headers: Those worth keeping; no secrets and nothing personal.
        lane: Whose events must be handled in order, such as the sender's id; empty where order does not matter.

    Bodies hold numbers and words of people, and a lane may be a number: the body is stored encrypted, the lane as its
    keyed index.
    """

    external_id: str
    kind: str
    body: bytes
    headers: Mapping[str, str]
    lane: str = ""


@dataclass(frozen=True, slots=True)
class StoredProviderEvent:
    """One stored event of a provider."""

    id: int
    provider: str
    external_id: str
    kind: str
    lane: str
    body: bytes
    headers: dict[str, str]
    attempts: int
    received_at: datetime
    trace_id: str


@dataclass(slots=True)
class _Request:
    """The rows of one webhook, and who waits for them to be stored."""

    provider: str
    rows: Sequence[IntakeRow]
    trace_id: str
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class EventIntake:
    """Stores webhooks by group commit: whatever waits goes into one statement and one commit, then all are answered.

    One a process. Its writer starts with the first webhook; a lone one is committed at once.
    """

    def __init__(self, database: Database, *, max_waiting: int = 2_000) -> None:
        """Prepare the intake.

        Args:
            database: Where the events are kept.
            max_waiting: Requests that may wait for a commit; one more is turned away.
        """
        self._database = database
        self._waiting: asyncio.Queue[_Request] = asyncio.Queue(max_waiting)
        self._writer: asyncio.Task[None] | None = None

    async def store(self, provider: str, rows: Sequence[IntakeRow]) -> None:
        """Return once the rows are committed; those that are known already are dropped.

        Raises:
            MalformedWebhookError: One of them can't be stored; nothing was.
            IntakeFullError: Too many wait; nothing was stored.
            IntakeDownError: The database is away; nothing was stored.
        """
        if not rows:
            return
        if not all(map(_storable, rows)):
            log.warning("intake.malformed", provider=provider)
            raise MalformedWebhookError(provider=provider)
        request = _Request(provider, rows, trace_id())
        try:
            self._waiting.put_nowait(request)
        except asyncio.QueueFull:
            raise IntakeFullError(provider=provider) from None
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="intake-writer")
        await request.stored

    async def close(self) -> None:
        """Store what waits, then stop the writer."""
        if self._writer is None:
            return
        await self._waiting.join()
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            rows = len(batch[0].rows)
            while rows < _BATCH_ROWS and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
                rows += len(batch[-1].rows)
            await self._commit(batch)
            for _ in batch:
                self._waiting.task_done()
            wakeups.notify(INBOX_BELL)

    async def _commit(self, batch: Sequence[_Request]) -> None:
        try:
            await self._insert(batch)
        except (OperationalError, PoolTimeoutError) as error:
            log.warning("intake.down", error=type(error).__name__)
            _refuse(batch, IntakeDownError())
        except Exception as error:  # noqa: BLE001 - a bad request's error is told to the one who sent it
            await self._commit_alone(batch, error)
        else:
            _acknowledge(batch)

    async def _commit_alone(self, batch: Sequence[_Request], error: Exception) -> None:
        """Store the requests one by one, so that a bad one fails alone."""
        if len(batch) == 1:
            log.warning("intake.refused", provider=batch[0].provider, error=type(error).__name__)
            _refuse(batch, error)
            return
        for request in batch:
            await self._commit([request])

    async def _insert(self, batch: Sequence[_Request]) -> None:
        await self._database.write_alone(_STORE, _columns(batch))


async def waiting_bodies(session: AsyncSession, provider: str, kind: str, lane: str) -> list[bytes]:
    """Return the bodies of one kind that wait in a lane, the first first."""
    keys = personal_data_keys()
    found = {"provider": provider, "kind": kind, "lane": _hidden_lane(keys, lane)}
    return [keys.decrypt(bytes(row.body)) for row in await run_sql(session, _WAITING, found)]


def _storable(row: IntakeRow) -> bool:
    """Say whether Postgres takes the texts of a row: no NUL, and no id that is too long for an index.

    Source: https://www.postgresql.org/docs/current/datatype-character.html
    """
    return len(row.external_id) <= _LONGEST_ID and not any(
        "\0" in text for text in (row.external_id, *row.headers.values())
    )


def _columns(batch: Sequence[_Request]) -> dict[str, Any]:
    """Lay the rows out as one array a column."""
    rows, keys = [(request, row) for request in batch for row in request.rows], personal_data_keys()
    return {
        "providers": [request.provider for request, _ in rows],
        "external_ids": [row.external_id for _, row in rows],
        "kinds": [row.kind for _, row in rows],
        "lanes": [_hidden_lane(keys, row.lane) for _, row in rows],
        "bodies": [keys.encrypt(row.body) for _, row in rows],
        "headers": [to_json(dict(row.headers)) for _, row in rows],
        "trace_ids": [request.trace_id for request, _ in rows],
    }


def _hidden_lane(keys: PersonalDataKeys, lane: str) -> str:
    """Return what stands for the lane in the table; equal lanes stay equal, and no lane stays none."""
    return keys.index(lane)[:_LANE_BYTES].hex() if lane else ""


def _acknowledge(batch: Sequence[_Request]) -> None:
    for request in batch:
        if not request.stored.done():
            request.stored.set_result(None)


def _refuse(batch: Sequence[_Request], error: Exception) -> None:
    for request in batch:
        if not request.stored.done():
            request.stored.set_exception(error)
