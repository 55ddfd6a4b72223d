"""By which version of its ladder a silent payment is watched."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ladders import Rung, Step
from backend.comms.ports import Contact
from backend.comms.service.versions import LadderVersions
from backend.orders.ports import OrderView
from backend.payments.service.watches import Look, Watch
from backend.platform.timers import TimerKind
from backend.vendors.ports import VendorView
from backend.vendors.service import VendorsService


def payer_contact(order: OrderView, vendor: VendorView) -> Contact:
    """Return whose payment a ladder asks about; it neither calls nor writes to them, so there is no number."""
    return Contact(f"customer:{order.user_id}", "", "", "en", order.city, vendor.tier)


class PaymentWatches:
    """Gives payments the versions that operators keep by city and vendor tier."""

    def __init__(self, vendors: VendorsService, versions: LadderVersions) -> None:
        self._vendors = vendors
        self._versions = versions

    async def of(self, session: AsyncSession, order: OrderView, policy_id: str | None = None) -> Watch:
        """Return the version that a watch began with, else the one that fits the order now."""
        contact = payer_contact(order, await self._vendors.get(session, order.vendor_id))
        ladder = await self._versions.kept(session, TimerKind.PAYMENT_PENDING, contact, policy_id)
        return Watch(tuple(map(_look, ladder.steps)), str(ladder.policy_id), ladder.version or 0)


def _look(step: Step) -> Look:
    return Look(step.after_s, asks=Rung.QUERY in step.rungs, hands_over=Rung.ADMIN in step.rungs)
