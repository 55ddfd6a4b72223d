"""From a provider's event to a message of a thread, and what it asks for."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import (
    AccountNotice,
    Channel,
    ConsentNotice,
    DeliveryReceipt,
    InboundItem,
    InboundKind,
    InboundMessage,
    TemplateNotice,
)
from backend.channels.service import ChannelsService
from backend.conversations import peers, repository
from backend.conversations.errors import UnknownAccountError, UnreadableEventError
from backend.conversations.events import ChannelNoticed
from backend.conversations.models import Conversation, Message
from backend.conversations.policies import RULES, KindRule, neutral_text, opens_window, turn_due
from backend.conversations.ports import OwnerKind, PartnerInbox
from backend.conversations.service.afterthoughts import Afterthoughts
from backend.conversations.service.consent import Consent
from backend.conversations.service.echoes import Echoes
from backend.conversations.service.files import Files
from backend.conversations.service.ownership import Ownership
from backend.conversations.service.receipts import Receipts
from backend.conversations.service.speaking import INBOX_BELL, SYSTEM, Origin, Speaker, ring
from backend.conversations.service.threads import Threads
from backend.conversations.settings import ConversationsSettings
from backend.conversations.turn_text import words_of
from backend.customers.service import CustomersService
from backend.platform.actors import SYSTEM as SYSTEM_ACTOR
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import publish
from backend.platform.inbox import StoredProviderEvent
from backend.platform.observability.trace import trace_id
from backend.vendors.ports import MerchantView
from backend.vendors.service import VendorsService

type TurnStarter = Callable[[AsyncSession, Conversation, Message], Awaitable[None]]
type Special = Callable[[AsyncSession, Conversation, InboundMessage, datetime], Awaitable[bool]]

TURN_BELL: Final = "turns"
_OTHER_APP: Final = Actor(ActorKind.AGENT, "instagram-inbox")
_SOONEST: Final = timedelta(days=365)
_MOST_BEHIND: Final = timedelta(milliseconds=200)


class Receiver:
    """Takes what providers reported."""

    def __init__(
        self,
        settings: ConversationsSettings,
        channels: ChannelsService,
        vendors: VendorsService,
        customers: CustomersService,
        threads: Threads,
        speaker: Speaker,
        ownership: Ownership,
        receipts: Receipts,
        partners: PartnerInbox,
        files: Files,
    ) -> None:
        self._settings = settings
        self._channels = channels
        self._vendors = vendors
        self._customers = customers
        self._threads = threads
        self._speaker = speaker
        self._ownership = ownership
        self._receipts = receipts
        self._partners = partners
        self._files = files
        self._echoes = Echoes(channels, ownership)
        self._consent = Consent(settings, customers, speaker)
        self._afterthoughts = Afterthoughts()
        self._special: dict[InboundKind, Special] = {
            InboundKind.ECHO: self._echoes.take,
            InboundKind.EDIT: self._afterthoughts.edit,
            InboundKind.REVOKE: self._afterthoughts.revoke,
            InboundKind.ROUTING: self._routing,
            InboundKind.SYSTEM: self._system,
        }

    async def take(
        self, session: AsyncSession, event: StoredProviderEvent, *, begin: TurnStarter | None = None
    ) -> None:
        """Work off one stored event; safe to run twice.

        Args:
            session: The transaction.
            event: What a provider told.
            begin: Given a message whose turn is due at once; without it whoever runs turns finds it.

        Raises:
            UnreadableEventError: Nobody can make sense of it; it is kept for a person.
            UnknownAccountError: It is for an account of no merchant.
        """
        try:
            items = self._channels.read(event)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableEventError(kind=event.kind, row=event.id) from error
        for item in items:
            await self._take_item(session, item, event, begin)

    async def _take_item(
        self, session: AsyncSession, item: InboundItem, event: StoredProviderEvent, begin: TurnStarter | None
    ) -> None:
        if isinstance(item, InboundMessage | DeliveryReceipt):
            await self._channels.record_business(session, item)
        match item:
            case InboundMessage():
                await self._message(session, item, event, begin)
            case DeliveryReceipt():
                await self._receipts.take(session, item)
            case TemplateNotice():
                await self._channels.record_template(session, item)
                await self._notice(
                    session, item.channel, item.account, "template", {"name": item.name, "status": item.status}
                )
            case ConsentNotice():
                await self._consent_of(session, item)
            case AccountNotice(kind="unreadable"):
                raise UnreadableEventError(kind=event.kind, row=event.id)
            case AccountNotice():
                await self._notice(session, item.channel, item.account, item.kind, dict(item.detail))

    async def _consent_of(self, session: AsyncSession, item: ConsentNotice) -> None:
        """Keep what a person has set in the channel's own settings, also where they have not written yet."""
        merchant, sender = await self._merchant(session, item), item.sender
        customer = await self._customers.identify(
            session, merchant.id, str(item.channel), sender.address, phone=sender.phone
        )
        await self._customers.set_marketing(session, customer.id, wanted=item.wanted, source=str(item.channel))
        await self._notice(session, item.channel, item.account, "marketing_consent", {"wanted": item.wanted})

    async def _notice(
        self, session: AsyncSession, channel: Channel, account: str, kind: str, detail: dict[str, Any]
    ) -> None:
        await publish(session, ChannelNoticed(str(channel), account, kind, detail), actor=SYSTEM_ACTOR, city=None)

    async def _message(
        self, session: AsyncSession, item: InboundMessage, event: StoredProviderEvent, begin: TurnStarter | None
    ) -> None:
        merchant = await self._merchant(session, item)
        if item.kind is InboundKind.READ:
            await self._receipts.read_up_to(session, item)
            return
        if item.kind is not InboundKind.ECHO and await self._partners.take(session, merchant.id, item):
            return
        locked = await self._threads.locked(session, merchant, item)
        if locked.knows:
            return
        thread = locked.thread
        now = await repository.now(session)
        special = self._special.get(item.kind)
        if special is None or not await special(session, thread, item, now):
            message = await self._route_new(session, thread, item, _written_at(item, event, now), _came_at(event, now))
            if begin is not None and message.awaits_turn and _is_due(thread, now):
                await begin(session, thread, message)  # Before it is written: a row less to change afterwards.
            await session.flush()
            await self._files.ask_for(session, message, item.media)
            if item.id:
                await repository.add_ref(session, message, item.id)
        ring(session, INBOX_BELL)

    async def _merchant(self, session: AsyncSession, item: InboundMessage | ConsentNotice) -> MerchantView:
        if item.channel is Channel.WHATSAPP:
            merchant = await self._vendors.merchant_by_whatsapp(session, item.account)
        else:
            merchant = await self._vendors.merchant_by_instagram(session, item.account)
        if merchant is None:
            raise UnknownAccountError(channel=str(item.channel), account=item.account)
        return merchant

    async def _route_new(
        self, session: AsyncSession, thread: Conversation, item: InboundMessage, written_at: datetime, came_at: datetime
    ) -> Message:
        """Add a new message to the session and see to what it asks for."""
        tapped = await self._afterthoughts.answer_by_reaction(session, thread, item)
        item = tapped or item
        message = repository.message_row(
            thread,
            written_at,
            trace_id(),
            direction="in",
            author="customer",
            kind=str(item.kind),
            text=words_of(item),
            content=content_of(item),
            status="received",
        )
        thread.last_message_at = came_at
        if opens_window(item.kind):
            thread.last_inbound_at = max(written_at, thread.last_inbound_at or written_at)
        session.add(message)
        if item.kind is not InboundKind.REACTION and not item.passive:
            await self._answer_or_route(session, thread, item, message, came_at)
        return message

    async def _answer_or_route(
        self, session: AsyncSession, thread: Conversation, item: InboundMessage, message: Message, came_at: datetime
    ) -> None:
        await self._keep_number(session, thread, item)
        rule = RULES[item.kind]
        # A comment is no message to us, so nothing about messages is answered.
        asks = rule.is_heard and item.kind is not InboundKind.COMMENT
        if asks and await self._consent.answered(session, thread, item.text, came_at):
            return
        await self._route(session, thread, message, rule, came_at)

    async def _keep_number(self, session: AsyncSession, thread: Conversation, item: InboundMessage) -> None:
        """Keep a number that the customer shared as their own; the channel vouches for one that we asked for."""
        own = next((contact for contact in item.contacts if contact.requested and contact.phones), None)
        if own is not None:
            await self._customers.set_phone(session, thread.customer_id, own.phones[0], verified=True)

    async def _route(
        self, session: AsyncSession, thread: Conversation, message: Message, rule: KindRule, came_at: datetime
    ) -> None:
        if thread.owner_kind != OwnerKind.BOT:
            thread.unread += 1
        elif rule.to_bot:
            await self._wait_for_turn(session, thread, message, rule, came_at)
        elif rule.hand_over:
            thread.unread += 1
            sentence = rule.say or None
            await self._ownership.hand_over(session, thread, rule.hand_over, sentence=sentence)
        elif rule.say:
            await self._speaker.sentence(session, thread, rule.say, Origin(SYSTEM, key=rule.say))

    async def _wait_for_turn(
        self, session: AsyncSession, thread: Conversation, message: Message, rule: KindRule, came_at: datetime
    ) -> None:
        """Let the bot answer after a short silence; while a turn runs, the next one takes the message."""
        message.awaits_turn = True
        thread.burst_started_at = thread.burst_started_at or await repository.now(session)
        thread.turn_due_at = turn_due(
            came_at,
            thread.burst_started_at,
            silence_s=self._settings.burst_silence_s,
            cap_s=self._settings.burst_cap_s,
            at_once=rule.at_once,
        )
        ring(session, TURN_BELL)

    async def _routing(
        self,
        session: AsyncSession,
        thread: Conversation,
        item: InboundMessage,
        now: datetime,  # noqa: ARG002
    ) -> bool:
        """Follow Instagram's own routing: another inbox took the thread, or gave it to us."""
        control = item.detail.get("control")
        if control == "take_thread_control":
            await self._ownership.take(session, thread, _OTHER_APP, reason="taken_by_other_inbox")
        elif control == "pass_thread_control" and thread.owner_id == _OTHER_APP.id:
            await self._ownership.give_back(session, thread, _OTHER_APP, reason="passed_by_other_inbox")
        return True

    async def _system(
        self,
        session: AsyncSession,
        thread: Conversation,
        item: InboundMessage,
        now: datetime,  # noqa: ARG002
    ) -> bool:
        """Keep finding a person whose number or user id has changed."""
        change = item.detail.get("system", {})
        ids = [str(change[name]) for name in ("wa_id", "user_id") if change.get(name)]
        await peers.add_peers(session, thread.id, thread.channel, thread.account, ids)
        if change.get("wa_id"):
            thread.peer = str(change["wa_id"])
        elif change.get("user_id") and not thread.peer.isdigit():  # The number is hidden: the old id leads nowhere.
            thread.peer = str(change["user_id"])
        return False


def _is_due(thread: Conversation, now: datetime) -> bool:
    return thread.turn_due_at is not None and thread.turn_due_at <= now


def _came_at(event: StoredProviderEvent, now: datetime) -> datetime:
    """Return from when a customer's silence counts; where we lag behind, what waits here is still one burst."""
    return max(event.received_at, now - _MOST_BEHIND)


def _written_at(item: InboundMessage, event: StoredProviderEvent, now: datetime) -> datetime:
    """Return when the customer wrote, by the provider; by us where it says nothing sensible."""
    return item.at if now - _SOONEST < item.at <= now else event.received_at


def content_of(item: InboundMessage) -> dict[str, Any]:
    """Return what is stored beside a message's words; empty parts are left out."""
    parts: dict[str, Any] = {
        "payload": item.payload,
        "reply_to": item.reply_to,
        "target": item.target,
        "emoji": item.emoji,
        "place": asdict(item.place) if item.place else None,
        "contacts": [asdict(contact) for contact in item.contacts],
        "media": [asdict(media) for media in item.media],
        "cart": [asdict(line) for line in item.cart],
        "note": neutral_text(item.text) if item.cart and item.text else "",
        "passive": item.passive,
        "detail": dict(item.detail),
        "raw": dict(item.raw),
    }
    return {name: value for name, value in parts.items() if value}
