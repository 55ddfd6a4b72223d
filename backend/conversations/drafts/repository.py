"""Every query of the drafts."""

from dataclasses import dataclass, fields
from typing import Any, Final

import orjson
from sqlalchemy import BindParameter, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import BotTurn, Conversation, Dialogue, DraftRow
from backend.platform.ids import opaque_token

# Built once, for every turn.
_LOCK_DIALOGUE: Final = (
    select(Dialogue)
    .where(Dialogue.conversation_id == bindparam("conversation_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HELD: Final = (
    select(Conversation, BotTurn, DraftRow)
    .select_from(Conversation)
    .outerjoin(BotTurn, BotTurn.turn_id == bindparam("turn_id"))
    .outerjoin(DraftRow, and_(DraftRow.conversation_id == Conversation.id, DraftRow.state == "open"))
    .where(Conversation.id == bindparam("conversation_id"))
    .execution_options(populate_existing=True)
)


def _kept(name: str) -> BindParameter[Any]:
    """Return the parameter for a field of `Kept`, whose own name SQLAlchemy would take for the column's."""
    return bindparam(f"kept_{name}")


_KEEP_TURN: Final = insert(BotTurn).values(
    {name: _kept(name) for name in ("turn_id", "conversation_id", "draft_id", "reading", "step", "summary")}
)
_KEEP_DRAFT: Final = (
    update(DraftRow)
    .where(DraftRow.id == _kept("draft_id"))
    .values(
        state=_kept("draft_state"),
        body=_kept("body"),
        order_id=_kept("order_id"),
        version=DraftRow.version + 1,
        updated_at=func.duka_now(),
    )
)
_SET_ASKED: Final = (
    update(Conversation)
    .where(Conversation.id == _kept("conversation_id"))
    .where(Conversation.asked.is_distinct_from(_kept("asked")) | (Conversation.language != _kept("language")))
    .values(asked=_kept("asked"), language=_kept("language"), updated_at=func.duka_now())
)
# All that a turn leaves, in one trip. Whoever needs one of these rows after this locks and reads it anew.
_KEEP: Final = (
    update(Dialogue)
    .where(Dialogue.conversation_id == _kept("conversation_id"))
    .values(
        language=_kept("language"),
        weights=_kept("weights"),
        failed_turns=_kept("failed_turns"),
        updated_at=func.duka_now(),
    )
    .add_cte(_KEEP_TURN.cte("kept_turn"), _KEEP_DRAFT.cte("kept_draft"), _SET_ASKED.cte("asked"))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation with what is known of one of its turns, and its open draft."""

    conversation: Conversation
    turn: BotTurn | None
    draft: DraftRow | None


async def hold_dialogue(session: AsyncSession, conversation_id: str) -> Dialogue | None:
    """Lock the conversation's memory; turns of one conversation follow each other here. None on its first turn."""
    return (await session.scalars(_LOCK_DIALOGUE, {"conversation_id": conversation_id})).one_or_none()


async def begin_dialogue(session: AsyncSession, conversation_id: str, language: str) -> Dialogue:
    """Make the conversation's memory, or wait for the rival turn that does, and lock it."""
    made = insert(Dialogue).values(conversation_id=conversation_id, language=language)
    await session.execute(made.on_conflict_do_nothing())
    return (await session.scalars(_LOCK_DIALOGUE, {"conversation_id": conversation_id})).one()


async def held(session: AsyncSession, conversation_id: str, turn_id: str) -> Held | None:
    """Return the conversation as it is in the database, now that its memory is held."""
    wanted = {"conversation_id": conversation_id, "turn_id": turn_id}
    row = (await session.execute(_HELD, wanted)).one_or_none()
    return None if row is None else Held(row[0], row[1], row[2])


async def open_draft(session: AsyncSession, conversation_id: str) -> DraftRow | None:
    """Return the draft that is being put together."""
    found = select(DraftRow).where(DraftRow.conversation_id == conversation_id, DraftRow.state == "open")
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def latest_draft(session: AsyncSession, conversation_id: str) -> DraftRow | None:
    """Return the newest draft, whatever became of it."""
    found = select(DraftRow).where(DraftRow.conversation_id == conversation_id).order_by(DraftRow.created_at.desc())
    return (await session.scalars(found.limit(1))).one_or_none()


async def begin_session(session: AsyncSession, conversation_id: str) -> None:
    """Let the next message start a new session of the bot, so that none grows long."""
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(session_id=opaque_token(), session_started_at=text("duka_now()"))
    )


@dataclass(frozen=True, slots=True)
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
    await session.execute(_KEEP, {f"kept_{field.name}": getattr(kept, field.name) for field in fields(kept)})


def to_text(body: dict[str, Any]) -> str:
    """JSON as it is stored."""
    return orjson.dumps(body).decode()


def from_text(stored: str) -> dict[str, Any]:
    """Read stored JSON back."""
    body: dict[str, Any] = orjson.loads(stored)
    return body
