"""Pours messages of many customers through the real turn runner and two or more dialogue servers, and counts.

Usage: `python -m scripts.soak_dialogue [--messages 10000] [--customers 200] [--workers 2]`. Servers are stand-ins on
loopback sockets, one of which fails now and then, or those of `SOAK_RASA_URLS` (comma separated). The last line holds
the figures; the exit status is 1 where a message was lost or answered twice.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import orjson

from backend.conversations.providers.rasa.client import RasaClient
from backend.conversations.settings import ConversationsSettings, DialogueSettings
from backend.conversations.tasks import TurnLoop, inbox_handlers
from backend.platform.db.embedded import EmbeddedPostgres, free_port
from backend.platform.db.migrate import upgrade
from backend.platform.db.session import Database
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxWorker
from backend.platform.observability.logging import configure_logging
from tests.support.dialogues import FakeDialogue
from tests.support.sockets import served
from tests.support.town import KENYA_NUMBER, Town, town

_PENDING: Final = """
SELECT (SELECT count(*) FROM provider_events WHERE state = 'pending')
    + (SELECT count(*) FROM messages WHERE awaits_turn AND turn_id IS NULL)
    + (SELECT count(*) FROM turns WHERE state = 'running')
"""
_FIGURES: Final = {
    "dead": "SELECT count(*) FROM provider_events WHERE state = 'dead'",
    "stored": "SELECT count(*) FROM messages WHERE direction = 'in'",
    "unanswered": "SELECT count(*) FROM messages m LEFT JOIN turns t ON t.id = m.turn_id"
    " WHERE m.direction = 'in' AND t.state IS DISTINCT FROM 'replied'",
    "turns": "SELECT count(*) FROM turns",
    "replies": "SELECT count(*) FROM messages WHERE author = 'bot'",
    "answered_twice": "SELECT count(*) FROM (SELECT turn_id FROM messages WHERE author = 'bot'"
    " GROUP BY turn_id HAVING count(*) > 1) AS doubled",
    "sends": "SELECT count(*) FROM outbound_send",
    "retaken": "SELECT count(*) FROM turns WHERE attempts > 1",
}


def _webhook(customer: int, number: int) -> bytes:
    message = {
        "from": f"2547110{customer:05d}",
        "id": f"wamid.{customer}.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": f"nataka unga {number} za {customer}"},
    }
    value = {"metadata": {"phone_number_id": KENYA_NUMBER}, "messages": [message]}
    return orjson.dumps({"entry": [{"id": "W", "changes": [{"field": "messages", "value": value}]}]})


async def _pour(shop: Town, messages: int, customers: int) -> None:
    """Deliver each webhook twice, as providers do; customers write at the same time, each in order."""
    intake, adapter = EventIntake(shop.database), shop.channels.channel("whatsapp")

    async def customer(place: int) -> None:
        for number in range(place, messages, customers):
            for _ in range(2):
                await intake.store("whatsapp", adapter.split(_webhook(place, number)))
            await asyncio.sleep(0)

    await asyncio.gather(*(customer(place) for place in range(customers)))
    await intake.close()


@asynccontextmanager
async def _dialogues(given: str) -> AsyncIterator[tuple[str, list[FakeDialogue]]]:
    if given:
        yield given, []
        return
    fakes = [FakeDialogue(fail_every=97, pause_s=0.01), FakeDialogue(pause_s=0.01)]
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(served(fake)) for fake in fakes]
        yield ",".join(urls), fakes


async def _run(shop: Town, arguments: argparse.Namespace) -> dict[str, int | float]:
    settings = ConversationsSettings(burst_silence_s=0.05, burst_cap_s=0.2)
    async with _dialogues(os.environ.get("SOAK_RASA_URLS", "")) as (urls, fakes):
        dialogue, stop = RasaClient(DialogueSettings(rasa_url=urls)), asyncio.Event()
        turns = [TurnLoop(shop.database, shop.service, dialogue, settings) for _ in range(arguments.workers)]
        inboxes = [InboxWorker(shop.database, inbox_handlers(shop.service)) for _ in range(arguments.workers)]
        started = time.monotonic()
        running = asyncio.gather(*(loop.run(stop) for loop in (*turns, *inboxes)))
        await _pour(shop, arguments.messages, arguments.customers)
        while await shop.scalar(_PENDING):  # noqa: ASYNC110 - the end of all work rings no bell
            await asyncio.sleep(0.5)
        seconds = time.monotonic() - started
        stop.set()
        await running
        await dialogue.close()
    figures: dict[str, int | float] = {name: await shop.scalar(query) for name, query in _FIGURES.items()}
    figures["overlaps"] = sum(fake.overlaps for fake in fakes)
    figures["asked"] = sum(fake.count for fake in fakes)
    figures["seconds"] = round(seconds, 1)
    return figures


def _judge(figures: dict[str, int | float], messages: int) -> tuple[float, float]:
    """Return how many messages were lost and how many answered twice."""
    lost = messages - figures["stored"] + figures["unanswered"] + figures["dead"]
    doubled = figures["answered_twice"] + abs(figures["sends"] - figures["replies"]) + figures["overlaps"]
    return lost, doubled


async def _soak(url: str, arguments: argparse.Namespace) -> int:
    database = Database(url, pool_size=20)
    try:
        async with town(database, burst_silence_s=0.05, burst_cap_s=0.2) as shop:
            figures = await _run(shop, arguments)
    finally:
        await database.close()
    lost, doubled = _judge(figures, arguments.messages)
    detail = " ".join(f"{name}={value}" for name, value in figures.items())
    rate = round(arguments.messages / figures["seconds"], 1)
    print(f"soak-dialogue messages={arguments.messages} lost={lost} doubled={doubled} per_s={rate} {detail}")
    return 1 if lost or doubled else 0


def main() -> int:
    """Run the soak on a throw-away Postgres."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    configure_logging("ERROR", process="soak")
    folder = Path(tempfile.mkdtemp(prefix="duka-soak-pg-"))
    try:
        with EmbeddedPostgres(folder, free_port(), durable=False).running() as server:
            url = server.create_database("soak")
            upgrade(url)
            return asyncio.run(_soak(url, arguments), loop_factory=asyncio.SelectorEventLoop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
