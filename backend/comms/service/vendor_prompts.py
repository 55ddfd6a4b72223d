"""What vendors are told as their order moves on, whichever door it was moved by."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ports import Contact
from backend.comms.service.next_steps import Prompt, vendor_step
from backend.comms.service.partner_speech import PartnerSpeech
from backend.orders.service import OrdersService
from backend.platform.events import StoredEvent
from backend.vendors.ports import VendorView
from backend.vendors.service import VendorsService


def vendor_contact(vendor: VendorView) -> Contact:
    """Return how to reach an outlet."""
    return Contact(
        f"vendor:{vendor.id}", vendor.name, vendor.phone, vendor.language, vendor.city, vendor.tier, vendor.active
    )


class VendorPrompts:
    """Follows orders that vendors prepare."""

    def __init__(self, orders: OrdersService, vendors: VendorsService, speech: PartnerSpeech) -> None:
        self._orders = orders
        self._vendors = vendors
        self._speech = speech

    async def on_state_changed(self, session: AsyncSession, event: StoredEvent) -> None:
        """Offer the next button once accepted; stop an outlet whose order was called off by others."""
        prompt = await self._prompt(session, event)
        if prompt is None:
            return
        order = await self._orders.get(session, event.payload["order_id"])
        contact = vendor_contact(await self._vendors.get(session, order.vendor_id))
        await self._speech.prompt(
            session, contact, order.merchant_id, prompt, order_id=order.id, idem=f"vendor:{event.event_id}"
        )

    async def _prompt(self, session: AsyncSession, event: StoredEvent) -> Prompt | None:
        target, before = event.payload["to"], event.payload["from"]
        if target == "processing" and before == "confirmed":
            order = await self._orders.get(session, event.payload["order_id"])
            return vendor_step(order) if order.state == "processing" else None
        by_others = not event.payload["by"].startswith("vendor:")
        if target == "cancelled" and before in {"confirmed", "processing", "handover"} and by_others:
            return Prompt("vendor_called_off", {"order": event.payload["order_id"]})
        return None
