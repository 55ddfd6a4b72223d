"""Messages of vendors and riders: who wrote, what they ask for, what becomes of it, and the answer they get."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.ports import Channel, Choice, DeliveryReceipt, DeliveryStatus, InboundMessage
from backend.comms.partner_phones import is_partner
from backend.comms.partner_refusals import refusal_words
from backend.comms.partner_words import APPLIED, BUTTONS, DUPLICATE, PHRASES, words
from backend.comms.ports import Contact, DeskResult
from backend.comms.service.actions import PartnerActions
from backend.comms.service.journal import CommsJournal
from backend.comms.service.next_steps import rider_step, vendor_step
from backend.comms.service.partner_requests import FITS, Wish, tapped, typed
from backend.comms.service.partner_speech import PartnerSpeech, language_of
from backend.comms.service.rider_pictures import Photo, RiderPictures, picture_of
from backend.comms.service.undelivered import Undelivered
from backend.comms.service.vendor_prompts import vendor_contact
from backend.dispatch.service import DispatchService, RidersService, RouteWatch
from backend.geo.ports import Point
from backend.orders.events import OrderState
from backend.orders.ports import OrderFilter
from backend.orders.service import OrdersService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.errors import NotFoundError
from backend.vendors.service import VendorsService

_RIDERS_ACTIONS: Final = ("rider_", "address_")
_OPEN: Final = (OrderState.CONFIRMED, OrderState.PROCESSING)
_MOST_CHOICES: Final = 3


@dataclass(frozen=True, slots=True)
class Partner:
    """Who wrote, in which role, to which merchant's account."""

    role: ActorKind
    id: str
    contact: Contact
    merchant_id: str
    message_id: str


class PartnerDesk:
    """Acts on messages of vendors and riders; who is neither is a customer of the conversations."""

    def __init__(
        self,
        vendors: VendorsService,
        riders: RidersService,
        desk: DispatchService,
        orders: OrdersService,
        actions: PartnerActions,
        speech: PartnerSpeech,
        journal: CommsJournal,
        undelivered: Undelivered,
        pictures: RiderPictures,
        watch: RouteWatch,
    ) -> None:
        self._vendors = vendors
        self._riders = riders
        self._desk = desk
        self._orders = orders
        self._actions = actions
        self._speech = speech
        self._journal = journal
        self._undelivered = undelivered
        self._pictures = pictures
        self._watch = watch

    async def take(self, session: AsyncSession, merchant_id: str, message: InboundMessage) -> bool:
        """Act on a message whose sender is a vendor or rider of this merchant; return whether they are."""
        partner = await self._partner(session, merchant_id, message)
        if partner is None:
            return False
        await self._journal.heard(session, partner.contact.actor, message.account, str(message.kind))
        if message.place is not None and partner.role is ActorKind.RIDER:
            await self._watch.report(session, partner.id, Point(message.place.lat, message.place.lng))
        elif message.text or message.payload or message.media:
            await self._answer(session, partner, message)
        return True

    async def receipt(self, session: AsyncSession, receipt: DeliveryReceipt) -> None:
        """Record how far a message to a partner has come; a ladder's that failed is not waited for."""
        await self._journal.receipt(session, receipt)
        if receipt.status is DeliveryStatus.FAILED:
            await self._undelivered.go_on(session, receipt.reference)

    async def _partner(self, session: AsyncSession, merchant_id: str, message: InboundMessage) -> Partner | None:
        """Find out who wrote; one who is both vendor and rider is told apart by the button."""
        if message.channel is not Channel.WHATSAPP or message.sender.phone is None:
            return None
        if not await is_partner(session, str(message.sender.phone)):
            return None
        vendor = await self._as_vendor(session, merchant_id, message)
        rider = await self._as_rider(session, merchant_id, message)
        return (rider or vendor) if message.payload.startswith(_RIDERS_ACTIONS) else (vendor or rider)

    async def _as_vendor(self, session: AsyncSession, merchant_id: str, message: InboundMessage) -> Partner | None:
        vendor = await self._vendors.by_phone(session, str(message.sender.phone))
        if vendor is None or vendor.merchant_id != merchant_id:
            return None
        return Partner(ActorKind.VENDOR, vendor.id, vendor_contact(vendor), merchant_id, message.id)

    async def _as_rider(self, session: AsyncSession, merchant_id: str, message: InboundMessage) -> Partner | None:
        rider = await self._riders.by_phone(session, str(message.sender.phone))
        if rider is None or rider.merchant_id not in {None, merchant_id}:
            return None
        contact = await self._riders.contact(session, rider.id)
        return Partner(ActorKind.RIDER, rider.id, contact, merchant_id, message.id)

    async def _answer(self, session: AsyncSession, partner: Partner, message: InboundMessage) -> None:
        wish, picture = tapped(message.payload) or typed(message.text, partner.role), picture_of(message)
        if wish is None and picture is not None and partner.role is ActorKind.RIDER:
            if not await self._pictures.take(session, _photo(partner, message, picture.id)):
                await self._say_what_is_open(session, partner)
        elif wish is None:
            await self._say_what_is_open(session, partner)
        elif wish.action == "vendor_return" and partner.role is ActorKind.VENDOR:
            await self._return(session, partner)
        elif wish.action == "rider_photo":
            await self._pictures.fetch(session, _photo(partner, message, wish.argument), wish.order_id)
        elif wish.order_id:
            await self._apply(session, partner, wish)
        else:
            await self._apply_to_open_one(session, partner, wish)

    async def _return(self, session: AsyncSession, partner: Partner) -> None:
        """Let an outlet that was taken off take orders again."""
        await self._vendors.activate(session, partner.id, actor=Actor(partner.role, partner.id))
        await self._reply(session, partner, words(PHRASES["vendor_back"], language_of(partner.contact)), "vendor_back")

    async def _apply_to_open_one(self, session: AsyncSession, partner: Partner, wish: Wish) -> None:
        """Apply typed words to the one order that they fit; ask where there are several."""
        fitting = await self._fitting(session, partner, wish)
        if not fitting:
            await self._say_what_is_open(session, partner)
        elif len(fitting) == 1:
            await self._apply(session, partner, replace(wish, order_id=fitting[0]))
        else:
            await self._ask_which(session, partner, wish, fitting)

    async def _fitting(self, session: AsyncSession, partner: Partner, wish: Wish) -> list[str]:
        states = FITS[wish.action]
        if partner.role is ActorKind.VENDOR:
            return [order_id for order_id, state in await self._open_of_vendor(session, partner) if state in states]
        if wish.action == "rider_delivered":
            found = await self._desk.order_for_code(session, partner.id, wish.argument)
            return [found] if found else []
        carried = await self._desk.current(session, partner.id)
        return [row.order_id for row in carried if row.state in states]

    async def _open_of_vendor(self, session: AsyncSession, partner: Partner) -> list[tuple[str, str]]:
        """Return the vendor's open orders with their states, the oldest first."""
        wanted = OrderFilter(vendor_id=partner.id, states=_OPEN)
        orders, _ = await self._orders.list_orders(session, wanted)
        return [(order.id, str(order.state)) for order in reversed(orders)]

    async def _ask_which(self, session: AsyncSession, partner: Partner, wish: Wish, orders: Sequence[str]) -> None:
        middle = f":{wish.argument}" if wish.argument else ""
        choices = [Choice(f"{wish.action}{middle}:{order_id}", order_id) for order_id in orders[:_MOST_CHOICES]]
        text = words(PHRASES["which_order"], language_of(partner.contact))
        await self._reply(session, partner, text, "which_order", choices=choices)

    async def _apply(self, session: AsyncSession, partner: Partner, wish: Wish) -> None:
        try:
            result = await self._actions.apply(
                session,
                f"{partner.role}:{partner.id}",
                wish.action,
                wish.order_id,
                argument=wish.argument,
                source=Source.WHATSAPP,
                command_id=f"wa:{partner.message_id}",
                channel="whatsapp",
            )
        except NotFoundError as error:
            result = DeskResult("refused", error.code, error.code)
        text = _answer_words(result, wish, language_of(partner.contact))
        if text:
            order_id = None if result.code == "order.not_found" else wish.order_id
            await self._reply(session, partner, text, f"{wish.action}.{result.outcome}", order_id=order_id)

    async def _say_what_is_open(self, session: AsyncSession, partner: Partner) -> None:
        """Show the order that waits longest, with what can be done about it; say so where there is none."""
        is_vendor = partner.role is ActorKind.VENDOR
        if not await (self._show_vendors_order if is_vendor else self._show_riders_order)(session, partner):
            await self._say_nothing_waits(session, partner)

    async def _say_nothing_waits(self, session: AsyncSession, partner: Partner) -> None:
        """Say so; an outlet that was taken off reads why, and how it comes back."""
        language, off = language_of(partner.contact), not partner.contact.active
        topic = "vendor_off" if off else "nothing_waiting"
        button = Choice(f"vendor_return:{partner.id}", words(BUTTONS["vendor_return"], language))
        text = words(PHRASES[topic], language)
        await self._reply(session, partner, text, topic, choices=(button,) if off else ())

    async def _show_vendors_order(self, session: AsyncSession, partner: Partner) -> bool:
        waiting = sorted(await self._open_of_vendor(session, partner), key=lambda pair: pair[1] != "confirmed")
        if not waiting:
            return False
        order = await self._orders.get(session, waiting[0][0])
        await self._speech.prompt(
            session,
            partner.contact,
            partner.merchant_id,
            vendor_step(order),
            order_id=order.id,
            idem=f"wa-reply:{partner.message_id}",
        )
        return True

    async def _show_riders_order(self, session: AsyncSession, partner: Partner) -> bool:
        carried = await self._desk.current(session, partner.id)
        if not carried:
            return False
        order = await self._orders.get(session, carried[0].order_id)
        vendor = await self._vendors.get(session, order.vendor_id)
        await self._speech.prompt(
            session,
            partner.contact,
            partner.merchant_id,
            rider_step(order, carried[0].state, vendor.name, await self._orders.instructions(session, order.id)),
            order_id=order.id,
            idem=f"wa-reply:{partner.message_id}",
        )
        return True

    async def _reply(
        self,
        session: AsyncSession,
        partner: Partner,
        text: str,
        topic: str,
        *,
        order_id: str | None = None,
        choices: Sequence[Choice] = (),
    ) -> None:
        await self._speech.say(
            session,
            partner.contact,
            partner.merchant_id,
            text,
            topic=topic,
            idem=f"wa-reply:{partner.message_id}",
            order_id=order_id,
            choices=choices,
        )


def _photo(partner: Partner, message: InboundMessage, media_id: str) -> Photo:
    return Photo(partner.id, partner.contact, partner.merchant_id, message.account, message.id, media_id)


def _answer_words(result: DeskResult, wish: Wish, language: str) -> str:
    """Return what is answered; empty where the order's own next prompt says it all."""
    if result.outcome == "refused":
        return refusal_words(result.code, language).format(order=wish.order_id)
    if result.outcome == "duplicate":
        return words(DUPLICATE, language).format(order=wish.order_id)
    row = APPLIED.get(wish.action)
    return words(row, language).format(order=wish.order_id, minutes=wish.argument) if row else ""
