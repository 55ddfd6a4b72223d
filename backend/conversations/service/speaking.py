"""Saying something in a thread: the window is checked, the message stored, its send queued, its fate recorded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.errors import Action, TemplateNeededError, WindowClosedError
from backend.channels.ports import Channel, OutboundKind, OutboundMessage, Permission
from backend.channels.service import ChannelsService
from backend.conversations import repository
from backend.conversations.composing import Words
from backend.conversations.models import Conversation, Message
from backend.conversations.policies import moves_on
from backend.conversations.texts import say
from backend.customers.service import CustomersService
from backend.platform import wakeups
from backend.platform.errors import UnprocessableError
from backend.platform.observability.trace import trace_id
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, Sent, Unknown

BOT: Final = "bot"
SYSTEM: Final = "system"
INBOX_BELL: Final = wakeups.unhurried("inbox-board")
UPDATE_TEMPLATE: Final = "Customer_Order_Update"
# Texts with a template of their own, and which of their values it takes; the others go inside the one for updates.
_OWN_TEMPLATES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "delayed": ("Customer_Delay", ("order_id", "minutes")),
}
REPLY_WAITING: Final = "Customer_Reply_Waiting"
REFERENCE: Final = "msg:"
MAX_PRIVATE_REPLY_BYTES: Final = 1000
# What answers the opt-out itself may still go out.
CONSENT_KEYS: Final = frozenset({"opted_out", "opted_in", "still_opted_out"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says it and why.

    Attributes:
        author: `bot`, `system` for our own sentences, `agent:<id>`.
        key: Of the text in `texts/`.
        message_id: Given where the same message must not be said twice.
        values: What the text was filled with, for a template that takes them one by one.
    """

    author: str
    turn_id: str | None = None
    order_id: str | None = None
    key: str | None = None
    message_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """A template with its parameters."""

    name: str
    params: tuple[str, ...]


def ring(session: AsyncSession, bell: str) -> None:
    """Ring a bell once the transaction has committed."""
    session.info.setdefault("bells", set()).add(bell)


class Speaker:
    """Says things; every message to a customer passes here."""

    def __init__(self, channels: ChannelsService, customers: CustomersService) -> None:
        self._channels = channels
        self._customers = customers

    async def sentence(
        self, session: AsyncSession, thread: Conversation, key: str, origin: Origin, **params: Any
    ) -> Message:
        """Say one of our own texts in the customer's language.

        Raises:
            TemplateNeededError: Too late for it, and no template fits.
            WindowClosedError: Nothing may be sent any more.
        """
        filled = replace(origin, values=params)
        return await self.say(session, thread, Words(say(thread.language, key, params)), filled)

    async def say(self, session: AsyncSession, thread: Conversation, words: Words, origin: Origin) -> Message:
        """Say something, as the channel's window allows; the thread must be locked.

        Raises:
            TemplateNeededError: Too late for free words, and no template fits.
            WindowClosedError: Nothing may be sent any more.
        """
        now = await repository.now(session)
        permission = self._channels.permission(thread.channel, thread.last_inbound_at, now)
        if permission is Permission.TEMPLATE_ONLY:
            return await self._say_by_template(session, thread, words, origin, now)
        is_typed, by_person = origin.author.startswith("agent:"), permission is Permission.PERSON_ONLY
        comment = await self.open_comment(session, thread) if is_typed and permission is not Permission.FREE else None
        if comment is None and (permission is Permission.NOTHING or (by_person and not is_typed)):
            raise WindowClosedError(conversation_id=thread.id)
        message = await self._store(session, thread, words, origin, now, _content(words))
        outbound = _outbound(thread, words, by_person=by_person and comment is None)
        outbound = outbound if comment is None else _to_commenter(outbound, comment)
        return await self._send(session, message, outbound, origin)

    async def open_comment(self, session: AsyncSession, thread: Conversation) -> str | None:
        """Return the public comment that a person may still answer privately, once; None where there is none."""
        since = self._channels.comments_open_since(thread.channel, await repository.now(session))
        return await repository.unanswered_comment(session, thread.id, since) if since is not None else None

    async def say_template(
        self, session: AsyncSession, thread: Conversation, template: TemplateWords, text: str, origin: Origin
    ) -> Message:
        """Say something by a template, at any time; `text` is what the thread shows.

        Raises:
            UnknownTemplateError: No such template, or the count of parameters is wrong.
        """
        now = await repository.now(session)
        content = {"template": template.name, "params": list(template.params)}
        message = await self._store(session, thread, Words(text, OutboundKind.TEMPLATE), origin, now, content)
        outbound = OutboundMessage(
            channel=Channel(thread.channel),
            scope=thread.account,
            to=thread.peer,
            kind=OutboundKind.TEMPLATE,
            template=template.name,
            language=thread.language,
            params=template.params,
        )
        return await self._send(session, message, outbound, origin)

    async def _say_by_template(
        self, session: AsyncSession, thread: Conversation, words: Words, origin: Origin, now: datetime
    ) -> Message:
        """Put a notice about an order into the template for such; other words need a person's choice of template."""
        own, takes = _OWN_TEMPLATES.get(origin.key or "", (UPDATE_TEMPLATE, ()))
        name = await self._channels.usable_template(session, own, thread.language, thread.account)
        if name is None or origin.order_id is None or origin.author.startswith("agent:"):
            raise TemplateNeededError(conversation_id=thread.id, since=str(thread.last_inbound_at or now))
        params: tuple[str, ...] = (origin.order_id, words.text)
        if takes and name == own:
            params = tuple(str(origin.values[value]) for value in takes)
        template = TemplateWords(name, params)
        return await self.say_template(session, thread, template, words.text, origin)

    async def _store(
        self,
        session: AsyncSession,
        thread: Conversation,
        words: Words,
        origin: Origin,
        now: datetime,
        content: dict[str, Any],
    ) -> Message:
        given = {"id": origin.message_id} if origin.message_id else {}
        message = repository.message_row(
            thread,
            now,
            trace_id(),
            direction="out",
            author=origin.author,
            kind=str(words.kind),
            text=words.text,
            content=content,
            status="queued",
            turn_id=origin.turn_id,
            order_id=origin.order_id,
            message_key=origin.key,
            **given,
        )
        session.add(message)
        await session.flush()
        repository.remember_written(session, message, thread)
        thread.last_message_at = now
        return message

    async def _send(
        self, session: AsyncSession, message: Message, outbound: OutboundMessage, origin: Origin
    ) -> Message:
        await self._channels.send(session, outbound, idem=f"{REFERENCE}{message.id}", order_id=origin.order_id)
        ring(session, INBOX_BELL)
        return message

    async def objection(self, session: AsyncSession, send: ClaimedSend) -> str | None:
        """Hold back what an opt-out or a takeover has made wrong since it was queued."""
        if not send.idem.startswith(REFERENCE):
            return None
        found = await repository.standing_of(session, message_id_of(send.idem))
        if found is None or found.message_key in CONSENT_KEYS:
            return None
        if await self._customers.opted_out(session, found.customer_id):
            return "opted_out"
        taken = found.owner_kind == "agent" and found.owner_since > found.created_at
        return "superseded" if taken and found.author == BOT else None

    async def settled(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Record on the message what became of its send."""
        message = await self.message_of(session, send.idem, lock=True)
        if message is None:
            return
        message.possible_duplicate = message.possible_duplicate or send.possible_duplicate
        match outcome:
            case Sent(provider_ref=provider_ref):
                await repository.add_ref(session, message, provider_ref)
                advance(message, "sent")
            case Unknown():
                advance(message, "unknown")
            case Refused(code=code, action=action):
                await self.failed(session, message, code, action)
            case _:
                await self.failed(session, message, "channels.unavailable", str(Action.OTHER_CHANNEL))
        ring(session, INBOX_BELL)

    async def failed(self, session: AsyncSession, message: Message, code: str, action: str) -> None:
        """Record that a message did not arrive; a notice that came too late is said again by its template.

        Whoever looks after the thread sees that something is to be read there, unless it was held back on purpose.
        """
        if not advance(message, "failed"):
            return
        message.error_code, message.error_action = code, action
        if action != Action.GIVE_UP:
            await repository.add_unread(session, message.conversation_id)
        if action == Action.STOP_MARKETING:
            customer_id = (await repository.get(session, message.conversation_id)).customer_id
            await self._customers.set_marketing(session, customer_id, wanted=False, source=code)
        if action != Action.USE_TEMPLATE or message.order_id is None or message.kind == OutboundKind.TEMPLATE:
            return
        thread = await repository.lock(session, message.conversation_id)
        name = await self._channels.usable_template(session, UPDATE_TEMPLATE, thread.language, thread.account)
        if name is not None and thread.channel == Channel.WHATSAPP:
            template = TemplateWords(name, (message.order_id, message.text))
            origin = Origin(message.author, message.turn_id, message.order_id, message.message_key)
            await self.say_template(session, thread, template, message.text, origin)

    async def message_of(self, session: AsyncSession, reference: str, *, lock: bool = False) -> Message | None:
        """Return the message that a send's reference names; None where it is another domain's."""
        if not reference.startswith(REFERENCE):
            return None
        return await repository.message(session, message_id_of(reference), lock=lock)


def message_id_of(reference: str) -> str:
    """Return the message that a send's reference names; parts of one message share it."""
    return reference.removeprefix(REFERENCE).partition("#")[0]


def advance(message: Message, status: str) -> bool:
    """Move a message's status forward; return whether it moved."""
    if not moves_on(message.status, status):
        return False
    message.status = status
    return True


def _content(words: Words) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if words.choices:
        content["choices"] = [{"id": choice.id, "title": choice.title} for choice in words.choices]
    if words.media:
        content["media"] = [asdict(words.media)]
    return content


def _to_commenter(outbound: OutboundMessage, comment: str) -> OutboundMessage:
    """Address a message by a comment; the channel takes a single one, so nothing may be left over."""
    if len(outbound.body.encode()) > MAX_PRIVATE_REPLY_BYTES:
        message = "A comment is answered with one message. Please write it shorter."
        raise UnprocessableError(message)
    return replace(outbound, comment=comment)


def _outbound(thread: Conversation, words: Words, *, by_person: bool) -> OutboundMessage:
    return OutboundMessage(
        channel=Channel(thread.channel),
        scope=thread.account,
        to=thread.peer,
        kind=words.kind,
        body=words.text,
        choices=words.choices,
        label=words.label,
        footer=words.footer,
        media=words.media,
        language=thread.language,
        by_person=by_person,
    )
