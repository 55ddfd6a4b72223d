"""The inbox: what people see of the threads, and what they do in them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, InboundKind, OutboundKind, OutboundMessage
from backend.channels.service import ChannelsService
from backend.conversations import listing, repository
from backend.conversations.composing import Words
from backend.conversations.errors import OptedOutError
from backend.conversations.models import Conversation
from backend.conversations.ports import InboxFilter, InboxRow, MessageView, OwnerKind, ThreadView
from backend.conversations.service.ownership import Ownership, check_version
from backend.conversations.service.speaking import INBOX_BELL, Origin, Speaker, TemplateWords, ring
from backend.conversations.service.views import message_view, thread_view
from backend.customers.service import CustomersService
from backend.platform.actors import Actor
from backend.platform.money import Money
from backend.platform.observability.trace import trace_id


class Desk:
    """Use cases of agents."""

    def __init__(
        self, channels: ChannelsService, customers: CustomersService, speaker: Speaker, ownership: Ownership
    ) -> None:
        self._channels = channels
        self._customers = customers
        self._speaker = speaker
        self._ownership = ownership

    async def list(
        self, session: AsyncSession, wanted: InboxFilter, *, limit: int, offset: int
    ) -> tuple[list[InboxRow], int]:
        """Return a page of conversations, those that wait for a person first, the dearest on top; and the count."""
        threads, total = await listing.list_conversations(session, wanted, limit=limit, offset=offset)
        words = await listing.previews(session, [thread.id for thread in threads])
        now = await repository.now(session)
        rows = []
        for thread in threads:
            customer = await self._customers.get(session, thread.customer_id)
            waiting_s = (now - thread.owner_since).total_seconds() if thread.owner_kind == OwnerKind.NOBODY else 0.0
            view = thread_view(thread)
            rows.append(
                InboxRow(view, customer.name, words.get(thread.id, "")[:140], waiting_s, _reason(view, waiting_s))
            )
        return rows, total

    async def messages(
        self, session: AsyncSession, conversation_id: str, *, before: int | None = None, limit: int = 50
    ) -> Sequence[MessageView]:
        """Return a page of a thread, oldest first, ending before the sequence number given."""
        rows = await repository.messages(session, conversation_id, before=before, limit=limit)
        return [message_view(row) for row in rows]

    async def may_answer_comment(self, session: AsyncSession, conversation_id: str) -> bool:
        """Return whether a public comment may still be answered with a private message."""
        return await self._speaker.open_comment(session, await repository.get(session, conversation_id)) is not None

    async def take(
        self, session: AsyncSession, conversation_id: str, actor: Actor, *, version: int | None = None
    ) -> ThreadView:
        """Give the thread to the person, and show the customer that it was read.

        Raises:
            OwnerChangedError: It has changed hands since `version`.
        """
        thread = await repository.lock(session, conversation_id)
        check_version(thread, version)
        await self._ownership.take(session, thread, actor, reason="taken")
        await self._mark_read(session, thread)
        return await self._flushed(session, thread)

    async def reply(
        self,
        session: AsyncSession,
        conversation_id: str,
        actor: Actor,
        text: str,
        *,
        version: int,
        template: TemplateWords | None = None,
    ) -> MessageView:
        """Say something as a person, who thereby takes the thread.

        Raises:
            OwnerChangedError: Somebody else has answered or taken it since `version`; nothing was sent.
            TemplateNeededError: The window is closed; only a template may be sent.
            WindowClosedError: Nothing may be sent on this channel any more.
            OptedOutError: The customer asked us not to write.
        """
        thread = await repository.lock(session, conversation_id)
        check_version(thread, version)
        if await self._customers.opted_out(session, thread.customer_id):
            raise OptedOutError(conversation_id=thread.id)
        await self._ownership.take(session, thread, actor, reason="replied")
        origin = Origin(f"agent:{actor.id}")
        if template is not None:
            message = await self._speaker.say_template(session, thread, template, self._template_text(template), origin)
        else:
            message = await self._speaker.say(session, thread, Words(text.strip()), origin)
        await self._ownership.spoke(session, thread)
        await self._flushed(session, thread)
        return message_view(message)

    async def give_back(
        self, session: AsyncSession, conversation_id: str, actor: Actor, *, version: int | None = None
    ) -> ThreadView:
        """Give the thread back to the bot, which tells the customer so.

        Raises:
            OwnerChangedError: It has changed hands since `version`.
        """
        thread = await repository.lock(session, conversation_id)
        check_version(thread, version)
        await self._ownership.give_back(session, thread, actor, reason="handed_back")
        return await self._flushed(session, thread)

    async def note(self, session: AsyncSession, conversation_id: str, actor: Actor, text: str) -> MessageView:
        """Keep a remark on the thread that the customer does not see."""
        thread = await repository.lock(session, conversation_id)
        now = await repository.now(session)
        row = repository.message_row(
            thread,
            now,
            trace_id(),
            direction="note",
            author=f"agent:{actor.id}",
            kind="note",
            text=text.strip(),
            status="received",
        )
        session.add(row)
        await self._flushed(session, thread)
        return message_view(row)

    def _template_text(self, template: TemplateWords) -> str:
        """Show a template on the thread by its parameters' names; its registered wording is the provider's."""
        named = zip(self._channels.template_parameters(template.name), template.params, strict=False)
        return f"{template.name}: " + ", ".join(f"{name} {value}" for name, value in named)

    async def _mark_read(self, session: AsyncSession, thread: Conversation) -> None:
        inbound = [
            m
            for m in await repository.messages(session, thread.id, before=None, limit=20)
            if m.direction == "in" and m.kind != InboundKind.COMMENT
        ]
        refs = await repository.refs_of(session, [inbound[-1].id]) if inbound else []
        if not refs:
            return
        mark = OutboundMessage(Channel(thread.channel), thread.account, thread.peer, OutboundKind.READ, target=refs[0])
        await self._channels.send(session, mark, idem=f"read:{inbound[-1].id}", priority=8)

    async def _flushed(self, session: AsyncSession, thread: Conversation) -> ThreadView:
        await session.flush()
        ring(session, INBOX_BELL)
        return thread_view(thread)


def _reason(thread: ThreadView, waiting_s: float) -> str:
    """Say in a few words why a thread stands where it does in the list."""
    parts = [(thread.handoff_reason or "").replace("_", " ")]
    if thread.at_risk_minor:
        parts.append(f"{Money(thread.at_risk_minor, thread.currency).format()} at risk")
    if waiting_s:
        parts.append(f"waiting {round(waiting_s / 60)} min")
    return ", ".join(part for part in parts if part)
