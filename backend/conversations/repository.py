"""Queries of the threads; the only locks on them."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import bindparam, case, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.conversations.errors import ConversationNotFoundError
from backend.conversations.models import Conversation, Message, MessageRef, Turn
from backend.conversations.ports import HistoryLine
from backend.platform.db.driver import run_sql
from backend.platform.db.types import opened

# The statements of every turn are built once; making one anew took a third of its time.
_LOCK: Final = (
    select(Conversation, func.duka_now())
    .where(Conversation.id == bindparam("conversation_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCK_RUNNING: Final = (
    select(Conversation, Turn, func.duka_now())
    .join(Turn, Turn.conversation_id == Conversation.id)
    .where(Conversation.id == bindparam("conversation_id"), Turn.state == "running")
    .with_for_update(of=(Conversation, Turn))
    .execution_options(populate_existing=True)
)
_MESSAGE: Final = select(Message).where(Message.id == bindparam("message_id"))
_LOCK_MESSAGE: Final = _MESSAGE.with_for_update().execution_options(populate_existing=True)
_MESSAGE_BY_REF: Final = (
    select(Message)
    .join(MessageRef, MessageRef.message_id == Message.id)
    .where(
        MessageRef.channel == bindparam("channel"),
        MessageRef.account == bindparam("account"),
        MessageRef.provider_id == bindparam("provider_id"),
    )
)
_PLAIN_OF_MESSAGE: Final = (
    select(
        Message.author,
        Message.message_key,
        Message.created_at,
        Conversation.owner_kind,
        Conversation.owner_since,
        Conversation.customer_id,
    )
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id == bindparam("message_id"))
)
_ADD_REF: Final = """
INSERT INTO message_refs (channel, account, provider_id, message_id)
SELECT channel, account, %(provider_id)s, %(message_id)s FROM conversations WHERE id = %(conversation_id)s
ON CONFLICT DO NOTHING
"""
_HISTORY: Final = """
SELECT author, text FROM messages
WHERE conversation_id = %(conversation_id)s AND direction <> 'note' AND seq < %(before)s
    AND session_id = coalesce(%(session_id)s::text, session_id)
ORDER BY seq DESC LIMIT %(most)s
"""
_NO_END: Final = 2**62
_AWAITING_TURN: Final = (
    select(Message)
    .where(Message.conversation_id == bindparam("conversation_id"), Message.awaits_turn, Message.turn_id.is_(None))
    .order_by(Message.seq)
)
_RUNNING_TURN: Final = select(Turn).where(Turn.conversation_id == bindparam("conversation_id"), Turn.state == "running")
_OTHER: Final = aliased(Conversation)
_WAITS: Final = func.extract(
    "epoch", func.greatest(_OTHER.turn_due_at - func.duka_now(), _OTHER.lease_until - func.clock_timestamp())
)
_NEXT_DUE: Final = select(func.min(_WAITS)).where(_OTHER.turn_due_at.is_not(None))
_ANOTHER_DUE: Final = exists().where(
    _OTHER.id != Conversation.id,
    _OTHER.turn_due_at <= func.duka_now(),
    (_OTHER.lease_until.is_(None)) | (_OTHER.lease_until <= func.clock_timestamp()),
)
# The first that is due tells enough; only where there is none is it worth to look through all that wait.
_NEXT_OF_OTHERS: Final = case(
    (_ANOTHER_DUE, 0.0), else_=_NEXT_DUE.where(_OTHER.id != Conversation.id).scalar_subquery()
)
_LOCK_DUE: Final = (
    select(Conversation, func.duka_now(), _NEXT_OF_OTHERS)
    .where(
        Conversation.turn_due_at <= func.duka_now(),
        (Conversation.lease_until.is_(None)) | (Conversation.lease_until <= func.clock_timestamp()),
    )
    .order_by(Conversation.turn_due_at)
    .limit(1)
    .with_for_update(of=Conversation, skip_locked=True)
    .execution_options(populate_existing=True)
)
_NOW: Final = "conversations.now"
_WRITTEN: Final = "conversations.written"
_HISTORY_AUTHORS: Final = {"customer": "customer", "bot": "bot", "system": "bot"}


async def now(session: AsyncSession) -> datetime:
    """Return the database's time, as it was when the transaction first asked."""
    transaction = session.get_transaction()
    known: tuple[object, datetime] | None = session.info.get(_NOW)
    if known is not None and known[0] is transaction:
        return known[1]
    current: datetime = (await session.execute(text("SELECT duka_now()"))).scalar_one()
    session.info[_NOW] = (session.get_transaction(), current)
    return current


def remember_now(session: AsyncSession, current: datetime) -> None:
    """Let `now` answer with what the transaction has read with something else, unless it has asked before."""
    transaction = session.get_transaction()
    known: tuple[object, datetime] | None = session.info.get(_NOW)
    if known is None or known[0] is not transaction:
        session.info[_NOW] = (transaction, current)


async def lock(session: AsyncSession, conversation_id: str) -> Conversation:
    """Lock a conversation's row and return it as it stands; the transaction's `now` comes with it.

    Raises:
        ConversationNotFoundError: There is none of this id.
    """
    found = (await session.execute(_LOCK, {"conversation_id": conversation_id})).one_or_none()
    if found is None:
        raise ConversationNotFoundError(conversation_id=conversation_id)
    thread: Conversation = found[0]
    remember_now(session, found[1])
    return thread


async def lock_running(session: AsyncSession, conversation_id: str) -> tuple[Conversation, Turn] | None:
    """Lock a conversation with its running turn, as `lock` does; None where no turn is running."""
    found = (await session.execute(_LOCK_RUNNING, {"conversation_id": conversation_id})).one_or_none()
    if found is None:
        return None
    remember_now(session, found[2])
    return found[0], found[1]


async def get(session: AsyncSession, conversation_id: str) -> Conversation:
    """Return a conversation.

    Raises:
        ConversationNotFoundError: There is none of this id.
    """
    row = await session.get(Conversation, conversation_id)
    if row is None:
        raise ConversationNotFoundError(conversation_id=conversation_id)
    return row


async def latest_of_customer(session: AsyncSession, customer_id: str) -> Conversation | None:
    """Return the conversation in which the customer wrote last."""
    query = (
        select(Conversation)
        .where(Conversation.customer_id == customer_id)
        .order_by(Conversation.last_inbound_at.desc().nulls_last())
        .limit(1)
    )
    return await session.scalar(query)


async def message(session: AsyncSession, message_id: str, *, lock: bool = False) -> Message | None:
    """Return a message, locked where its status is to move."""
    return await session.scalar(_LOCK_MESSAGE if lock else _MESSAGE, {"message_id": message_id})


class Standing(NamedTuple):
    """What decides whether a queued message still holds."""

    author: str
    message_key: str | None
    created_at: datetime
    owner_kind: str
    owner_since: datetime
    customer_id: str


def remember_written(session: AsyncSession, message: Message, thread: Conversation) -> None:
    """Keep at hand, for `standing_of`, what the transaction has written; the session itself lets go of it."""
    transaction = session.get_transaction()
    if session.info.get(_WRITTEN, (None,))[0] is not transaction:
        session.info[_WRITTEN] = transaction, {}
    session.info[_WRITTEN][1][message.id] = message, thread


async def standing_of(session: AsyncSession, message_id: str) -> Standing | None:
    """Return whose message it is, and how its thread stands; None where there is none of this id.

    Where the transaction has written the message itself, it holds the thread as well, and nothing is asked.
    """
    transaction, held = session.info.get(_WRITTEN, (None, {}))
    written, thread = held.get(message_id, (None, None))
    if written and transaction is session.get_transaction():
        with suppress(KeyError):  # A value that the database has given, and that was not read back.
            its, of_thread = vars(written), vars(thread)
            return Standing(
                *(its[name] for name in ("author", "message_key", "created_at")),
                *(of_thread[name] for name in ("owner_kind", "owner_since", "customer_id")),
            )
    found = (await session.execute(_PLAIN_OF_MESSAGE, {"message_id": message_id})).one_or_none()
    return None if found is None else Standing(*found)


async def message_by_ref(session: AsyncSession, channel: str, account: str, provider_id: str) -> Message | None:
    """Return the message that the provider knows by this id."""
    wanted = {"channel": channel, "account": account, "provider_id": provider_id}
    return await session.scalar(_MESSAGE_BY_REF, wanted)


async def add_ref(session: AsyncSession, message: Message, provider_id: str) -> None:
    """Let a message, which must be written, be found by the provider's id; one that is known stays as it is."""
    row = {"provider_id": provider_id, "message_id": message.id, "conversation_id": message.conversation_id}
    await run_sql(session, _ADD_REF, row)


async def refs_of(session: AsyncSession, message_ids: Sequence[str]) -> list[str]:
    """Return the provider's ids of these messages."""
    return list(await session.scalars(select(MessageRef.provider_id).where(MessageRef.message_id.in_(message_ids))))


def message_row(conversation: Conversation, at: datetime, trace_id: str, **fields: Any) -> Message:
    """Make the row of a message; `content` is given as an object."""
    content = orjson.dumps(fields.pop("content", {}), default=str).decode()
    fields.setdefault("id", str(uuid.uuid4()))
    return Message(
        conversation_id=conversation.id,
        session_id=conversation.session_id,
        sent_at=at,
        trace_id=trace_id,
        content=content,
        **fields,
    )


def content_of(message: Message) -> dict[str, Any]:
    """Return a message's content as an object."""
    found: dict[str, Any] = orjson.loads(message.content)
    return found


async def messages_awaiting_turn(session: AsyncSession, conversation_id: str) -> list[Message]:
    """Return what the bot has not answered yet, in order of arrival."""
    return list(await session.scalars(_AWAITING_TURN, {"conversation_id": conversation_id}))


async def messages_of_turn(session: AsyncSession, turn_id: str) -> list[Message]:
    """Return the customer's messages that a turn answers."""
    query = select(Message).where(Message.turn_id == turn_id, Message.direction == "in").order_by(Message.seq)
    return list(await session.scalars(query))


async def release_waiting(session: AsyncSession, conversation_id: str) -> None:
    """Take from the bot what it has not answered: a person will."""
    await session.execute(
        update(Message)
        .where(Message.conversation_id == conversation_id, Message.awaits_turn, Message.turn_id.is_(None))
        .values(awaits_turn=False)
    )


async def add_unread(session: AsyncSession, conversation_id: str) -> None:
    """Count one thing more that people have not seen."""
    counted = update(Conversation).where(Conversation.id == conversation_id).values(unread=Conversation.unread + 1)
    await session.execute(counted.execution_options(synchronize_session=False))


async def recent_outbound(session: AsyncSession, conversation_id: str, limit: int = 20) -> list[Message]:
    """Return our latest messages, newest first."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.direction == "out")
        .order_by(Message.seq.desc())
        .limit(limit)
    )
    return list(await session.scalars(query))


async def unanswered_comment(session: AsyncSession, conversation_id: str, since: datetime) -> str | None:
    """Return the provider's id of the latest public comment, unless it is older or something was sent after it."""
    query = (
        select(Message.kind, MessageRef.provider_id)
        .outerjoin(MessageRef, MessageRef.message_id == Message.id)
        .where(
            Message.conversation_id == conversation_id,
            Message.sent_at >= since,
            (Message.direction == "out") | (Message.kind == "comment"),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    return found.provider_id if found is not None and found.kind == "comment" else None


async def messages(session: AsyncSession, conversation_id: str, *, before: int | None, limit: int) -> list[Message]:
    """Return a page of a thread, oldest first, ending before the given sequence number."""
    query = select(Message).where(Message.conversation_id == conversation_id)
    if before is not None:
        query = query.where(Message.seq < before)
    newest = await session.scalars(query.order_by(Message.seq.desc()).limit(limit))
    return list(reversed(list(newest)))


async def history(
    session: AsyncSession, conversation_id: str, *, before: int | None, limit: int, session_id: str | None = None
) -> list[HistoryLine]:
    """Return earlier words of the thread, oldest first, notes left out."""
    wanted = {
        "conversation_id": conversation_id,
        "before": _NO_END if before is None else before,
        "session_id": session_id,
        "most": limit,
    }
    rows = [(author, opened(words)) for author, words in await run_sql(session, _HISTORY, wanted)]
    return [HistoryLine(_HISTORY_AUTHORS.get(author, "agent"), words) for author, words in reversed(rows) if words]


async def running_turn(session: AsyncSession, conversation_id: str) -> Turn | None:
    """Return the conversation's running turn."""
    return await session.scalar(_RUNNING_TURN, {"conversation_id": conversation_id})


async def lock_due(session: AsyncSession) -> tuple[Conversation, float | None] | None:
    """Lock the conversation that has waited longest for the bot, passing over those in other hands.

    Returns:
        The conversation, and in how many seconds another one is due; None for either where there is none.
    """
    found = (await session.execute(_LOCK_DUE)).one_or_none()
    if found is None:
        return None
    remember_now(session, found[1])
    return found[0], None if found[2] is None else float(found[2])


async def seconds_until_due(session: AsyncSession) -> float | None:
    """Return how long until the bot has something to answer; None where nothing waits."""
    seconds = await session.scalar(_NEXT_DUE)
    return float(seconds) if seconds is not None else None
