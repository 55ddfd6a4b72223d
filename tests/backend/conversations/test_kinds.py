"""What each kind of message asks for, and what customers do to messages that they have sent."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from backend.conversations.models import Conversation
from backend.platform.auth.principal import Role
from tests.support.town import Town, reply

HEARD = "Asante kwa ujumbe wa sauti. Mhudumu atausikiliza na kukujibu hapa. Ukitaka jibu la haraka, tafadhali andika."
SEEN = "Asante, nimepata faili. Mhudumu ataiangalia na kukujibu hapa."
UNSUPPORTED = "Siwezi kufungua ujumbe huo. Mhudumu ataangalia; unaweza pia kuuandika kwa maneno."


@pytest.mark.parametrize(
    ("verb", "reason", "sentence"),
    [("audio", "voice_note", HEARD), ("image", "media", SEEN), ("unsupported", "unsupported", UNSUPPORTED)],
)
async def test_what_the_bot_cannot_read_goes_to_a_person(shop: Town, verb: str, reason: str, sentence: str) -> None:
    """The customer gets a sentence, people get the thread, the bot is not asked."""
    extra = {"voice": True} if verb == "audio" else {}
    await shop.act("whatsapp", verb, **{"from": "wanjiru"}, **extra)
    await shop.settle()
    thread = await shop.thread()
    assert (str(thread.owner), thread.handoff_reason, thread.unread) == ("nobody", reason, 1)
    assert (await shop.lines())[-1] == ("system", sentence)
    assert shop.bot.heard == []


async def test_a_filled_in_form_goes_to_a_person_with_its_answers(shop: Town) -> None:
    """The bot would read the word "Sent"; people see each answer, and the customer hears who looks at them."""
    answers = {"flow_token": "F-1", "name": "Wanjiru", "sizes": ["M", "L"]}
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(answers)}
    message = {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}
    await shop.act("whatsapp", "raw", **{"from": "wanjiru", "message": message})
    await shop.settle()
    thread = await shop.thread()
    assert (str(thread.owner), thread.handoff_reason, thread.unread) == ("nobody", "form", 1)
    assert await shop.lines() == [
        ("customer", "Sent\nname: Wanjiru\nsizes: M, L"),
        ("system", "Asante, majibu yako yamefika. Mhudumu atayaangalia na kukujibu hapa."),
    ]
    assert shop.bot.heard == []


async def test_a_thumb_on_a_question_is_a_yes(shop: Town) -> None:
    """A reaction to the bot's last yes-or-no question counts as the tap; on another message it says nothing."""
    shop.bot.script = lambda _: [reply("Nithibitishe?", ("Ndiyo", "answer:yes"), ("La", "answer:no"))]
    await shop.says("unga mbili")
    await shop.act("whatsapp", "reaction", message_id=await shop.last_shown(), emoji="👍")
    await shop.settle()
    assert shop.bot.heard[1].metadata["payload"] == "answer:yes"
    assert len(shop.bot.heard) == 2


async def test_a_reaction_without_a_question_is_only_shown(shop: Town) -> None:
    """No turn, no sentence."""
    await shop.says("habari")
    await shop.act("whatsapp", "reaction", message_id=await shop.last_shown(), emoji="👍")
    await shop.settle()
    assert len(shop.bot.heard) == 1
    assert (await shop.messages())[-1].kind == "reaction"


async def test_an_edit_before_the_bot_reads_changes_the_message(shop: Town) -> None:
    """What has not been answered is read as it was meant in the end."""
    sent = await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="unga 2")
    await shop.inbox.drain()
    await shop.act("whatsapp", "edit", message_id=sent["id"], text="unga 3")
    await shop.settle()
    assert [request.text for request in shop.bot.heard] == ["unga 3"]


async def test_a_late_edit_and_a_deletion_are_notes(shop: Town) -> None:
    """An answer stands; people see that something was changed, and deleted words are hidden."""
    sent = await shop.says("unga 2")
    await shop.act("whatsapp", "edit", message_id=sent, text="unga 5")
    await shop.settle()
    await shop.act("whatsapp", "revoke", message_id=sent)
    await shop.settle()
    messages = await shop.messages()
    assert len(shop.bot.heard) == 1
    assert [message.kind for message in messages if message.direction == "note"] == ["edited_late", "revoked"]
    assert (messages[0].text, messages[0].content) == ("", {"revoked": True})


async def test_a_tap_on_an_old_button_is_read_by_its_title(shop: Town) -> None:
    """Buttons of an earlier session can't steer the dialogue."""
    shop.bot.script = lambda _: [reply("Nithibitishe?", ("Ndiyo", "/confirm_order"), ("La", "answer:no"))]
    await shop.says("unga mbili")
    old = await shop.last_shown()
    await shop.pass_time(3_700)
    await shop.act("whatsapp", "tap", message_id=old, button="Ndiyo")
    await shop.settle()
    assert shop.bot.heard[1].text == "Ndiyo"
    assert "payload" not in shop.bot.heard[1].metadata


async def test_a_tap_of_this_session_keeps_its_command(shop: Town) -> None:
    """A payload that is a command of ours goes to the dialogue as it is."""
    shop.bot.script = lambda _: [reply("Nithibitishe?", ("Ndiyo", "/confirm_order"), ("La", "answer:no"))]
    await shop.says("unga mbili")
    await shop.act("whatsapp", "tap", message_id=await shop.last_shown(), button="Ndiyo")
    await shop.settle()
    assert shop.bot.heard[1].text == "/confirm_order"


async def test_a_shared_number_that_we_asked_for_is_kept(shop: Town) -> None:
    """The bot asks for the number, the customer shares the card, the customer's record has it."""
    shop.bot.script = lambda _: [reply("Tupe nambari yako.", asked="phone")]
    await shop.says("habari")
    assert (await shop.sends())[-1]["interactive"]["type"] == "request_contact_info"
    await shop.act("whatsapp", "contact", **{"from": "wanjiru"}, requested=True)
    await shop.settle()
    attachment = shop.bot.heard[1].metadata["attachments"][0]
    assert (attachment["kind"], attachment["phone"]) == ("contact", "+254711000221")


async def test_instagram_stories_mentions_and_deletions(shop: Town) -> None:
    """A story reply is read by the bot; a mention is only recorded; an unsent message is hidden."""
    await shop.act("instagram", "story_reply", **{"from": "asha"}, text="iska price?")
    await shop.settle()
    assert shop.bot.heard[0].text == "iska price?"
    assert shop.bot.heard[0].metadata["attachments"][0]["kind"] == "story"
    await shop.act("instagram", "story_mention", **{"from": "asha"})
    await shop.settle()
    assert len(shop.bot.heard) == 1
    sent = await shop.act("instagram", "text", **{"from": "asha"}, text="galti se")
    await shop.settle()
    await shop.act("instagram", "unsend", message_id=sent.get("mid") or sent.get("id"))
    await shop.settle()
    assert ("customer", "galti se") not in await shop.lines()


async def test_a_comment_becomes_a_thread_for_people(shop: Town) -> None:
    """The bot does not answer in public."""
    await shop.act("instagram", "comment", **{"from": "asha"}, text="price?")
    await shop.settle()
    thread = await shop.thread()
    assert (str(thread.owner), thread.handoff_reason, thread.last_inbound_at) == ("nobody", "comment", None)
    assert shop.bot.heard == []


async def test_a_comment_is_answered_privately_and_once(shop: Town) -> None:
    """A comment opens no window: one message goes to whoever wrote it, by the comment; the next waits for an answer."""
    comment = await shop.act("instagram", "comment", **{"from": "asha"}, text="price?")
    await shop.settle()
    agent = shop.headers("agent:AG-1", Role.AGENT)
    url = f"/api/v1/inbox/conversations/{(await shop.thread()).id}/replies"
    version = (await shop.thread()).owner.version
    long = await shop.api.post(url, json={"version": version, "text": "x" * 1001}, headers=agent)
    assert long.status_code == 422
    sent = await shop.api.post(url, json={"version": version, "text": "1,450 rupees."}, headers=agent)
    assert sent.status_code == 201
    await shop.settle()
    assert (await shop.sends("instagram"))[-1] == {
        "recipient": {"comment_id": comment["id"]},
        "messaging_type": "RESPONSE",
        "message": {"text": "1,450 rupees."},
    }
    assert (await shop.messages())[-1].status == "sent"
    version = (await shop.thread()).owner.version
    again = await shop.api.post(url, json={"version": version, "text": "In red too."}, headers=agent)
    assert (again.status_code, again.json()["code"]) == (409, "channels.window_closed")
    await shop.says("red one please", who="asha", provider="instagram")
    version = (await shop.thread()).owner.version
    open_again = await shop.api.post(url, json={"version": version, "text": "Sure."}, headers=agent)
    assert open_again.status_code == 201


async def test_a_system_message_opens_no_window(shop: Town) -> None:
    """Somebody whose number has changed has not written to us."""
    await shop.says("habari")
    before = (await shop.thread()).last_inbound_at
    await shop.pass_time(90_000)
    changed = {"body": "changed", "type": "user_changed_number", "wa_id": "254711000999"}
    await shop.act("whatsapp", "system", **{"from": "wanjiru"}, system=changed)
    await shop.settle()
    assert (await shop.thread()).last_inbound_at == before


async def test_a_new_user_id_of_a_hidden_number_is_written_to(shop: Town) -> None:
    """The old id leads nowhere any more; with a number the number stays."""
    people = (await shop.client.get("/__sim/accounts/people")).json()
    wanjiru = next(row for row in people if row["id"] == "wanjiru")
    changed = {"body": "changed", "type": "user_changed_user_id", "user_id": "KE.NEW1"}
    await shop.says("habari", who="otieno")
    await shop.act("whatsapp", "system", **{"from": "otieno"}, system=changed)
    await shop.settle()
    assert "KE.NEW1" not in await _peers(shop)
    await shop.control("POST", "accounts/people", **{**wanjiru, "hides_phone": True})
    await shop.says("habari")
    await shop.act("whatsapp", "system", **{"from": "wanjiru"}, system=changed | {"user_id": "KE.NEW2"})
    await shop.settle()
    assert "KE.NEW2" in await _peers(shop)


async def _peers(shop: Town) -> list[str]:
    async with shop.database.transaction() as session:
        return list(await session.scalars(select(Conversation.peer)))


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("order", {"items": [{"product_retailer_id": "U", "quantity": 1, "item_price": 1, "currency": "KES"}]}),
        ("location", {"latitude": -1.29, "longitude": 36.78}),
        ("image", {}),
    ],
)
async def test_who_has_opted_out_is_told_how_to_come_back_whatever_they_send(
    shop: Town, verb: str, more: dict[str, Any]
) -> None:
    """No turn runs for them: it could place an order, and its answer would be held back."""
    await shop.says("stop")
    await shop.act("whatsapp", verb, **{"from": "wanjiru"}, **more)
    await shop.settle()
    assert shop.bot.heard == []
    thread, keys = await shop.thread(), await shop.scalar("SELECT array_agg(message_key ORDER BY seq) FROM messages")
    assert str(thread.owner) == "bot"
    assert [key for key in keys if key] == ["opted_out"]
    await shop.pass_time(90_000)
    await shop.act("whatsapp", verb, **{"from": "wanjiru"}, **more)
    await shop.settle()
    keys = await shop.scalar("SELECT array_agg(message_key ORDER BY seq) FROM messages")
    assert [key for key in keys if key] == ["opted_out", "still_opted_out"]
