"""Conversations in Postgres, one row each: a turn reads the row once and appends its events once.

Rasa's own SQL store keeps a row an event, counts them before each save, and reads and writes through the ORM. A
conversation here is short, since the backend opens a new one for each order, so one row holds it, one event a line.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import psycopg2
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rasa.core.brokers.broker import EventBroker
    from rasa.shared.core.domain import Domain

KEPT_DAYS: Final = 30
# A turn is recorded after its conversation is stored, in the same Postgres; what a crash takes of the one it takes of
# the other, and the turn runs again.
_UNHURRIED: Final = "-c synchronous_commit=off"

# The lock is for servers that start together: each of them makes the table where it is missing.
_SET_UP: Final = """
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('trackers'));
CREATE TABLE IF NOT EXISTS trackers (
    sender_id text PRIMARY KEY,
    stored integer NOT NULL,
    events text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
DELETE FROM trackers WHERE updated_at < now() - make_interval(days => %s);
COMMIT;
"""
_COUNT: Final = "duka_stored_events"
_KEYS: Final = "SELECT sender_id FROM trackers"
_READ: Final = "SELECT events FROM trackers WHERE sender_id = %s"
_STORED: Final = "SELECT stored FROM trackers WHERE sender_id = %s"
_APPEND: Final = """
INSERT INTO trackers (sender_id, stored, events) VALUES (%s, %s, %s)
ON CONFLICT (sender_id) DO UPDATE SET stored = trackers.stored + excluded.stored,
    events = trackers.events || excluded.events, updated_at = now()
RETURNING stored
"""


class RowTrackerStore(TrackerStore):
    """Keeps each conversation in a row of the table `trackers`, which it makes on first use.

    Configured in `endpoints.yml` with `type: bot.trackers.RowTrackerStore`; `url` is Postgres' host, or a whole URL;
    `port`, `db`, `username`, `password` and `kept_days` are optional. Conversations that nobody has written in for
    `kept_days` are deleted when a server starts. The lock store keeps the turns of a conversation apart; this store
    appends, and changes nothing that is stored.
    """

    def __init__(
        self,
        host: str,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        *,
        port: int | str = 5432,
        db: str = "rasa",
        username: str | None = None,
        password: str | None = None,
        kept_days: int | str = KEPT_DAYS,
        **kwargs: Any,
    ) -> None:
        named = {"host": host, "port": port, "dbname": db, "user": username, "password": password}
        self._options = {"dsn": host} if "://" in host else {name: value for name, value in named.items() if value}
        self._kept_days = int(kept_days)
        self._connection: Any = None
        super().__init__(domain, event_broker, **kwargs)

    async def keys(self) -> Iterable[str]:
        """Return the names of all conversations."""
        return [row[0] for row in self._run(_KEYS)]

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return a whole conversation; None where it is new."""
        rows = self._run(_READ, sender_id)
        if not rows:
            return None
        events = [json.loads(line) for line in rows[0][0].splitlines()]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _COUNT, len(events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the events that are not stored yet."""
        await self.stream_events(tracker)
        stored = self._stored(tracker)
        fresh = [event.as_dict() for event in islice(tracker.events, stored, None)]
        if fresh:
            self._run(_APPEND, tracker.sender_id, len(fresh), "".join(f"{json.dumps(event)}\n" for event in fresh))
        setattr(tracker, _COUNT, stored + len(fresh))

    def _stored(self, tracker: DialogueStateTracker) -> int:
        """Return how many of the events are stored; one that came from here knows it, since its turn has the lock."""
        known = getattr(tracker, _COUNT, None)
        if known is not None:
            return int(known)
        rows = self._run(_STORED, tracker.sender_id)
        return int(rows[0][0]) if rows else 0

    def _run(self, statement: str, *parameters: object) -> Sequence[Any]:
        """Run one statement and commit it, on a fresh connection where the last one was lost."""
        if self._connection is None:
            return self._run_once(statement, parameters)
        try:
            return self._run_once(statement, parameters)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not self._connection.closed:
                raise
            self._connection = None
            return self._run_once(statement, parameters)

    def _run_once(self, statement: str, parameters: Sequence[object]) -> Sequence[Any]:
        if self._connection is None:
            self._connection = psycopg2.connect(
                connect_timeout=5, application_name="rasa", options=_UNHURRIED, **self._options
            )
            self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(_SET_UP, (self._kept_days,))
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            found: Sequence[Any] = cursor.fetchall()
            return found
