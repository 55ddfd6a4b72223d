"""What a customer or the desk asks of vendor and rider while an order is under way."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.cards import CardsService
from backend.comms.service.heard_notes import HeardNotes
from backend.comms.service.next_steps import Prompt
from backend.comms.service.partner_speech import PartnerSpeech
from backend.comms.service.vendor_prompts import vendor_contact
from backend.orders.events import OrderState
from backend.orders.ports import NoteView, OrderView
from backend.orders.service import OrdersService
from backend.platform.events import StoredEvent
from backend.vendors.service import VendorsService

_AT_THE_VENDORS: Final = frozenset({OrderState.CONFIRMED, OrderState.PROCESSING})
_OVER: Final = frozenset({OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED})


class Instructions:
    """Passes instructions on to whoever has the order now; a person does where they can't be written to."""

    def __init__(
        self,
        orders: OrdersService,
        vendors: VendorsService,
        desk: RiderDesk,
        speech: PartnerSpeech,
        cards: CardsService,
        heard: HeardNotes,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._desk = desk
        self._speech = speech
        self._cards = cards
        self._heard = heard

    async def on_note(self, session: AsyncSession, event: StoredEvent) -> None:
        """Tell an instruction; other remarks are the desk's own."""
        if event.payload["kind"] != "instruction":
            return
        order = await self._orders.get(session, event.payload["order_id"])
        notes = await self._orders.notes(session, order.id)
        note = next(note for note in notes if note.id == event.payload["note_id"])
        holders = await self._holders(session, order)
        told = [await self._tell(session, order, one, note) for one in holders]
        if holders and not any(told):
            await self._ask_a_person(session, order, note.text)

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Tell an outlet that has just accepted what was asked while nobody had the order, or while it was silent."""
        if (event.payload["from"], event.payload["to"]) != (OrderState.CONFIRMED, OrderState.PROCESSING):
            return
        order_id = event.payload["order_id"]
        notes = [note for note in await self._orders.notes(session, order_id) if note.kind == "instruction"]
        if not notes:
            return
        order = await self._orders.get(session, order_id)
        outlet = vendor_contact(await self._vendors.get(session, order.vendor_id))
        known = await repository.logged(session, [_name(note, outlet) for note in notes])
        untold = [
            note
            for note in notes
            if _name(note, outlet) not in known and not await self._tell(session, order, outlet, note)
        ]
        if untold:
            await self._ask_a_person(session, order, "; ".join(note.text for note in untold))

    async def _holders(self, session: AsyncSession, order: OrderView) -> list[Contact]:
        """Return who has the order: its outlet until it is packed, and its rider until it is delivered."""
        found = []
        if order.state in _AT_THE_VENDORS:
            found.append(vendor_contact(await self._vendors.get(session, order.vendor_id)))
        if order.rider_id is not None and order.state not in _OVER:
            found.append(await self._desk.contact(session, order.rider_id))
        return found

    async def _tell(self, session: AsyncSession, order: OrderView, one: Contact, note: NoteView) -> bool:
        """Say it, and hand on the voice note or picture that it names; return whether it went out."""
        idem = _name(note, one)
        prompt = Prompt("instruction", {"order": order.id, "asked": note.text})
        told = await self._speech.prompt(session, one, order.merchant_id, prompt, order_id=order.id, idem=idem)
        if told:
            await self._heard.hand_on(session, order, one, (note,), idem)
        return told

    async def _ask_a_person(self, session: AsyncSession, order: OrderView, asked: str) -> None:
        await self._cards.open(
            session,
            "instruction_untold",
            order.id,
            order_id=order.id,
            city=order.city,
            merchant_id=order.merchant_id,
            detail={"note": asked},
        )


def _name(note: NoteView, one: Contact) -> str:
    """Name the message by which somebody is told of a remark."""
    return f"note:{note.id}:{one.actor}"
