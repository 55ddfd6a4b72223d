"""Every query of the drafts.

Those of every turn are written out: to make SQLAlchemy's statements and rows of them took longer than to run them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.drafts.ports import ThreadFacts
from backend.conversations.models import Conversation, DraftRow
from backend.platform.db.driver import run_sql, to_json
from backend.platform.db.types import opened, sealed
from backend.platform.ids import opaque_token

_LOCK_MEMORY: Final = """
SELECT language, weights, failed_turns FROM dialogues WHERE conversation_id = %(conversation_id)s FOR UPDATE
"""
_BEGIN_MEMORY: Final = """
INSERT INTO dialogues (conversation_id, language) VALUES (%(conversation_id)s, %(language)s) ON CONFLICT DO NOTHING
"""
_HELD: Final = """
SELECT c.id, c.merchant_id, c.customer_id, c.channel, c.language, c.asked,
    t.step, d.id AS draft_id, d.body, d.updated_at
FROM conversations c
LEFT JOIN bot_turns t ON t.turn_id = %(turn_id)s
LEFT JOIN drafts d ON d.conversation_id = c.id AND d.state = 'open'
WHERE c.id = %(conversation_id)s
"""
_ABANDON: Final = "UPDATE drafts SET state = 'abandoned', updated_at = duka_now() WHERE id = %(id)s"
_BEGIN_DRAFT: Final = """
INSERT INTO drafts (id, conversation_id, body) VALUES (%(id)s, %(conversation_id)s, %(body)s) RETURNING updated_at
"""
# All that a turn leaves, in one trip. Whoever needs one of these rows after this locks and reads it anew.
_KEEP: Final = """
WITH kept_turn AS (
    INSERT INTO bot_turns (turn_id, conversation_id, draft_id, reading, step, summary)
    VALUES (%(turn_id)s, %(conversation_id)s, %(draft_id)s, %(reading)s, %(step)s, %(summary)s::jsonb)
), kept_draft AS (
    UPDATE drafts SET state = %(draft_state)s, body = %(body)s, order_id = %(order_id)s, version = version + 1,
        updated_at = duka_now()
    WHERE id = %(draft_id)s
), asked AS (
    UPDATE conversations SET asked = %(asked)s, language = %(language)s, updated_at = duka_now()
    WHERE id = %(conversation_id)s AND (asked IS DISTINCT FROM %(asked)s::text OR language <> %(language)s)
)
UPDATE dialogues SET language = %(language)s, weights = %(weights)s::jsonb, failed_turns = %(failed_turns)s,
    updated_at = duka_now()
WHERE conversation_id = %(conversation_id)s
"""


class Memory(NamedTuple):
    """What is remembered of a dialogue from turn to turn, as `Dialogue` keeps it."""

    language: str
    weights: dict[str, float]
    failed_turns: int


class OpenDraft(NamedTuple):
    """The draft that is being put together; `body` is its JSON."""

    id: str
    body: str
    updated_at: datetime


class Held(NamedTuple):
    """A conversation with its open draft, and the step that one of its turns was answered with."""

    thread: ThreadFacts
    step: str | None
    draft: OpenDraft | None


async def hold_memory(session: AsyncSession, conversation_id: str) -> Memory | None:
    """Lock the conversation's memory; turns of one conversation follow each other here. None on its first turn."""
    row = (await run_sql(session, _LOCK_MEMORY, {"conversation_id": conversation_id})).first()
    return None if row is None else Memory(*row)


async def begin_memory(session: AsyncSession, conversation_id: str, language: str) -> None:
    """Make the conversation's memory, or wait for the rival turn that does."""
    await run_sql(session, _BEGIN_MEMORY, {"conversation_id": conversation_id, "language": language})


async def held(session: AsyncSession, conversation_id: str, turn_id: str) -> Held | None:
    """Return the conversation as it is in the database, now that its memory is held."""
    wanted = {"conversation_id": conversation_id, "turn_id": turn_id}
    row = (await run_sql(session, _HELD, wanted)).first()
    if row is None:
        return None
    thread = ThreadFacts(row.id, row.merchant_id, row.customer_id, row.channel, row.language, row.asked)
    draft = OpenDraft(row.draft_id, opened(row.body) or "", row.updated_at) if row.draft_id is not None else None
    return Held(thread, opened(row.step), draft)


async def abandon_draft(session: AsyncSession, draft_id: str) -> None:
    """Give a draft up."""
    await run_sql(session, _ABANDON, {"id": draft_id})


async def begin_draft(session: AsyncSession, conversation_id: str, draft_id: str, body: str) -> OpenDraft:
    """Make the conversation's open draft; there must be none."""
    row = {"id": draft_id, "conversation_id": conversation_id, "body": sealed(body)}
    return OpenDraft(draft_id, body, (await run_sql(session, _BEGIN_DRAFT, row)).scalar_one())


async def open_draft(session: AsyncSession, conversation_id: str) -> DraftRow | None:
    """Return the draft that is being put together."""
    found = select(DraftRow).where(DraftRow.conversation_id == conversation_id, DraftRow.state == "open")
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def begin_session(session: AsyncSession, conversation_id: str) -> None:
    """Let the next message start a new session of the bot, so that none grows long."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(session_id=opaque_token(), session_started_at=text("duka_now()"))
    )


@dataclass(frozen=True)
class Kept:
    """What a turn leaves: the answer under its id, the draft, and what is known of the dialogue.

    Attributes:
        reading: What was said and understood, as `BotTurn` keeps it; so are `step` and `summary`.
        body: The draft as JSON.
        asked: What the bot has asked last.
    """

    turn_id: str
    conversation_id: str
    reading: str
    step: str
    summary: dict[str, Any]
    draft_id: str
    draft_state: str
    body: str
    order_id: str | None
    language: str
    weights: dict[str, float]
    failed_turns: int
    asked: str | None


async def keep(session: AsyncSession, kept: Kept) -> None:
    """Write what a turn leaves; the dialogue must be held."""
    personal = {"reading": sealed(kept.reading), "step": sealed(kept.step), "body": sealed(kept.body)}
    objects = {"summary": to_json(kept.summary), "weights": to_json(kept.weights)}
    await run_sql(session, _KEEP, {**vars(kept), **personal, **objects})


def to_text(body: dict[str, Any]) -> str:
    """JSON as it is stored."""
    return orjson.dumps(body).decode()


def from_text(stored: str) -> dict[str, Any]:
    """Read stored JSON back."""
    body: dict[str, Any] = orjson.loads(stored)
    return body
