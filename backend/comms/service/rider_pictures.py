"""Photos that riders send on WhatsApp: fetched, checked and kept as proof, as an upload is; then a tap delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, Choice, InboundMessage, MediaRef
from backend.channels.service import ChannelsService
from backend.comms.partner_refusals import refusal_words
from backend.comms.partner_words import BUTTONS, PHRASES, words
from backend.comms.ports import Contact
from backend.comms.service.next_steps import due_words
from backend.comms.service.partner_speech import PartnerSpeech, language_of
from backend.dispatch.service import DispatchService, ProofsService
from backend.dispatch.service.proofs import new_proof_id
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.db.session import Database
from backend.platform.sends import ClaimedSend, Refused, SendOutcome, Sent, Unknown, enqueue

MEDIA_CHANNEL: Final = "whatsapp.media"
_IMAGE: Final = "image"
_MOST_CHOICES: Final = 3
NOT_FETCHED: Final = "proof.not_fetched"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo at the provider, and who sent it: `message_id` names the message, or the tap that said what it is of."""

    rider_id: str
    contact: Contact
    merchant_id: str
    account: str
    message_id: str
    media_id: str


def picture_of(message: InboundMessage) -> MediaRef | None:
    """Return the picture of a message; None where it has none."""
    return next((media for media in message.media if media.type == _IMAGE and media.id), None)


class RiderPictures:
    """Takes photos in. The provider is asked by a sender, with no transaction open."""

    def __init__(
        self,
        desk: DispatchService,
        proofs: ProofsService,
        orders: OrdersService,
        channels: ChannelsService,
        speech: PartnerSpeech,
    ) -> None:
        self._desk = desk
        self._proofs = proofs
        self._orders = orders
        self._channels = channels
        self._speech = speech

    async def take(self, session: AsyncSession, photo: Photo) -> bool:
        """Have a photo fetched for the order whose goods the rider has, or ask which; say whether they have any."""
        live = await self._desk.current(session, photo.rider_id)
        carried = [row.order_id for row in live if row.state == "picked_up"]
        if len(carried) == 1:
            await self.fetch(session, photo, carried[0])
        elif carried:
            await self._ask_which(session, photo, carried)
        return bool(carried)

    async def _ask_which(self, session: AsyncSession, photo: Photo, orders: Sequence[str]) -> None:
        await self._speech.say(
            session,
            photo.contact,
            photo.merchant_id,
            words(PHRASES["which_order"], language_of(photo.contact)),
            topic="which_order",
            idem=f"wa-reply:{photo.message_id}",
            choices=[Choice(f"rider_photo:{photo.media_id}:{one}", one) for one in orders[:_MOST_CHOICES]],
        )

    async def fetch(self, session: AsyncSession, photo: Photo, order_id: str) -> None:
        """Have a photo fetched as proof of this order's delivery."""
        wanted = {
            "rider_id": photo.rider_id,
            "order_id": order_id,
            "merchant_id": photo.merchant_id,
            "account": photo.account,
            "media_id": photo.media_id,
            "message_id": photo.message_id,
            "proof_id": new_proof_id(),
        }
        await enqueue(
            session,
            MEDIA_CHANNEL,
            wanted,
            idem=f"photo:{photo.message_id}",
            lane=photo.contact.actor,
            order_id=order_id,
            priority=3,
        )

    async def keep(self, database: Database, wanted: Mapping[str, str]) -> str:
        """Fetch a photo and keep it as proof; return the proof's id. Doing it twice keeps it once.

        Raises:
            ChannelRefusedError: The provider has it no more, or it is too large.
            DukaError: It is no proof of this order; the code says why.
        """
        media = MediaRef(type=_IMAGE, id=wanted["media_id"])
        found = await self._channels.fetch_media(Channel.WHATSAPP, wanted["account"], media)
        rider_id, proof_id = wanted["rider_id"], wanted["proof_id"]
        async with database.transaction() as session:
            begun = await self._proofs.begin_photo_once(
                session, rider_id, wanted["order_id"], length=len(found.content), proof_id=proof_id
            )
        rest = found.content[begun.received :]
        async with database.transaction() as session:
            await self._proofs.append(session, rider_id, proof_id, offset=begun.received, content=rest)
        return proof_id

    async def answer(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Tell the rider what became of their photo, with the button that delivers where it is proof enough."""
        if isinstance(outcome, Unknown):
            return
        wanted, order = send.payload, await self._orders.get(session, send.payload["order_id"])
        contact = await self._desk.contact(session, wanted["rider_id"])
        text, choices = _answer(order, contact, outcome)
        await self._speech.say(
            session,
            contact,
            wanted["merchant_id"],
            text,
            topic=f"rider_photo.{type(outcome).__name__.lower()}",
            idem=f"wa-reply:{wanted['message_id']}",
            order_id=order.id,
            choices=choices,
        )


def _answer(order: OrderView, contact: Contact, outcome: SendOutcome) -> tuple[str, Sequence[Choice]]:
    language = language_of(contact)
    if not isinstance(outcome, Sent):
        code = outcome.code if isinstance(outcome, Refused) else NOT_FETCHED
        return refusal_words(code, language).format(order=order.id), ()
    if order.due_minor > 0:
        return words(PHRASES["rider_photo_and_code"], language).format(order=order.id, due=due_words(order)), ()
    delivered = Choice(f"rider_proven:{outcome.provider_ref}:{order.id}", words(BUTTONS["rider_proven"], language))
    return words(PHRASES["rider_photo_kept"], language).format(order=order.id), (delivered,)
