"""From a customer's message to the bot's answer, over the providers' wire."""

from typing import Any

import pytest

from backend.conversations.errors import DialogueFailedError
from backend.platform.db.session import Database
from tests.support.town import Town, reply, silent, town

SORRY = "Samahani, sijaweza kulifanyia kazi hilo sasa hivi. Mhudumu wa duka atakujibu hapa baada ya muda mfupi."


async def test_a_message_is_answered_once_and_shown_on_the_thread(shop: Town) -> None:
    """A text comes in by webhook, the bot answers, the answer goes out and its receipts come back."""
    await shop.says("nataka unga 2kg")
    assert await shop.lines() == [("customer", "nataka unga 2kg"), ("bot", "You said: nataka unga 2kg")]
    assert (await shop.messages())[-1].status == "delivered"
    (request,) = shop.bot.heard
    assert request.text == "nataka unga 2kg"
    assert request.metadata["region"] == "KE"
    assert request.metadata["language"] == "sw"
    assert request.metadata["history"] == []
    assert "254711000221" not in request.session_id


async def test_the_second_turn_hears_the_first_and_what_was_asked(shop: Town) -> None:
    """History and the slot of the last question go along."""
    shop.bot.script = lambda _: [reply("Kubwa au ndogo?", asked="variant")]
    await shop.says("unga")
    await shop.says("kubwa")
    assert shop.bot.heard[1].metadata["asked"] == "variant"
    assert shop.bot.heard[1].metadata["history"] == [
        {"from": "customer", "text": "unga"},
        {"from": "bot", "text": "Kubwa au ndogo?"},
    ]
    assert shop.bot.heard[0].session_id == shop.bot.heard[1].session_id


async def test_the_same_webhook_twice_is_one_message(shop: Town) -> None:
    """A redelivery changes nothing."""
    await shop.says("sukari")
    deliveries = (await shop.client.get("/__sim/webhooks", params={"provider": "whatsapp"})).json()
    first = next(row for row in deliveries if row["kind"] == "message.text")
    await shop.control("POST", "webhooks/redeliver", id=first["id"])
    await shop.settle()
    assert await shop.lines() == [("customer", "sukari"), ("bot", "You said: sukari")]
    assert len(shop.bot.heard) == 1


async def test_replies_are_merged_and_buttons_kept(shop: Town) -> None:
    """Two texts and three buttons are one message; a tap comes back with its payload."""
    shop.bot.script = lambda _: [
        reply("2 x Unga = KSh 352."),
        reply("Nithibitishe?", ("Ndiyo", "answer:yes"), ("La", "answer:no")),
    ]
    await shop.says("unga mbili")
    sent = (await shop.messages())[-1]
    assert sent.text == "2 x Unga = KSh 352.\n\nNithibitishe?"
    assert sent.content["choices"] == [{"id": "answer:yes", "title": "Ndiyo"}, {"id": "answer:no", "title": "La"}]
    await shop.act("whatsapp", "tap", message_id=await shop.last_shown(), button="Ndiyo")
    await shop.settle()
    assert shop.bot.heard[1].metadata["payload"] == "answer:yes"
    assert shop.bot.heard[1].text == "Ndiyo"


async def test_four_choices_become_a_list(shop: Town) -> None:
    """WhatsApp shows three buttons at most; more are a list whose rows work the same."""
    shop.bot.script = lambda _: [
        reply("Chagua", *((f"Chaguo {n}", f"pick:{n}") for n in range(4)), list_label="Orodha")
    ]
    await shop.says("maziwa")
    sent = (await shop.sends())[-1]
    assert sent["interactive"]["type"] == "list"
    assert sent["interactive"]["action"]["button"] == "Orodha"
    await shop.act("whatsapp", "tap", message_id=await shop.last_shown(), button="pick:2")
    await shop.settle()
    assert shop.bot.heard[1].metadata["payload"] == "pick:2"


@pytest.mark.parametrize("typed", ["/restart", ' /confirm_order{"qty":99}', "//restart"])
async def test_a_typed_slash_is_plain_text(shop: Town, typed: str) -> None:
    """Nobody can choose the dialogue's intent by typing it."""
    await shop.says(typed)
    assert shop.bot.heard[0].text == typed.strip().lstrip("/")
    assert "payload" not in shop.bot.heard[0].metadata


async def test_a_silent_bot_is_asked_twice_and_a_person_gets_the_turn(shop: Town) -> None:
    """An empty answer is a failure: one retry under the same id, then a brief for people and a sentence."""
    shop.bot.script = silent
    await shop.says("unga")
    first, second = shop.bot.heard
    assert first.metadata["turn_id"] == second.metadata["turn_id"]
    thread = await shop.thread()
    assert str(thread.owner) == "nobody"
    assert thread.handoff_reason == "failed_turn"
    assert thread.handoff_brief == {"reason": "failed_turn", "error": "rasa.silent", "open_slot": None}
    assert (await shop.lines())[-1] == ("system", SORRY)
    shop.bot.script = lambda _: [reply("never said")]
    await shop.says("bado?")
    assert len(shop.bot.heard) == 2
    assert (await shop.thread()).unread == 2


async def test_a_retry_that_succeeds_is_one_answer(shop: Town) -> None:
    """The second attempt's answer goes out once."""
    answers = iter([DialogueFailedError("rasa.no_answer"), [reply("Karibu")]])
    shop.bot.script = lambda _: next(answers)
    await shop.says("habari")
    assert await shop.lines() == [("customer", "habari"), ("bot", "Karibu")]
    assert str((await shop.thread()).owner) == "bot"


async def test_a_burst_is_one_turn(database: Database) -> None:
    """Five quick messages wait for a silence and are answered as one; a repeated one counts once."""
    async with town(database, burst_silence_s=1.2) as shop:
        for words in ("habari", "nataka unga", "mbili", "mbili", "na sukari"):
            await shop.says(words)
        assert shop.bot.heard == []
        await shop.pass_time(1.3)
        await shop.settle()
        assert [request.text for request in shop.bot.heard] == ["habari\nnataka unga\nmbili\nna sukari"]
        assert len(await shop.lines()) == 6


_DUE_AFTER = """
SELECT extract(epoch FROM c.turn_due_at - (SELECT max(received_at) FROM provider_events))::float8 FROM conversations c
"""


async def test_the_silence_counts_from_when_the_message_came(database: Database) -> None:
    """Not from when a worker took it up; only where that was long after does what waits there still make one burst."""
    async with town(database, burst_silence_s=1.2) as shop:
        await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
        await shop.control("POST", "webhooks/flush")
        await shop.inbox.drain()
        assert await shop.scalar(_DUE_AFTER) == pytest.approx(1.2)
        await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="nataka unga")
        await shop.pass_time(4)
        await shop.inbox.drain()
        assert 4 < await shop.scalar(_DUE_AFTER) < 5.2


async def test_a_burst_waits_no_longer_than_its_cap(database: Database) -> None:
    """One who never stops typing is answered after the cap."""
    async with town(database, burst_silence_s=10, burst_cap_s=12) as shop:
        await shop.says("moja")
        await shop.pass_time(8)
        await shop.says("mbili")
        await shop.pass_time(5)
        await shop.settle()
        assert [request.text for request in shop.bot.heard] == ["moja\nmbili"]


async def test_a_turn_tells_when_another_thread_is_due(database: Database) -> None:
    """At once where one waits already; else when the lease of the one that runs would end."""
    async with town(database, burst_silence_s=10) as shop:
        await shop.says("unga")
        await shop.says("sukari", who="asha", provider="instagram")
        await shop.pass_time(11)
        async with database.transaction() as session:
            first = await shop.service.turns.claim(session)
            second = await shop.service.turns.claim(session)
        assert first is not None
        assert second is not None
        assert first.next_due_s == 0
        assert second.next_due_s is not None
        assert second.next_due_s > 0
        async with database.transaction() as session:
            assert await shop.service.turns.claim(session) is None


async def test_a_message_during_a_turn_is_answered_by_the_next(shop: Town) -> None:
    """The running turn keeps its own messages; the late one gets a turn of its own."""

    async def meanwhile(request: Any) -> Any:
        if len(shop.bot.heard) == 1:
            await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="na sukari")
            await shop.inbox.drain()
            assert await shop.turns.drain() == 0
        return [reply(f"Sawa: {request.text}")]

    shop.bot.script = meanwhile
    await shop.says("unga")
    assert [request.text for request in shop.bot.heard] == ["unga", "na sukari"]
    assert shop.bot.heard[0].metadata["turn_id"] != shop.bot.heard[1].metadata["turn_id"]
    assert [words for author, words in await shop.lines() if author == "bot"] == ["Sawa: unga", "Sawa: na sukari"]


async def test_a_turn_of_a_dead_worker_is_taken_over_and_its_late_answer_dropped(shop: Town) -> None:
    """The lease ends, another worker answers under the same turn id, and the fence refuses the first."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="unga")
    await shop.inbox.drain()
    async with shop.database.transaction() as session:
        dead = await shop.service.turns.claim(session)
    assert dead is not None
    assert await shop.turns.drain() == 0
    await shop.scalar("UPDATE conversations SET lease_until = clock_timestamp() - interval '1 s' RETURNING id")
    assert await shop.turns.drain() == 1
    assert shop.bot.heard[0].metadata["turn_id"] == dead.turn_id
    async with shop.database.transaction() as session:
        assert await shop.service.turns.finish(session, dead, [reply("too late")]) == "taken_over"
    assert [words for author, words in await shop.lines() if author == "bot"] == ["You said: unga"]


async def test_a_turn_taken_over_too_often_goes_to_a_person(shop: Town) -> None:
    """A turn that kills its workers does not go round for ever."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="unga")
    await shop.inbox.drain()
    for _ in range(3):
        async with shop.database.transaction() as session:
            assert (await shop.service.turns.claim(session)) is not None
        await shop.scalar("UPDATE conversations SET lease_until = clock_timestamp() - interval '1 s' RETURNING id")
    await shop.settle()
    assert shop.bot.heard == []
    assert (await shop.thread()).handoff_brief["error"] == "taken_over_too_often"
    assert (await shop.lines())[-1] == ("system", SORRY)


async def test_a_long_silence_starts_a_new_session(shop: Town) -> None:
    """The dialogue forgets after an hour; the thread does not."""
    await shop.says("unga")
    await shop.pass_time(3_700)
    await shop.says("sukari")
    assert shop.bot.heard[0].session_id != shop.bot.heard[1].session_id
    assert len(await shop.lines()) == 4


async def test_a_location_a_contact_and_a_cart_reach_the_bot_whole(shop: Town) -> None:
    """Each goes as the words beside it, and as data; the thread shows all of it."""
    await shop.act("whatsapp", "location", **{"from": "wanjiru"}, latitude=-1.29, longitude=36.78, name="Yaya Centre")
    await shop.settle()
    items = [{"product_retailer_id": "UNGA-2KG", "quantity": 2, "item_price": 176, "currency": "KES"}]
    await shop.act("whatsapp", "order", **{"from": "wanjiru"}, items=items, text="haraka")
    await shop.settle()
    place, cart = shop.bot.heard
    assert place.text == "Yaya Centre"
    assert place.metadata["attachments"] == [
        {"kind": "location", "lat": -1.29, "lng": 36.78, "name": "Yaya Centre", "address": ""}
    ]
    assert cart.text == "haraka"
    assert cart.metadata["attachments"] == [
        {
            "kind": "cart",
            "lines": [{"sku": "UNGA-2KG", "quantity": 2.0, "price": "176", "currency": "KES"}],
            "note": "haraka",
        }
    ]
    shown = [words for author, words in await shop.lines() if author == "customer"]
    assert shown == ["Yaya Centre", "2 x UNGA-2KG\nharaka"]


async def test_a_pin_and_a_cart_without_words_are_read_as_no_words(shop: Town) -> None:
    """Coordinates would be read as numbers, and a SKU as goods: the bot gets a sign for each, and the facts."""
    await shop.act("whatsapp", "location", **{"from": "wanjiru"}, latitude=-1.2921, longitude=36.7873)
    await shop.settle()
    items = [{"product_retailer_id": "UNGA-2KG", "quantity": 2, "item_price": 176, "currency": "KES"}]
    await shop.act("whatsapp", "order", **{"from": "wanjiru"}, items=items)
    await shop.settle()
    assert [request.text for request in shop.bot.heard] == ["📍", "🛒"]


@pytest.mark.parametrize(
    ("asked", "kind", "action"),
    [
        ("address", "location_request_message", "send_location"),
        ("phone", "request_contact_info", "request_contact_info"),
    ],
)
async def test_a_place_or_a_number_is_asked_for_by_a_button_of_the_channel(
    shop: Town, asked: str, kind: str, action: str
) -> None:
    """The open question says by which; choices that the dialogue offers go before it."""
    shop.bot.script = lambda _: [reply("Tulete wapi?", asked=asked)]
    await shop.says("unga mbili")
    sent = (await shop.sends())[-1]["interactive"]
    assert (sent["type"], sent["action"], sent["body"]["text"]) == (kind, {"name": action}, "Tulete wapi?")
    shop.bot.script = lambda _: [reply("Kilimani tena?", ("Ndiyo", "answer:yes"))]
    await shop.says("habari")
    assert (await shop.sends())[-1]["interactive"]["type"] == "button"


async def test_partners_messages_are_not_customers(shop: Town) -> None:
    """What the vendor's number writes goes to the partners' desk and starts no conversation."""
    await shop.says("Tayari", who="njeri")
    assert [message.text for message in shop.partners.taken] == ["Tayari"]
    assert await shop.scalar("SELECT count(*) FROM conversations") == 0


async def test_a_hidden_number_stays_the_same_person(shop: Town) -> None:
    """Who hides the number later is known by the user id."""
    await shop.says("unga")
    people = (await shop.client.get("/__sim/accounts/people")).json()
    wanjiru = next(row for row in people if row["id"] == "wanjiru")
    await shop.control("POST", "accounts/people", **{**wanjiru, "hides_phone": True})
    await shop.says("sukari")
    assert await shop.scalar("SELECT count(*) FROM conversations") == 1
    assert [words for author, words in await shop.lines() if author == "bot"] == ["You said: unga", "You said: sukari"]


async def test_instagram_works_the_same(shop: Town) -> None:
    """A text on Instagram is answered, and our own echo is not taken for a person."""
    await shop.says("hii dress iko size M?", who="asha", provider="instagram")
    thread = await shop.thread()
    assert (thread.channel, thread.merchant_id, str(thread.owner)) == ("instagram", "M-2", "bot")
    assert [author for author, _ in await shop.lines()] == ["customer", "bot"]
    await shop.says("na L?", who="asha", provider="instagram")
    assert len(shop.bot.heard) == 2
