"""Who answers a conversation: bot, a named person, or nobody until a person comes."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import TemplateNeededError, WindowClosedError
from backend.conversations import repository
from backend.conversations.errors import OwnerChangedError
from backend.conversations.events import ConversationOwnerChanged
from backend.conversations.models import Conversation
from backend.conversations.ports import OwnerKind
from backend.conversations.service.speaking import INBOX_BELL, SYSTEM, Origin, Speaker, ring
from backend.conversations.settings import ConversationsSettings
from backend.platform.actors import SYSTEM as SYSTEM_ACTOR
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.timers import TimerKind, arm, cancel

SUBJECT: Final = "conversation"


def owner_of(thread: Conversation) -> str:
    """Write the owner as `bot`, `nobody` or `agent:<id>`."""
    return f"{thread.owner_kind}:{thread.owner_id}" if thread.owner_id else thread.owner_kind


def check_version(thread: Conversation, expected: int | None) -> None:
    """Refuse to act on a thread that has changed hands, or was answered, since the caller looked.

    Raises:
        OwnerChangedError: It was; the context tells by whom.
    """
    if expected is not None and thread.owner_version != expected:
        message = "Somebody else has answered or taken this conversation. Look again before you send."
        raise OwnerChangedError(message, owner=owner_of(thread), version=thread.owner_version)


class Ownership:
    """Moves a thread from one owner to another; every thread given must be locked."""

    def __init__(self, settings: ConversationsSettings, speaker: Speaker) -> None:
        self._settings = settings
        self._speaker = speaker

    async def hand_over(
        self,
        session: AsyncSession,
        thread: Conversation,
        reason: str,
        *,
        brief: Mapping[str, Any] | None = None,
        turn_id: str | None = None,
        at_risk_minor: int | None = None,
        sentence: str | None = None,
    ) -> None:
        """Take the thread from the bot and let it wait for a person; nothing changes where one has it already."""
        if at_risk_minor is not None:
            thread.at_risk_minor = at_risk_minor
        if thread.owner_kind == OwnerKind.AGENT:
            return
        thread.handoff_brief = {**thread.handoff_brief, **(brief or {})}
        if thread.owner_kind == OwnerKind.BOT:
            thread.handoff_reason, thread.handoff_turn_id = reason, turn_id
            await self._change(session, thread, OwnerKind.NOBODY, None, reason, SYSTEM_ACTOR)
        if sentence is not None:
            await self._tell(session, thread, sentence)

    async def take(self, session: AsyncSession, thread: Conversation, actor: Actor, *, reason: str) -> None:
        """Give the thread to a person."""
        if owner_of(thread) != f"agent:{actor.id}":
            await self._change(session, thread, OwnerKind.AGENT, actor.id, reason, actor)
        thread.unread = 0

    async def give_back(self, session: AsyncSession, thread: Conversation, actor: Actor, *, reason: str) -> None:
        """Give the thread back to the bot, with a word to the customer where the window still allows one."""
        if thread.owner_kind == OwnerKind.BOT:
            return
        await self._change(session, thread, OwnerKind.BOT, None, reason, actor)
        thread.handoff_reason, thread.handoff_turn_id, thread.handoff_brief = None, None, {}
        thread.unread = 0
        await self._tell(session, thread, "handed_back")

    async def spoke(self, session: AsyncSession, thread: Conversation) -> None:
        """Note that the thread's person has said something: others' versions are outdated, their time starts anew."""
        thread.owner_version += 1
        await self._arm(session, thread)

    async def expire(self, session: AsyncSession, conversation_id: str) -> bool:
        """Give a thread back that its person, or nobody, has left alone; return whether it was theirs."""
        thread = await repository.lock(session, conversation_id)
        if thread.owner_kind == OwnerKind.BOT:
            return False
        await self.give_back(session, thread, SYSTEM_ACTOR, reason="timeout")
        return True

    async def _tell(self, session: AsyncSession, thread: Conversation, sentence: str) -> None:
        """Say a sentence where the window still allows one; whose the thread is never hangs on that."""
        try:
            await self._speaker.sentence(session, thread, sentence, Origin(SYSTEM, key=sentence))
        except (TemplateNeededError, WindowClosedError):
            return

    async def _change(
        self,
        session: AsyncSession,
        thread: Conversation,
        kind: OwnerKind,
        owner_id: str | None,
        reason: str,
        actor: Actor,
    ) -> None:
        before = owner_of(thread)
        thread.owner_kind, thread.owner_id = str(kind), owner_id
        thread.owner_version += 1
        thread.owner_since = await repository.now(session)
        if kind is OwnerKind.BOT:
            await cancel(session, thread.id, [TimerKind.CONVERSATION_TIMEOUT], by=str(actor), subject_kind=SUBJECT)
        else:
            await repository.release_waiting(session, thread.id)
            await self._arm(session, thread)
        changed = ConversationOwnerChanged(
            conversation_id=thread.id,
            merchant_id=thread.merchant_id,
            source=before,
            target=owner_of(thread),
            reason=reason,
            version=thread.owner_version,
            at_risk_minor=thread.at_risk_minor,
            currency=thread.currency,
        )
        await publish(session, changed, actor=actor, city=thread.city)
        ring(session, INBOX_BELL)

    async def _arm(self, session: AsyncSession, thread: Conversation) -> None:
        delay_s = self._settings.handoff_timeout_s
        await arm(session, TimerKind.CONVERSATION_TIMEOUT, thread.id, delay_s=delay_s, subject_kind=SUBJECT)
