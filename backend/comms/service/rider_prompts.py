"""What riders are told as their order moves on: the next button, the way, the money at the door."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import RiderDesk
from backend.comms.service.heard_notes import HeardNotes
from backend.comms.service.messages import map_link
from backend.comms.service.next_steps import Prompt, drop_words, due_words, rider_step, upi_button
from backend.comms.service.partner_speech import PartnerSpeech
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.events import StoredEvent
from backend.platform.money import Money
from backend.vendors.service import VendorsService

ON_THE_WAY: Final = "out_for_delivery"


class RiderPrompts:
    """Follows riders' orders and payments at the door; each event is one message, whoever caused it."""

    def __init__(
        self,
        orders: OrdersService,
        vendors: VendorsService,
        desk: RiderDesk,
        speech: PartnerSpeech,
        heard: HeardNotes,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._desk = desk
        self._speech = speech
        self._heard = heard

    async def on_accepted(self, session: AsyncSession, event: StoredEvent) -> None:
        """Say where to pick up, and hand on what is to be heard or seen first."""
        await self._tell_step(session, event, "accepted")
        notes = [note for note in await self._orders.notes(session, event.payload["order_id"]) if note.file]
        if not notes:
            return
        order = await self._orders.get(session, event.payload["order_id"])
        contact = await self._desk.contact(session, event.payload["rider_id"])
        await self._heard.hand_on(session, order, contact, notes, f"rider:{event.event_id}")

    async def on_picked_up(self, session: AsyncSession, event: StoredEvent) -> None:
        """Say where to deliver, and what to collect."""
        await self._tell_step(session, event, "picked_up")

    async def _tell_step(self, session: AsyncSession, event: StoredEvent, state: str) -> None:
        order = await self._orders.get(session, event.payload["order_id"])
        vendor = await self._vendors.get(session, order.vendor_id)
        pickup = ", ".join(part for part in (vendor.name, vendor.address_text) if part)
        heed = await self._orders.instructions(session, order.id)
        await self._tell(session, event, order, event.payload["rider_id"], rider_step(order, state, pickup, heed))

    async def on_payment_requested(self, session: AsyncSession, event: StoredEvent) -> None:
        """Give the rider the code that the customer pays by."""
        if not event.payload["at_the_door"] or not event.payload["url"]:
            return
        order = await self._orders.get(session, event.payload["order_id"])
        amount = Money(event.payload["amount_minor"], event.payload["currency"]).format()
        params = {"order": order.id, "amount": amount, "url": event.payload["url"]}
        await self._tell(session, event, order, order.rider_id, Prompt("rider_upi_code", params, ("rider_cash",)))

    async def on_payment_received(self, session: AsyncSession, event: StoredEvent) -> None:
        """Say that the money of an order on its way is in; cash the rider knows of."""
        if event.payload["due_minor"] or event.payload["provider"] == "cash":
            return
        order = await self._orders.get(session, event.payload["order_id"])
        if order.state == ON_THE_WAY:
            amount = Money(event.payload["amount_minor"], event.payload["currency"]).format()
            prompt = Prompt("rider_paid", {"order": order.id, "amount": amount})
            await self._tell(session, event, order, order.rider_id, prompt)

    async def on_payment_failed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Say that the code at the door came to nothing, so that cash is due again."""
        if not event.payload["at_the_door"]:
            return
        order = await self._orders.get(session, event.payload["order_id"])
        if order.state == ON_THE_WAY and order.due_minor:
            params = {"order": order.id, "due": due_words(order)}
            await self._tell(
                session, event, order, order.rider_id, Prompt("rider_upi_failed", params, upi_button(order))
            )

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Stop the rider of an order that was called off."""
        if event.payload["to"] != "cancelled":
            return
        order = await self._orders.get(session, event.payload["order_id"])
        await self._tell(session, event, order, order.rider_id, Prompt("rider_called_off", {"order": order.id}))

    async def on_off_route(self, session: AsyncSession, event: StoredEvent) -> None:
        """Give a rider who has left their way the map again."""
        order = await self._orders.get(session, event.payload["order_id"])
        params = {"order": order.id, "drop": drop_words(order), "map": map_link(order)}
        await self._tell(
            session, event, order, event.payload["rider_id"], Prompt("rider_off_route", params, ("rider_on_way",))
        )

    async def _tell(
        self, session: AsyncSession, event: StoredEvent, order: OrderView, rider_id: str | None, prompt: Prompt
    ) -> None:
        if rider_id is None:
            return
        contact = await self._desk.contact(session, rider_id)
        await self._speech.prompt(
            session, contact, order.merchant_id, prompt, order_id=order.id, idem=f"rider:{event.event_id}"
        )
