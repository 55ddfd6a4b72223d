"""The inbox: its order, a thread with its draft, and what agents do when two of them are at it."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import files
from backend.conversations.drafts.state import Asked, Question
from backend.conversations.models import Conversation
from backend.platform.auth.principal import Role
from backend.platform.auth.staff import save_staff
from tests.backend.console.conftest import Desk
from tests.backend.console.pages import hidden, texts
from tests.support.clock import FixedClock
from tests.support.factories.console import busy_shop, make_draft, make_thread, person, say
from tests.support.factories.drafts import make_conversation
from tests.support.factories.orders import make_order, make_shop

TALK = (("customer", "Nataka unga mbili"), ("bot", "Tulete wapi?"), ("customer", "Yaya Centre, mlango B"))


@pytest.fixture
async def thread(session: AsyncSession) -> Conversation:
    await make_shop(session)
    return await make_thread(session, words=TALK)


async def _ours(session: AsyncSession) -> list[tuple[str, int]]:
    rows = await session.execute(text("SELECT author, count(*) FROM messages WHERE author LIKE 'agent:%' GROUP BY 1"))
    return [(row[0], row[1]) for row in rows]


async def test_those_who_wait_for_a_person_come_first_the_dearest_on_top(desk: Desk, session: AsyncSession) -> None:
    await make_shop(session)
    await make_thread(session, "Bot", 101, words=TALK)
    await make_thread(session, "Held", 102, words=TALK, owner_kind="agent", owner_id="S-9")
    await make_thread(session, "Cheap", 103, words=TALK, owner_kind="nobody", handoff_reason="unsure")
    await make_thread(
        session, "Dear", 104, words=TALK, owner_kind="nobody", handoff_reason="complaint", at_risk_minor=90_000
    )
    desk.enter()
    page = (await desk.get("/inbox?region=list")).text
    rows = texts(page, "thread-row")
    assert [row.split(" ")[0] for row in rows] == ["Dear", "Cheap", "Held", "Bot"]
    assert rows[0] == "Dear Yaya Centre, mlango B waits for a person WhatsApp Complaint, KSh 900 at risk, waiting 0 min"
    assert rows[3] == "Bot Yaya Centre, mlango B the bot answers WhatsApp"
    assert "<html" not in page


async def test_an_empty_inbox_says_what_will_happen(desk: Desk) -> None:
    desk.enter()
    assert texts((await desk.get("/inbox")).text, "nothing") == [
        "No conversations yet. The first message will show up here by itself.",
        "Choose a conversation to read it, take it over and answer.",
    ]


async def test_a_thread_shows_its_words_and_the_draft_with_the_words_it_came_from(
    desk: Desk, session: AsyncSession, clock: FixedClock
) -> None:
    ids = await busy_shop(session, clock)
    desk.enter()
    page = (await desk.get(f"/inbox/{ids['swahili']}")).text
    bubbles = texts(page, "bubble")
    assert len(bubbles) == 5
    assert bubbles[0].startswith("Habari, nataka unga mbili za kilo mbili na sukari moja ")
    assert texts(page, "lines") == [
        "How many What 2 × Maize Flour 2kg “unga mbili za kilo mbili” 1 × Sugar 1kg “sukari moja”"
    ]
    assert texts(page, "brief") == [
        "Why Asked for a person; KSh 502 at risk",
        "Still to ask Whether to place the order",
    ]
    hindi = (await desk.get(f"/inbox/{ids['hindi']}?region=messages")).text
    assert 'lang="hi"' in hindi
    assert "कॉलेज रोड, सिनेमा के सामने" in hindi
    assert 'lang="sw"' in (await desk.get(f"/inbox/{ids['sheng']}?region=messages")).text


async def test_an_open_question_of_the_draft_is_named(desk: Desk, session: AsyncSession, thread: Conversation) -> None:
    question = Question(Asked.VARIANT, "utter_which_size")
    await make_draft(session, thread, ("UNGA-2KG", 2, "unga mbili"), question=question, payment="mpesa")
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}?region=side")).text
    assert "<dd>M-Pesa</dd>" in page
    assert "<dd>Which size or kind</dd>" in page


async def test_taking_over_replying_and_handing_back(desk: Desk, session: AsyncSession, thread: Conversation) -> None:
    desk.enter()
    path = f"/inbox/{thread.id}"
    page = (await desk.get(path)).text
    assert (await desk.post(f"{path}/take", version=hidden(page, "version"))).status_code == 303
    page = (await desk.get(path)).text
    assert "<h2>You answer</h2>" in page
    sent = await desk.post(f"{path}/reply", version=hidden(page, "version"), words="  Tunaleta saa mbili.  ")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/console{path}")
    page = (await desk.get(path)).text
    assert texts(page, "bubble")[-1].startswith("A colleague Tunaleta saa mbili. ")
    assert (await desk.post(f"{path}/hand-back", version=hidden(page, "version"))).status_code == 303
    page = (await desk.get(path)).text
    assert "<h2>The bot answers</h2>" in page
    assert await session.scalar(text("SELECT count(*) FROM outbound_send WHERE channel = 'whatsapp'")) == 2


async def test_a_person_is_named_to_others(desk: Desk, session: AsyncSession, thread: Conversation) -> None:
    await save_staff(
        session, "S-1", login="asha", name="Asha Njoroge", password="invented", roles=[Role.AGENT], cities=["Nairobi"]
    )
    desk.enter()
    await desk.post(f"/inbox/{thread.id}/reply", version=0, words="Habari")
    desk.enter(person("agent:S-2", name="Juma"))
    page = (await desk.get(f"/inbox/{thread.id}")).text
    assert "<h2>Asha Njoroge answers</h2>" in page
    assert texts(page, "bubble")[-1].startswith("Asha Njoroge Habari ")


async def test_the_second_to_answer_is_told_and_keeps_their_words(
    desk: Desk, session: AsyncSession, thread: Conversation
) -> None:
    desk.enter()
    path = f"/inbox/{thread.id}"
    version = hidden((await desk.get(path)).text, "version")
    assert (await desk.post(f"{path}/reply", version=version, words="Saa mbili.")).status_code == 303
    desk.enter(person("agent:S-2", name="Juma"))
    late = await desk.post(f"{path}/reply", version=version, words="Saa <tatu>.")
    assert late.status_code == 409
    assert texts(late.text, "notice")[0] == (
        "Somebody else has answered or taken this conversation. Look again before you send."
    )
    assert texts(late.text, "form-control") == ["Saa <tatu>."]
    assert "Saa &lt;tatu&gt;." in late.text
    assert texts(late.text, "bubble")[-1].startswith("A colleague Saa mbili. ")
    assert await _ours(session) == [("agent:S-1", 1)]
    again = await desk.post(f"{path}/reply", version=hidden(late.text, "version"), words="Saa tatu.")
    assert again.status_code == 303
    assert await _ours(session) == [("agent:S-1", 1), ("agent:S-2", 1)]


async def test_a_reply_that_is_posted_twice_goes_out_once(
    desk: Desk, session: AsyncSession, thread: Conversation
) -> None:
    desk.enter()
    first, second = [await desk.post(f"/inbox/{thread.id}/reply", version=0, words="Saa mbili.") for _ in range(2)]
    assert (first.status_code, second.status_code) == (303, 303)
    assert await _ours(session) == [("agent:S-1", 1)]
    assert await session.scalar(text("SELECT count(*) FROM outbound_send WHERE payload::text LIKE '%text%'")) == 1


@pytest.mark.parametrize("step", ["take", "hand-back"])
async def test_a_step_on_a_thread_that_changed_hands_is_told_in_words(
    desk: Desk, session: AsyncSession, thread: Conversation, step: str
) -> None:
    desk.enter()
    await desk.post(f"/inbox/{thread.id}/reply", version=0, words="Habari")
    desk.enter(person("agent:S-2", name="Juma"))
    late = await desk.post(f"/inbox/{thread.id}/{step}", version=0)
    assert late.status_code == 409
    assert "Look again" in texts(late.text, "notice")[0]
    owner = (await session.execute(text("SELECT owner_kind, owner_id FROM conversations"))).one()
    assert tuple(owner) == ("agent", "S-1")


async def test_blank_words_are_not_sent(desk: Desk, session: AsyncSession, thread: Conversation) -> None:
    desk.enter()
    assert (await desk.post(f"/inbox/{thread.id}/reply", version=0, words="   ")).status_code == 422
    assert await _ours(session) == []


async def test_outside_the_window_nothing_is_sent_and_the_page_says_why(
    desk: Desk, session: AsyncSession, thread: Conversation
) -> None:
    thread.last_inbound_at = None
    await session.flush()
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}")).text
    assert texts(page, "brief")[-1].startswith("The window is closed The customer wrote too long ago; WhatsApp ")
    answer = await desk.post(f"/inbox/{thread.id}/reply", version=0, words="Habari")
    assert answer.status_code == 409
    assert texts(answer.text, "form-control") == ["Habari"]
    assert await _ours(session) == []
    assert await session.scalar(text("SELECT owner_kind FROM conversations")) == "bot"


async def test_outside_the_window_a_customer_is_told_that_an_answer_waits(
    desk: Desk, session: AsyncSession, thread: Conversation
) -> None:
    """By WhatsApp's template, which takes the thread as any answer does; pressed twice, the second is told."""
    thread.last_inbound_at = None
    await session.flush()
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}")).text
    assert f'action="/console/inbox/{thread.id}/invite"' in page
    answers = [await desk.post(f"/inbox/{thread.id}/invite", version=0) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    sent = (await session.execute(text("SELECT payload ->> 'template', payload ->> 'kind' FROM outbound_send"))).all()
    assert [tuple(row) for row in sent] == [("Customer_Reply_Waiting", "template")]
    assert await session.scalar(text("SELECT owner_kind FROM conversations")) == "agent"


async def test_what_went_wrong_with_a_message_is_shown(desk: Desk, session: AsyncSession, thread: Conversation) -> None:
    await say(session, thread, "bot", "Karibu", status="failed", error_code="131026", error_action="ask_another_way")
    choices = {"choices": [{"id": "y", "title": "Ndio"}, {"id": "n", "title": "Hapana"}]}
    await say(session, thread, "bot", "Tuthibitishe?", content=choices, status="delivered")
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}?region=messages")).text
    assert texts(page, "receipt")[-3:] == ["not delivered", "ask another way", "delivered"]
    assert texts(page, "choice") == ["Ndio", "Hapana"]


async def test_long_threads_are_read_in_pages(desk: Desk, session: AsyncSession) -> None:
    await make_shop(session)
    thread = await make_thread(session, words=[("customer", f"message {number}") for number in range(70)])
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}")).text
    assert len(texts(page, "bubble")) == 60
    before = page.split("?before=")[1].split('"')[0]
    earlier = (await desk.get(f"/inbox/{thread.id}?before={before}")).text
    assert [bubble.rsplit(" ", 1)[0] for bubble in texts(earlier, "bubble")] == [f"message {n}" for n in range(10)]


async def test_hostile_words_are_text_never_markup(desk: Desk, session: AsyncSession) -> None:
    hostile = "</span><script>alert(1)</script>{{ 7 * 7 }}"
    await make_shop(session)
    thread = await make_thread(session, hostile, words=[("customer", hostile)])
    await make_draft(session, thread, ("UNGA-2KG", 1, hostile), address=hostile)
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}")).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}") == 8


async def test_photos_voice_notes_and_places_are_there_to_be_seen(
    desk: Desk, session: AsyncSession, thread: Conversation
) -> None:
    """A photo is shown, a voice note can be played; what is not here says so; a place leads to a map."""
    media = [{"type": kind, "id": f"M{kind}", "filename": ""} for kind in ("image", "audio", "document", "video")]
    message = await say(session, thread, "customer", "", kind="media", content={"media": media})
    place = {"lat": -1.2921, "lng": 36.7873, "name": "", "address": ""}
    await say(session, thread, "customer", "-1.292100, 36.787300", kind="location", content={"place": place})
    await files.save(session, message.id, 0, "image/jpeg", b"picture")
    await files.save(session, message.id, 1, "audio/ogg", b"voice")
    await files.save(session, message.id, 2, "", None)
    desk.enter()
    page = (await desk.get(f"/inbox/{thread.id}")).text
    source = f"/console/inbox/{thread.id}/files/{message.id}/0"
    assert f'<img src="{source}" alt="image from the customer"' in page
    assert f'preload="none" src="{source[:-1]}1"' in page
    assert texts(page, "file") == [
        "",
        "",
        "document: could not be fetched; ask the customer to send it again",
        "video: being fetched",
        "Open the map",
    ]
    assert "query=-1.2921,36.7873" in page
    answer = await desk.get(source.removeprefix("/console"))
    assert (answer.content, answer.headers["content-type"]) == (b"picture", "image/jpeg")
    desk.enter(person("agent:S-2", cities={"Nashik"}))
    assert (await desk.get(source.removeprefix("/console"))).status_code == 404


async def test_a_voice_note_is_kept_with_an_order_and_played_on_its_page(desk: Desk, session: AsyncSession) -> None:
    """Once, however often the button is pressed; a file of somebody else's is refused with words."""
    order = await make_order(session)
    thread = await make_conversation(session, order.user_id)
    message = await say(session, thread, "customer", "", kind="media", content={"media": [{"type": "audio"}]})
    await files.save(session, message.id, 0, "audio/ogg", b"voice")
    desk.enter()
    path = f"/inbox/{thread.id}/files/{message.id}/0/note"
    assert f'action="/console{path}"' in (await desk.get(f"/inbox/{thread.id}")).text
    for _ in range(2):
        kept = await desk.post(path, order_id=order.id, words="Ring at the blue door", tell="1")
        assert kept.status_code == 303
    [(note_id, kind)] = (await session.execute(text("SELECT id, kind FROM order_notes"))).all()
    source = f"/orders/{order.id}/notes/{note_id}/file"
    page = (await desk.get(f"/orders/{order.id}")).text
    assert kind == "instruction"
    assert f'<audio class="file" controls preload="none" src="/console{source}"' in page
    heard = await desk.get(source)
    assert (heard.content, heard.headers["content-type"]) == (b"voice", "audio/ogg")
    other = await make_thread(session, "Baraka", 105)
    theirs = await say(session, other, "customer", "", kind="media", content={"media": [{"type": "audio"}]})
    await files.save(session, theirs.id, 0, "audio/ogg", b"another")
    refused = await desk.post(f"/inbox/{other.id}/files/{theirs.id}/0/note", order_id=order.id, words="Listen")
    assert (refused.status_code, texts(refused.text, "notice")[0]) == (409, "The order's customer sent no such file")
    await files.forget(session, message.id)
    assert "The file is gone" in (await desk.get(f"/orders/{order.id}")).text
    assert (await desk.get(source)).status_code == 404
    desk.enter(person("agent:S-2", cities={"Nashik"}))
    assert (await desk.get(source)).status_code == 404
