"""Photos and voice notes reach the people who answer: fetched at once, kept encrypted, gone when taken back."""

from base64 import b64encode

import httpx
import pytest
from sqlalchemy import text

from backend.platform.auth.principal import Role
from tests.support.town import Town

PICTURE = b"\xff\xd8\xff an invented picture"
PAGE = b"<script>alert(1)</script>"


async def send(shop: Town, verb: str, content: bytes, mime_type: str) -> str:
    """Let a customer send a file and everybody react; return the provider's id of the message."""
    data = b64encode(content).decode()
    sent = await shop.act("whatsapp", verb, **{"from": "wanjiru"}, data=data, mime_type=mime_type)
    await shop.settle()
    return str(sent["id"])


async def fetch(shop: Town, *, place: int = 0, cities: tuple[str, ...] = ("*",)) -> httpx.Response:
    """Ask for a file of the thread's first message, as an agent."""
    thread, messages = await shop.thread(), await shop.messages()
    path = f"/api/v1/inbox/conversations/{thread.id}/messages/{messages[0].id}/files/{place}"
    return await shop.api.get(path, headers=shop.headers("agent:A-1", Role.AGENT, cities=set(cities)))


@pytest.mark.parametrize(
    ("verb", "mime_type", "shown"),
    [("image", "image/jpeg", "image/jpeg"), ("audio", "audio/ogg; codecs=opus", "audio/ogg")],
)
async def test_an_agent_gets_the_file_as_it_came(shop: Town, verb: str, mime_type: str, shown: str) -> None:
    """The bytes, under a type that a browser shows; at rest they can't be read; the provider is asked once."""
    await send(shop, verb, PICTURE, mime_type)
    answer = await fetch(shop)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PICTURE, shown)
    stored = bytes(await shop.scalar("SELECT content FROM message_files"))
    assert PICTURE not in stored
    await shop.settle()
    assert await shop.scalar("SELECT attempts FROM outbound_send WHERE channel = 'conversations.files'") == 1


async def test_a_file_is_never_a_page_of_ours(shop: Town) -> None:
    """What a browser could run is only offered to be saved."""
    await send(shop, "document", PAGE, "text/html")
    answer = await fetch(shop)
    assert answer.content == PAGE
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (
        *("application/octet-stream", "attachment"),
    )
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_people_of_another_city_and_other_places_find_nothing(shop: Town) -> None:
    await send(shop, "image", PICTURE, "image/jpeg")
    assert (await fetch(shop, cities=("Nashik",))).status_code == 404
    beyond = await fetch(shop, place=1)
    assert (beyond.status_code, beyond.json()["code"]) == (404, "conversation.file_not_kept")


async def test_what_a_customer_takes_back_is_gone(shop: Town) -> None:
    """Also where it had not been fetched yet."""
    sent = await send(shop, "image", PICTURE, "image/jpeg")
    await shop.act("whatsapp", "revoke", message_id=sent)
    await shop.settle()
    assert await shop.scalar("SELECT count(*) FROM message_files") == 0
    late = await shop.act("whatsapp", "image", **{"from": "wanjiru"})
    await shop.inbox.drain()
    await shop.act("whatsapp", "revoke", message_id=late["id"])
    await shop.settle()
    assert await shop.scalar("SELECT count(*) FROM message_files WHERE content IS NOT NULL") == 0


async def test_a_file_that_the_provider_has_no_more_is_told_of(shop: Town) -> None:
    """The page can say that it must be asked for again."""
    await shop.control("POST", "faults", provider="whatsapp", method="GET", status=400, code="100")
    await send(shop, "image", PICTURE, "image/jpeg")
    async with shop.database.transaction() as session:
        states = await shop.service.files.states(session, await shop.messages())
        assert list(states.values()) == [""]
        assert await session.scalar(text("SELECT count(*) FROM message_files WHERE content IS NULL")) == 1
