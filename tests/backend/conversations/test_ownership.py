"""Bot and person never both speak."""

from typing import Any

import pytest

from backend.channels.errors import TemplateNeededError
from backend.conversations.errors import OptedOutError, OwnerChangedError
from backend.conversations.service.speaking import TemplateWords
from backend.platform.actors import Actor, ActorKind
from tests.support.town import Town, reply, silent

AGENT = Actor(ActorKind.AGENT, "AG-1")
OTHER = Actor(ActorKind.AGENT, "AG-2")


async def _take(shop: Town, actor: Actor = AGENT) -> int:
    thread = await shop.thread()
    async with shop.database.transaction() as session:
        return (await shop.service.desk.take(session, thread.id, actor, version=thread.owner.version)).owner.version


async def _reply(shop: Town, actor: Actor, words: str, version: int, **more: Any) -> None:
    thread = await shop.thread()
    async with shop.database.transaction() as session:
        await shop.service.desk.reply(session, thread.id, actor, words, version=version, **more)


async def test_the_bot_is_silent_while_a_person_has_the_thread(shop: Town) -> None:
    """Taking over stops the bot; handing back lets it answer again, and tells the customer."""
    await shop.says("habari")
    version = await _take(shop)
    await shop.says("kuna mtu?")
    assert len(shop.bot.heard) == 1
    await _reply(shop, AGENT, "Nipo, nikusaidie?", version)
    await shop.settle()
    thread = await shop.thread()
    async with shop.database.transaction() as session:
        await shop.service.desk.give_back(session, thread.id, AGENT)
    await shop.says("unga mbili")
    assert [author for author, _ in await shop.lines()] == [
        *("customer", "bot", "customer", "agent:AG-1", "system", "customer", "bot")
    ]
    assert shop.bot.heard[1].metadata["history"][-2:] == [
        {"from": "bot", "text": "Nipo, nikusaidie?"},
        {"from": "bot", "text": "Nimerudi kukusaidia. Ungependa kuagiza nini?"},
    ]


async def test_an_agent_who_answers_while_the_bot_composes_wins(shop: Town) -> None:
    """Exactly one of them is sent; the bot's turn is superseded."""

    async def meanwhile(_: Any) -> Any:
        thread = await shop.thread()
        await _reply(shop, AGENT, "Mimi hapa", thread.owner.version)
        return [reply("Bot hapa")]

    shop.bot.script = meanwhile
    await shop.says("habari")
    assert [line for line in await shop.lines() if line[0] != "customer"] == [("agent:AG-1", "Mimi hapa")]
    assert await shop.scalar("SELECT state FROM turns") == "superseded"


async def test_a_bot_message_that_is_queued_is_dropped_by_a_takeover(shop: Town) -> None:
    """What the bot said a moment ago does not go out over the person's head."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
    await shop.inbox.drain()
    await shop.turns.drain()
    await _take(shop)
    await shop.settle()
    dropped = (await shop.messages())[-1]
    assert (dropped.author, dropped.status, dropped.error_code) == ("bot", "failed", "channels.superseded")
    assert [send for send in await shop.sends() if send.get("type") == "text"] == []


async def test_two_agents_at_once_send_one_message(shop: Town) -> None:
    """The second gets told who was faster, and nothing of theirs is sent."""
    await shop.says("habari")
    version = await _take(shop)
    await _reply(shop, AGENT, "Wa kwanza", version)
    with pytest.raises(OwnerChangedError) as refused:
        await _reply(shop, OTHER, "Wa pili", version)
    assert refused.value.context["owner"] == "agent:AG-1"
    assert [words for author, words in await shop.lines() if author.startswith("agent")] == ["Wa kwanza"]


async def test_a_silent_person_loses_the_thread_to_the_bot(shop: Town) -> None:
    """After the timeout the bot is back, with a word to the customer."""
    await shop.says("habari")
    await _take(shop)
    await shop.pass_time(1_801)
    await shop.timers.step()
    await shop.settle()
    assert str((await shop.thread()).owner) == "bot"
    assert (await shop.lines())[-1] == ("system", "Nimerudi kukusaidia. Ungependa kuagiza nini?")


async def test_staff_who_answer_in_the_app_take_the_thread(shop: Town) -> None:
    """An echo that is none of ours means that a person speaks; the bot falls silent."""
    await shop.says("habari")
    await shop.account("whatsapp", "staff_echo", to_person="wanjiru", text="Nitakupigia simu")
    await shop.settle()
    assert str((await shop.thread()).owner) == "agent:staff-app"
    await shop.says("sawa")
    assert len(shop.bot.heard) == 1
    assert (await shop.lines())[-2:] == [("agent:staff-app", "Nitakupigia simu"), ("customer", "sawa")]


async def test_staff_on_instagram_take_the_thread(shop: Town) -> None:
    """The same on Instagram, where our own messages echo too."""
    await shop.says("hi", who="asha", provider="instagram")
    await shop.act("instagram", "human_echo", to_person="asha", text="Main dekh raha hoon")
    await shop.settle()
    assert str((await shop.thread()).owner) == "agent:staff-app"


async def test_the_bot_may_say_goodbye_in_the_turn_that_hands_over(shop: Town) -> None:
    """A hand-over by the turn itself does not swallow its words."""

    async def hands_over(request: Any) -> Any:
        async with shop.database.transaction() as session:
            await shop.service.hand_over(
                session,
                request.metadata["conversation_id"],
                reason="complaint",
                brief={"open_slot": "qty"},
                turn_id=request.metadata["turn_id"],
                at_risk_minor=35_200,
            )
        return [reply("Nakupa mtu.")]

    shop.bot.script = hands_over
    await shop.says("huduma mbaya!")
    thread = await shop.thread()
    assert (str(thread.owner), thread.handoff_reason, thread.at_risk_minor) == ("nobody", "complaint", 35_200)
    assert (await shop.lines())[-1] == ("bot", "Nakupa mtu.")


async def test_after_a_day_only_a_template_may_be_sent(shop: Town) -> None:
    """Free words are refused with what is needed; the template goes out."""
    await shop.says("habari")
    await shop.pass_time(86_500)
    thread = await shop.thread()
    with pytest.raises(TemplateNeededError):
        await _reply(shop, AGENT, "Bado unataka?", thread.owner.version)
    assert str((await shop.thread()).owner) == "bot"
    template = TemplateWords("Customer_Delay", ("ORD7", "15"))
    await _reply(shop, AGENT, "", thread.owner.version, template=template)
    await shop.settle()
    assert (await shop.sends())[-1]["template"]["name"] == "customer_delay"
    assert (await shop.messages())[-1].status == "delivered"


async def test_a_turn_that_fails_a_day_late_still_brings_a_person(shop: Town) -> None:
    """A webhook may come a day after its message: no free words are allowed any more, and the thread is handed over."""
    shop.bot.script = silent
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
    await shop.inbox.drain()
    await shop.pass_time(86_500)
    await shop.turns.drain()
    thread = await shop.thread()
    assert (str(thread.owner), thread.handoff_reason) == ("nobody", "failed_turn")
    assert [author for author, _ in await shop.lines()] == ["customer"]


async def test_an_opt_out_is_honoured_at_once_by_everyone(shop: Town) -> None:
    """STOP is confirmed once; bot and agents are silent until START."""
    await shop.says("habari")
    await shop.says("STOP.")
    await shop.says("unga")
    assert len(shop.bot.heard) == 1
    assert [words for author, words in await shop.lines() if author == "system"] == [
        "Sawa. Hatutakuandikia tena. Tuma START ukibadilisha mawazo."
    ]
    thread = await shop.thread()
    with pytest.raises(OptedOutError):
        await _reply(shop, AGENT, "Habari", thread.owner.version)
    async with shop.database.transaction() as session:
        said = await shop.service.notify_customer(
            session, conversation_id=thread.id, message_key="delivered", params={"order_id": "ORD7"}
        )
    assert said is None
    await shop.says("start")
    await shop.says("unga")
    assert len(shop.bot.heard) == 2


async def test_an_opt_out_stops_what_was_queued(shop: Town) -> None:
    """A message queued before STOP does not go out after it."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
    await shop.inbox.drain()
    await shop.turns.drain()
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="stop")
    await shop.inbox.drain()
    await shop.settle()
    sent = [send["text"]["body"] for send in await shop.sends() if send.get("type") == "text"]
    assert sent == ["Sawa. Hatutakuandikia tena. Tuma START ukibadilisha mawazo."]
