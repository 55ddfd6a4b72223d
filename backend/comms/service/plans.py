"""What a ladder of an order consists of: whom it chases, by which version, under which conditions."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import DEFAULT_STEPS, Callee, LadderKind, Step, steps_from_json, steps_to_json
from backend.comms.models import EscalationPolicy
from backend.comms.policies import SWITCHED_OFF, Conditions
from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.vendor_prompts import vendor_contact
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.platform.flags import Flags
from backend.platform.timers import TimerKind
from backend.vendors.service import VendorsService


class LadderPlans:
    """Looks up what ladders run by; the same for what is done and for what is foretold."""

    def __init__(self, vendors: VendorsService, desk: RiderDesk, flags: Flags, settings: CommsSettings) -> None:
        self._vendors = vendors
        self._desk = desk
        self._flags = flags
        self._settings = settings

    async def contact(self, session: AsyncSession, kind: LadderKind, order: OrderView) -> Contact | None:
        """Return whom this kind of ladder chases for an order; None where no rider is known."""
        if kind.callee is Callee.VENDOR:
            return vendor_contact(await self._vendors.get(session, order.vendor_id))
        return await self._desk.contact(session, order.rider_id) if order.rider_id is not None else None

    async def policy(
        self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None = None
    ) -> EscalationPolicy:
        """Return the version that a ladder runs by: the one it began with, or the one that fits now."""
        if policy_id is not None:
            return await repository.policy_by_id(session, int(policy_id))
        found = await repository.policy(session, kind, contact.city, contact.tier)
        return found or await self.save(session, kind, DEFAULT_STEPS[kind], by="default")

    async def steps(
        self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None = None
    ) -> tuple[tuple[Step, ...], int | None]:
        """Return the steps of that version, and its number; None where the default has never been needed yet."""
        if policy_id is not None:
            found: EscalationPolicy | None = await repository.policy_by_id(session, int(policy_id))
        else:
            found = await repository.policy(session, kind, contact.city, contact.tier)
        return (DEFAULT_STEPS[kind], None) if found is None else (steps_from_json(found.steps), found.version)

    async def save(
        self,
        session: AsyncSession,
        kind: TimerKind,
        steps: tuple[Step, ...],
        *,
        by: str,
        city: str | None = None,
        tier: str | None = None,
    ) -> EscalationPolicy:
        """Make a new version of a ladder for a city and tier; running ladders keep theirs."""
        version = await repository.replace_policy(session, kind, city, tier)
        row = EscalationPolicy(
            kind=kind, city=city, tier=tier, version=version, steps=steps_to_json(steps), created_by=by, active=True
        )
        session.add(row)
        await session.flush()
        return row

    async def conditions(self, session: AsyncSession, order: OrderView, contact: Contact) -> Conditions:
        """Return what stands in the way of reaching this person now."""
        called = await repository.calls_in_last_hour(session, contact.actor)
        return Conditions(
            messages=self._unless_on("wa", order, contact),
            calls=self._unless_on("exotel", order, contact),
            calls_left=max(self._settings.calls_per_callee_hour - called, 0),
        )

    def _unless_on(self, flag: str, order: OrderView, contact: Contact) -> str:
        return "" if self._flags.enabled(flag, city=order.city, tier=contact.tier) else SWITCHED_OFF
