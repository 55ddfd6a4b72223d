"""A customer who waits long for the bot sees that somebody types; one who does not, sees nothing of it."""

import asyncio
from collections.abc import Sequence

import pytest

from backend.conversations.ports import DialogueReply, DialogueRequest
from backend.platform.db.session import Database
from tests.support.town import Town, reply, town

_SHOWN = "SELECT count(*) FROM outbound_send WHERE idem LIKE 'typing:%'"


def _slow(shop: Town) -> None:
    """Let the bot answer only once the sign has gone out."""

    async def answer(_: DialogueRequest) -> Sequence[DialogueReply]:
        for _look in range(1000):
            if await shop.scalar(_SHOWN):
                break
            await asyncio.sleep(0.01)
        await shop.sender.drain()
        return [reply("Ndiyo, ipo.")]

    shop.bot.script = answer


@pytest.mark.parametrize("provider", ["whatsapp", "instagram"])
async def test_a_slow_turn_shows_that_somebody_types_once(database: Database, provider: str) -> None:
    """One call before the answer: on WhatsApp it marks the message as read too; then the answer, as ever."""
    async with town(database, typing_after_s=0) as shop:
        _slow(shop)
        sent = await shop.says("kuna unga?", provider=provider)
        bodies = [body for body in await shop.sends(provider) if "typing" in str(body)]
        assert len(bodies) == 1
        if provider == "whatsapp":
            assert bodies[0]["typing_indicator"] == {"type": "text"}
            assert (bodies[0]["status"], bodies[0]["message_id"]) == ("read", sent)
        else:
            assert bodies[0]["sender_action"] == "typing_on"
        assert await shop.lines() == [("customer", "kuna unga?"), ("bot", "Ndiyo, ipo.")]
        assert await shop.scalar("SELECT count(*) FROM outbound_send WHERE state <> 'sent'") == 0


async def test_a_quick_turn_shows_no_sign(shop: Town) -> None:
    """It would come after the answer, and cost a call."""
    await shop.says("kuna unga?")
    assert await shop.scalar(_SHOWN) == 0


async def test_a_sign_that_fails_costs_no_answer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn goes on without it."""
    tried = asyncio.Event()

    async def broken(*_: object) -> bool:
        tried.set()
        raise OSError

    async with town(database, typing_after_s=0) as shop:
        monkeypatch.setattr(shop.service.typing, "show", broken)

        async def answer(_: DialogueRequest) -> Sequence[DialogueReply]:
            await asyncio.wait_for(tried.wait(), 20)
            return [reply("Ndiyo, ipo.")]

        shop.bot.script = answer
        await shop.says("kuna unga?")
        assert await shop.lines() == [("customer", "kuna unga?"), ("bot", "Ndiyo, ipo.")]
