"""Opting out and in again: honoured at once, confirmed once."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import repository
from backend.conversations.events import CustomerOptedOut
from backend.conversations.models import Conversation
from backend.conversations.policies import is_start, is_stop
from backend.conversations.service.speaking import SYSTEM, Origin, Speaker
from backend.conversations.settings import ConversationsSettings
from backend.customers.service import CustomersService
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import publish


class Consent:
    """Keeps to what customers said about being written to."""

    def __init__(self, settings: ConversationsSettings, customers: CustomersService, speaker: Speaker) -> None:
        self._settings = settings
        self._customers = customers
        self._speaker = speaker

    async def answered(self, session: AsyncSession, thread: Conversation, text: str, now: datetime) -> bool:
        """Deal with words about being written to; return whether nothing else is to be done with them.

        One who has opted out and writes on is told, once a day at most, how to get our messages again.
        """
        if is_stop(text):
            await self.opt_out(session, thread, now, source=thread.channel)
            return True
        with session.no_autoflush:  # The thread and its new message are written together, later.
            opted_out = await self._customers.opted_out(session, thread.customer_id)
        if not opted_out:
            return False
        if is_start(text):
            await self._customers.opt_in(session, thread.customer_id, source=thread.channel)
            await self._say(session, thread, "opted_in", opted_out=False)
            return True
        await self._remind(session, thread, now)
        return True

    async def opt_out(self, session: AsyncSession, thread: Conversation, now: datetime, *, source: str) -> None:
        """Write no more; what the bot has not answered stays unanswered."""
        await self._customers.opt_out(session, thread.customer_id, source=source)
        await repository.release_waiting(session, thread.id)
        thread.opt_out_told_at = now
        await self._say(session, thread, "opted_out", opted_out=True)

    async def _remind(self, session: AsyncSession, thread: Conversation, now: datetime) -> None:
        thread.unread += 1
        told = thread.opt_out_told_at
        if told is None or now - told >= timedelta(seconds=self._settings.opt_out_reminder_s):
            thread.opt_out_told_at = now
            await self._speaker.sentence(session, thread, "still_opted_out", Origin(SYSTEM, key="still_opted_out"))

    async def _say(self, session: AsyncSession, thread: Conversation, key: str, *, opted_out: bool) -> None:
        await self._speaker.sentence(session, thread, key, Origin(SYSTEM, key=key))
        actor = Actor(ActorKind.CUSTOMER, thread.customer_id)
        await publish(
            session, CustomerOptedOut(thread.customer_id, thread.id, opted_out), actor=actor, city=thread.city
        )
