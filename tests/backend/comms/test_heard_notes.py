"""A customer's voice note that belongs to an instruction is heard by those who prepare and carry."""

from urllib.parse import urlsplit

import httpx
import pytest
from itsdangerous import TimestampSigner

from backend.channels.ports import MediaRef, OutboundKind
from backend.channels.sealing import unseal
from backend.comms.note_links import MAX_AGE_S, PATH, NoteLinks
from backend.conversations import files
from backend.orders.commands import AddNote, FileName
from backend.orders.ports import OrderView
from tests.support.factories.comms import BASE_URL, Switchboard
from tests.support.factories.console import say
from tests.support.factories.drafts import make_conversation
from tests.support.factories.orders import ADMIN, give

VENDOR, RIDER, VOICE = "+254700000201", "+254700000301", b"OggS an invented voice"


async def ask_aloud(board: Switchboard, order: OrderView, kind: str = "instruction") -> str:
    """Keep a customer's voice note with the order, and let what follows happen; return its message's id."""
    async with board.database.transaction() as session:
        thread = await make_conversation(session, order.user_id)
        message = await say(session, thread, "customer", "", kind="media", content={"media": [{"type": "audio"}]})
        await files.save(session, message.id, 0, "audio/ogg", VOICE)
        note = AddNote("Listen to the customer", kind, FileName(message.id, 0))
        await give(session, await board.order(order.id), ADMIN, note)
    await board.settle()
    return message.id


async def handed_to(board: Switchboard, phone: str) -> list[MediaRef]:
    rows = await board.rows("SELECT payload FROM outbound_send WHERE channel = 'whatsapp' ORDER BY seq")
    sent = [unseal(payload) for (payload,) in rows]
    return [one.media for one in sent if one.kind is OutboundKind.MEDIA and one.media and f"+{one.to}" == phone]


async def fetch(board: Switchboard, url: str) -> httpx.Response:
    """Fetch as WhatsApp does, who shows no token."""
    return await board.api.client.get(urlsplit(url).path)


async def to_rider(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")


async def test_the_vendor_hears_it_at_once_and_the_rider_as_they_accept(board: Switchboard, order: OrderView) -> None:
    """Each once; WhatsApp gets the voice under the full name of its form, which it insists on."""
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await ask_aloud(board, order)
    [heard] = await handed_to(board, VENDOR)
    assert (heard.type, heard.url.startswith(f"{BASE_URL}{PATH}/"), await handed_to(board, RIDER)) == (
        "audio",
        True,
        [],
    )
    answer = await fetch(board, heard.url)
    assert (answer.content, answer.headers["content-type"]) == (VOICE, "audio/ogg; codecs=opus")
    await to_rider(board, order)
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    assert [(len(await handed_to(board, phone))) for phone in (VENDOR, RIDER)] == [1, 1]


async def test_the_desks_own_voice_notes_are_handed_to_nobody(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await ask_aloud(board, order, "voice")
    await to_rider(board, order)
    assert [await handed_to(board, phone) for phone in (VENDOR, RIDER)] == [[], []]
    [(note_id,)] = await board.rows("SELECT id FROM order_notes")
    made_up = NoteLinks("a secret of tests", BASE_URL).url_of(order.id, note_id)
    assert (await fetch(board, made_up)).status_code == 404


async def test_an_address_ends_with_the_file_and_nobody_makes_one_up(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    message_id = await ask_aloud(board, order)
    [heard] = await handed_to(board, VENDOR)
    for wrong in (heard.url[:-1], f"{BASE_URL}{PATH}/x", NoteLinks("another secret", BASE_URL).url_of(order.id, 1)):
        answer = await fetch(board, wrong)
        assert (answer.status_code, answer.json()["code"]) == (404, "order.note_file_gone")
    async with board.database.transaction() as session:
        await files.forget(session, message_id)
    assert (await fetch(board, heard.url)).status_code == 404


def test_an_address_holds_for_some_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    links = NoteLinks("a secret of tests", BASE_URL)
    token = links.url_of("ORD-1", 7).rpartition("/")[2]
    signed_at = TimestampSigner("").get_timestamp()
    for age_s, named in ((MAX_AGE_S - 60, ("ORD-1", 7)), (MAX_AGE_S + 60, None)):
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _, at=signed_at + age_s: at)
        assert links.note_of(token) == named
