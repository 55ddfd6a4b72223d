"""The bot's side of the API: who may call it, and what it answers."""

from sqlalchemy import text

from backend.conversations.bot_router import router
from backend.conversations.drafts.service import DialogueService
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from tests.support.app import Api, serving
from tests.support.clock import FixedClock
from tests.support.factories.drafts import RecordedHandovers, make_chat, make_dialogue
from tests.support.readings import amount, reading
from tests.support.statements import statements

WORDS = "unga 2"


def body(turn_id: str = "T-1") -> dict[str, object]:
    read = reading(WORDS, "place_order", items=[("unga", 0)], amounts=[amount("2", 2)], lang="sw")
    return {"turn_id": turn_id, "text": WORDS, "intent": "place_order", "reading": read}


async def prepared(database: Database, clock: FixedClock) -> str:
    async with database.transaction() as session:
        return (await make_chat(session, clock)).conversation_id


async def send(api: Api, path: str, role: Role, payload: dict[str, object]) -> tuple[int, dict[str, object]]:
    response = await api.client.post(path, json=payload, headers=api.token(f"{role}:x", role))
    return response.status_code, response.json()


async def test_a_turn_is_answered_and_kept(database: Database, clock: FixedClock) -> None:
    """The answer names the next question; the turn, the draft and the thread's open slot are stored."""
    conversation_id = await prepared(database, clock)
    services = {DialogueService: make_dialogue(clock, RecordedHandovers())}
    async with serving(database, clock, router, services=services) as api:
        path = f"/api/v1/bot/conversations/{conversation_id}/turns"
        status, step = await send(api, path, Role.BOT, body())
        assert (status, step["asked"]) == (200, "address")
        assert step["say"] == [{"response": "utter_ask_address", "params": {}, "buttons": []}]
        assert step["slots"] == {"lang": "sw", "order_id": None}
        assert await send(api, path, Role.BOT, body()) == (200, step)
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM bot_turns")) == 1
        assert await session.scalar(text("SELECT asked FROM conversations")) == "address"
        stored = await session.scalar(text("SELECT body FROM drafts"))
    assert b"unga" not in bytes(stored)


async def test_what_a_turn_leaves_is_written_in_one_trip(database: Database, clock: FixedClock) -> None:
    """Answer, draft, memory and thread wait for the database once; only the first turn has more to write."""
    conversation_id = await prepared(database, clock)
    services = {DialogueService: make_dialogue(clock, RecordedHandovers())}
    async with serving(database, clock, router, services=services) as api:
        path = f"/api/v1/bot/conversations/{conversation_id}/turns"
        assert (await send(api, path, Role.BOT, body()))[0] == 200
        with statements() as said:
            assert (await send(api, path, Role.BOT, body("T-2")))[0] == 200
    [statement] = [words for words in said if "UPDATE " in words.replace("FOR UPDATE", "") or "INSERT " in words]
    assert all(table in statement for table in ("bot_turns", "drafts", "dialogues", "conversations"))


async def test_only_the_bot_may_ask(database: Database, clock: FixedClock) -> None:
    """An agent's token is refused, and nothing is stored."""
    conversation_id = await prepared(database, clock)
    services = {DialogueService: make_dialogue(clock, RecordedHandovers())}
    async with serving(database, clock, router, services=services) as api:
        path = f"/api/v1/bot/conversations/{conversation_id}/turns"
        status, problem = await send(api, path, Role.AGENT, body())
    assert (status, problem["code"]) == (403, "403_FORBIDDEN")
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM bot_turns")) == 0


async def test_an_unknown_conversation_is_not_found(database: Database, clock: FixedClock) -> None:
    """The bot can't open threads."""
    services = {DialogueService: make_dialogue(clock, RecordedHandovers())}
    async with serving(database, clock, router, services=services) as api:
        status, problem = await send(api, "/api/v1/bot/conversations/none/turns", Role.BOT, body())
    assert (status, problem["code"]) == (404, "conversation.not_found")
