"""Free messages to vendors and riders on WhatsApp, in their language, while the window for them is open."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, Choice, MediaRef, OutboundKind, OutboundMessage, Permission
from backend.channels.service import ChannelsService
from backend.channels.templates import registered_language
from backend.comms.partner_words import BUTTONS, PHRASES, words
from backend.comms.ports import Contact
from backend.comms.service.journal import CommsJournal
from backend.comms.service.next_steps import Prompt
from backend.platform.clock import Clock
from backend.platform.observability.logging import get_logger
from backend.vendors.service import VendorsService

log = get_logger(__name__)


def language_of(contact: Contact) -> str:
    """Return the language that a partner is written to in."""
    return registered_language(contact.language)


def button(action: str, order_id: str, contact: Contact) -> Choice:
    """Return the button of an action on an order; its id comes back when it is tapped."""
    return Choice(f"{action}:{order_id}", words(BUTTONS[action], language_of(contact)))


class PartnerSpeech:
    """Queues messages to partners and logs them; outside the window only templates may go, so these stay unsent."""

    def __init__(self, channels: ChannelsService, vendors: VendorsService, journal: CommsJournal, clock: Clock) -> None:
        self._channels = channels
        self._vendors = vendors
        self._journal = journal
        self._clock = clock

    async def prompt(
        self, session: AsyncSession, contact: Contact, merchant_id: str, prompt: Prompt, *, order_id: str, idem: str
    ) -> bool:
        """Tell a partner how an order stands, with buttons for what comes next; return whether it went out."""
        text = words(PHRASES[prompt.key], language_of(contact)).format(**prompt.params)
        choices = [button(action, order_id, contact) for action in prompt.actions]
        return await self.say(
            session, contact, merchant_id, text, topic=prompt.key, idem=idem, order_id=order_id, choices=choices
        )

    async def say(
        self,
        session: AsyncSession,
        contact: Contact,
        merchant_id: str,
        text: str,
        *,
        topic: str,
        idem: str,
        order_id: str | None = None,
        choices: Sequence[Choice] = (),
        media: MediaRef | None = None,
    ) -> bool:
        """Queue a text, with buttons where there are choices, or a file; return whether it may go out.

        `topic` names it.
        """
        merchant = await self._vendors.merchant(session, merchant_id)
        account = merchant.wa_phone_number_id or ""
        last = await self._journal.last_heard(session, contact.actor, account)
        if self._channels.permission(Channel.WHATSAPP, last, self._clock.now()) is not Permission.FREE:
            log.info("partner.window_closed", actor=contact.actor, order_id=order_id, topic=topic)
            return False
        message = OutboundMessage(
            channel=Channel.WHATSAPP,
            scope=account,
            to=contact.phone.lstrip("+"),
            kind=OutboundKind.MEDIA if media else OutboundKind.BUTTONS if choices else OutboundKind.TEXT,
            body=text,
            choices=tuple(choices),
            media=media,
        )
        await self._journal.outbound(session, contact, order_id=order_id, channel="whatsapp", template=topic, idem=idem)
        await self._channels.send(session, message, idem=idem, order_id=order_id, priority=2)
        return True
