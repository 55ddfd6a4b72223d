"""A turn that is due at once is taken with the message that makes it due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.tasks import TurnLoop, inbox_handlers
from backend.platform.inbox import StoredProviderEvent
from backend.platform.inbox_worker import InboxPolicy, InboxWorker
from tests.support.statements import statements
from tests.support.town import Town


@asynccontextmanager
async def running(loop: TurnLoop) -> AsyncIterator[None]:
    """Let a loop of turns run for the length of a block, and see out what it has begun."""
    stop = asyncio.Event()
    task = asyncio.create_task(loop.run(stop))
    await asyncio.sleep(0)
    yield
    stop.set()
    await task


async def test_the_turn_is_taken_in_the_transaction_of_its_message(shop: Town) -> None:
    """It is leased before anybody could look for it, and answered once the message is committed."""
    turns: list[tuple[str, int]] = []
    takes = inbox_handlers(shop.service, shop.turns)["whatsapp"]

    async def handle(session: AsyncSession, stored: StoredProviderEvent) -> None:
        await takes(session, stored)
        rows = await session.execute(text("SELECT state, attempts FROM turns"))
        turns.extend((row.state, row.attempts) for row in rows)
        assert shop.bot.heard == []

    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="nataka unga")
    async with running(shop.turns):
        assert await InboxWorker(shop.database, {"whatsapp": handle}).drain() == 1
    assert turns == [("running", 1)]
    assert [request.text for request in shop.bot.heard] == ["nataka unga"]
    assert await shop.lines() == [("customer", "nataka unga"), ("bot", "You said: nataka unga")]


async def test_a_message_that_is_rolled_back_begins_no_turn(shop: Town) -> None:
    """The bot hears nothing of it, and neither message nor turn is left."""
    takes = inbox_handlers(shop.service, shop.turns)["whatsapp"]

    async def fail(session: AsyncSession, stored: StoredProviderEvent) -> None:
        await takes(session, stored)
        raise RuntimeError

    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="nataka unga")
    async with running(shop.turns):
        await InboxWorker(shop.database, {"whatsapp": fail}, InboxPolicy(max_attempts=1)).drain()
    assert shop.bot.heard == []
    assert await shop.scalar("SELECT (SELECT count(*) FROM turns) + (SELECT count(*) FROM messages)") == 0


async def test_a_burst_of_one_message_is_not_looked_for(shop: Town) -> None:
    """The message that begins a burst is all that its turn answers."""
    takes = inbox_handlers(shop.service, shop.turns)["whatsapp"]
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="nataka unga")
    async with running(shop.turns):
        with statements() as asked:
            await InboxWorker(shop.database, {"whatsapp": takes}).drain()
    assert [request.text for request in shop.bot.heard] == ["nataka unga"]
    assert [one for one in asked if one.startswith("INSERT INTO messages")]
    assert [one for one in asked if "messages.awaits_turn AND" in one] == []


async def test_what_comes_while_a_turn_runs_waits_for_its_end(shop: Town) -> None:
    """A second message does not begin a turn beside the first; it is heard in the next one."""
    takes = inbox_handlers(shop.service, shop.turns)
    for words in ("nataka unga", "na sukari"):
        await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text=words)
    async with running(shop.turns):
        assert await InboxWorker(shop.database, takes).drain() == 2
    await shop.turns.drain()
    assert [request.text for request in shop.bot.heard] == ["nataka unga", "na sukari"]
