"""Which conversation is whose: people are found by every address that their messages have carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, column, exists, func, select, table, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.models import Conversation, ConversationPeer, MessageRef
from backend.conversations.repository import remember_now
from backend.platform.db.types import blind_index

_CUSTOMERS: Final = table("customers", column("id"), column("opted_out_at"))
_LOCK_BY_PEER: Final = (
    select(
        ConversationPeer.peer_index,
        Conversation,
        func.duka_now(),
        exists().where(
            MessageRef.channel == bindparam("channel"),
            MessageRef.account == bindparam("account"),
            MessageRef.provider_id == bindparam("provider_id"),
        ),
        _CUSTOMERS.c.opted_out_at.is_not(None),
    )
    .join(Conversation, Conversation.id == ConversationPeer.conversation_id)
    .join(_CUSTOMERS, _CUSTOMERS.c.id == Conversation.customer_id)
    .where(
        ConversationPeer.channel == bindparam("channel"),
        ConversationPeer.account == bindparam("account"),
        ConversationPeer.peer_index.in_(bindparam("indexes", expanding=True)),
    )
    .order_by(Conversation.id)
    .with_for_update(of=Conversation)
    .execution_options(populate_existing=True)
)


def _indexes(aliases: Sequence[str]) -> list[bytes]:
    return [blind_index(alias) for alias in aliases]


@dataclass(frozen=True, slots=True)
class Found:
    """The conversation of a person, and what is known of it and of the message that was looked for.

    Attributes:
        complete: Whether each of the person's addresses leads to a conversation already.
        knows: Whether the message is stored.
        opted_out: Whether the person wants to hear nothing more.
    """

    thread: Conversation
    complete: bool
    knows: bool
    opted_out: bool


async def lock_by_peer(
    session: AsyncSession, channel: str, account: str, aliases: Sequence[str], provider_id: str
) -> Found | None:
    """Lock the conversation with the person of any of these addresses, as `lock` does; the oldest address wins.

    Args:
        session: The transaction.
        channel: Where they write.
        account: To whom.
        aliases: Every address that the message carries.
        provider_id: The message's own id there; empty where it has none.
    """
    indexes = _indexes(aliases)
    wanted = {"channel": channel, "account": account, "indexes": indexes, "provider_id": provider_id}
    found: dict[bytes, tuple[Conversation, bool, bool]] = {}
    for index, thread, current, knows, opted_out in await session.execute(_LOCK_BY_PEER, wanted):
        found[bytes(index)] = thread, knows, opted_out
        remember_now(session, current)
    oldest = next((found[index] for index in indexes if index in found), None)
    if oldest is None:
        return None
    thread, knows, opted_out = oldest
    return Found(thread, len(found) == len(set(indexes)), knows, opted_out)


async def hold_peer(session: AsyncSession, channel: str, account: str, aliases: Sequence[str]) -> None:
    """Keep others from starting a conversation with this person until the transaction ends."""
    for alias in sorted(aliases):
        key = blind_index(f"{channel}:{account}:{alias}").hex()
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 6))"), {"key": key})


async def add_peers(
    session: AsyncSession, conversation_id: str, channel: str, account: str, aliases: Sequence[str]
) -> None:
    """Let the conversation be found by these addresses as well; one that belongs to another thread stays there."""
    rows = [
        {"channel": channel, "account": account, "peer_index": index, "conversation_id": conversation_id}
        for index in _indexes(aliases)
    ]
    if rows:
        await session.execute(insert(ConversationPeer).values(rows).on_conflict_do_nothing())
