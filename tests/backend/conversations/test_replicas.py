"""Many customers, several workers, two dialogue servers on real sockets: nothing lost, nothing doubled."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from backend.conversations.providers.rasa.client import RasaClient
from backend.conversations.settings import ConversationsSettings, DialogueSettings
from backend.conversations.tasks import TurnLoop, inbox_handlers
from backend.platform.db.session import Database
from backend.platform.inbox import EventIntake
from backend.platform.inbox_worker import InboxWorker
from tests.support.dialogues import FakeDialogue
from tests.support.sockets import served
from tests.support.town import KENYA_NUMBER, Town, town

CUSTOMERS = 30
EACH = 10
PENDING = """
SELECT (SELECT count(*) FROM provider_events WHERE state <> 'done')
    + (SELECT count(*) FROM messages WHERE direction = 'in' AND turn_id IS NULL)
    + (SELECT count(*) FROM turns WHERE state = 'running')
"""


def test_a_second_attempt_waits_longer_than_a_dead_servers_lock_is_held() -> None:
    """Else each turn that a killed server was at goes to a person, though another server is there."""
    [lease_s] = re.findall(
        r"^LEASE_S: Final = ([\d.]+)$", Path("bot/locks.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert float(lease_s) * 4 / 3 < DialogueSettings().rasa_timeout_s - 0.5


def _webhook(customer: int, number: int) -> bytes:
    message = {
        "from": f"2547110{customer:05d}",
        "id": f"wamid.{customer}.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": f"m{customer}-{number}"},
    }
    value = {"metadata": {"phone_number_id": KENYA_NUMBER}, "messages": [message]}
    return orjson.dumps({"entry": [{"id": "W", "changes": [{"field": "messages", "value": value}]}]})


async def _pour(shop: Town) -> None:
    """Deliver each webhook twice, those of different customers at the same time."""
    intake, adapter = EventIntake(shop.database), shop.channels.channel("whatsapp")

    async def customer(number: int) -> None:
        for message in range(EACH):
            for _ in range(2):
                await intake.store("whatsapp", adapter.split(_webhook(number, message)))
            await asyncio.sleep(0.01)

    await asyncio.gather(*(customer(number) for number in range(CUSTOMERS)))
    await intake.close()


async def _work(shop: Town, urls: Sequence[str], *, workers: int) -> None:
    """Run several workers beside the flood until everything is answered."""
    settings = ConversationsSettings(burst_silence_s=0.05, burst_cap_s=0.2, turn_concurrency=4)
    dialogue, stop = RasaClient(DialogueSettings(rasa_url=",".join(urls))), asyncio.Event()
    loops = [TurnLoop(shop.database, shop.service, dialogue, settings).run(stop) for _ in range(workers)]
    inboxes = [InboxWorker(shop.database, inbox_handlers(shop.service)).run(stop) for _ in range(workers)]
    running = asyncio.gather(*loops, *inboxes)
    await _pour(shop)
    async with asyncio.timeout(120):
        while await shop.scalar(PENDING):  # noqa: ASYNC110 - the end of all work rings no bell
            await asyncio.sleep(0.05)
    stop.set()
    await running
    await dialogue.close()


@pytest.mark.concurrency
async def test_three_hundred_messages_over_two_servers(database: Database) -> None:
    """Each message is heard in one turn and answered once; a turn never overlaps another of its customer.

    One server fails now and then; the retry goes to the other under the same turn id.
    """
    async with town(database, burst_silence_s=0.05, burst_cap_s=0.2) as shop:
        first, second = FakeDialogue(17, 0.002), FakeDialogue(0, 0.002)
        async with served(first) as one, served(second) as two:
            await _work(shop, [one, two], workers=2)
        wanted = {f"m{customer}-{number}" for customer in range(CUSTOMERS) for number in range(EACH)}
        heard = Counter(
            line for server in (first, second) for texts in server.heard.values() for line in texts[-1].split("\n")
        )
        assert heard == Counter(wanted)
        assert first.count > 0
        assert second.count > 0
        assert (first.overlaps, second.overlaps) == (0, 0)
        said: Counter[str] = Counter()
        for thread in range(CUSTOMERS):
            said += await _answers(shop, thread)
        assert said == Counter(f"re: {words}" for words in wanted)
        assert await shop.scalar("SELECT count(*) FROM turns WHERE state <> 'replied'") == 0


async def _answers(shop: Town, place: int) -> Counter[str]:
    found = await shop.scalar("SELECT id FROM conversations ORDER BY id OFFSET :place LIMIT 1", place=place)
    async with shop.database.transaction() as session:
        messages = await shop.service.desk.messages(session, found, limit=200)
    assert [m.text for m in messages if m.direction == "in"] == sorted(
        (m.text for m in messages if m.direction == "in"), key=lambda words: int(words.split("-")[1])
    )
    return Counter(line for m in messages if m.author == "bot" for line in m.text.split("\n\n"))
