"""Conversations are kept whole in one row each, in a real Postgres, and survive a lost connection."""

import asyncio
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.trackers import RowTrackerStore

ROOT = Path(__file__).parents[2]
_SERVER = """
import sys, tempfile
from pathlib import Path
from backend.platform.db.embedded import EmbeddedPostgres, free_port
with tempfile.TemporaryDirectory(prefix="duka-trackers-") as folder:
    with EmbeddedPostgres(Path(folder) / "pg", free_port(), durable=False).running() as server:
        print(server.create_database("rasa"), flush=True)
        sys.stdin.read()
"""
DOMAIN = Domain.from_dict({"intents": ["greet"], "slots": {"lang": {"type": "any", "mappings": [{"type": "custom"}]}}})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database of its own, on the project's embedded server."""
    python = ROOT / ".venv/bin/python"
    server = subprocess.Popen([python, "-c", _SERVER], cwd=ROOT, stdin=-1, stdout=-1, text=True)
    assert server.stdout is not None
    yield next(line.strip() for line in server.stdout if line.startswith("postgresql://"))
    server.communicate(timeout=20)


@pytest.fixture
def store(url: str) -> RowTrackerStore:
    return RowTrackerStore(url, DOMAIN)


def _tracker(sender: str, *events: Event) -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender, DOMAIN.slots)
    tracker.update_with_events(list(events), DOMAIN)
    return tracker


def _said(text: str) -> UserUttered:
    return UserUttered(text, intent={"name": "greet", "confidence": 0.9})


def _stored(url: str, sender: str) -> Sequence[object]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT stored, array_length(regexp_split_to_array(events, E'\\n'), 1) - 1 FROM trackers"
            " WHERE sender_id = %s",
            (sender,),
        )
        found = cursor.fetchall()
    connection.close()
    return found


async def _again(store: TrackerStore, sender: str) -> DialogueStateTracker:
    tracker = await store.retrieve(sender)
    assert tracker is not None
    return tracker


def test_a_new_conversation_is_none(store: RowTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None


def test_a_conversation_comes_back_event_for_event(store: RowTrackerStore) -> None:
    """Words in any script and with line breaks are one event; slots are those that the events set."""
    events = [ActionExecuted("action_session_start"), _said("साखर\n\u2028२ किलो \\n"), SlotSet("lang", "mr")]
    given = _tracker("whole", *events)
    asyncio.run(store.save(given))
    found = asyncio.run(_again(store, "whole"))
    assert [event.as_dict() for event in found.events] == [event.as_dict() for event in given.events]
    assert found.get_slot("lang") == "mr"
    assert list(asyncio.run(store.keys())).count("whole") == 1


def test_a_turn_appends_and_rewrites_nothing(store: RowTrackerStore, url: str) -> None:
    """Saving twice, or without a new event, stores each event once."""
    asyncio.run(store.save(_tracker("twice", _said("one"))))
    tracker = asyncio.run(_again(store, "twice"))
    tracker.update(_said("two"), DOMAIN)
    for _ in range(2):
        asyncio.run(store.save(tracker))
    assert _stored(url, "twice") == [(2, 2)]
    texts = [event.text for event in asyncio.run(_again(store, "twice")).events if isinstance(event, UserUttered)]
    assert texts == ["one", "two"]


def test_a_lost_connection_costs_no_turn(store: RowTrackerStore, url: str) -> None:
    """The server ends our connections, as on its restart; the next turn opens another."""
    asyncio.run(store.save(_tracker("lost", _said("one"))))
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rasa'")
    connection.close()
    tracker = asyncio.run(_again(store, "lost"))
    tracker.update(_said("two"), DOMAIN)
    asyncio.run(store.save(tracker))
    assert _stored(url, "lost") == [(2, 2)]


def _without_table(url: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS trackers")
    connection.close()


def test_what_the_database_refuses_is_told(store: RowTrackerStore, url: str) -> None:
    """Only a lost connection is worth a second try."""
    asyncio.run(store.retrieve("x"))
    _without_table(url)
    with pytest.raises(psycopg2.errors.UndefinedTable):
        asyncio.run(store.retrieve("x"))


def test_what_is_old_goes_when_a_server_starts(url: str) -> None:
    asyncio.run(RowTrackerStore(url, DOMAIN).save(_tracker("old", _said("one"))))
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE trackers SET updated_at = now() - interval '31 days' WHERE sender_id = 'old'")
    connection.close()
    assert asyncio.run(RowTrackerStore(url, DOMAIN).retrieve("old")) is None


def test_servers_that_start_together_share_the_table(url: str) -> None:
    """Four first looks at once, into a database without the table."""
    _without_table(url)
    with ThreadPoolExecutor(4) as pool:
        stores = [RowTrackerStore(url, DOMAIN) for _ in range(4)]
        assert list(pool.map(lambda store: asyncio.run(store.retrieve("x")), stores)) == [None] * 4


def test_endpoints_name_it(url: str) -> None:
    """Rasa builds it from the configuration's words, by host or by URL."""
    config = EndpointConfig(url=url, type="bot.trackers.RowTrackerStore")
    built = TrackerStore.create(config, DOMAIN)
    asyncio.run(built.save(_tracker("configured", _said("one"))))
    assert asyncio.run(built.retrieve("configured")) is not None
