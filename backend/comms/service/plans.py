"""What a ladder of an order consists of: whom it chases, by which version, under which conditions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.service import ChannelsService
from backend.comms import repository
from backend.comms.ladders import DEFAULT_STEPS, KINDS, Callee, Ladder, LadderKind, steps_from_json, steps_to_json
from backend.comms.lines import channel_for
from backend.comms.models import EscalationPolicy
from backend.comms.policies import Conditions, QuietHours
from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.vendor_prompts import vendor_contact
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.flags import Flags
from backend.platform.timers import TimerKind
from backend.vendors.service import VendorsService


class LadderPlans:
    """Looks up what ladders run by; the same for what is done and for what is foretold."""

    def __init__(
        self,
        vendors: VendorsService,
        desk: RiderDesk,
        channels: ChannelsService,
        flags: Flags,
        settings: CommsSettings,
    ) -> None:
        self._vendors = vendors
        self._desk = desk
        self._channels = channels
        self._flags = flags
        self._settings = settings

    async def contact(self, session: AsyncSession, kind: LadderKind, order: OrderView) -> Contact | None:
        """Return whom this kind of ladder chases for an order; None where no rider is known."""
        if kind.callee is Callee.VENDOR:
            return vendor_contact(await self._vendors.get(session, order.vendor_id))
        return await self._desk.contact(session, order.rider_id) if order.rider_id is not None else None

    async def ladder(
        self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None = None
    ) -> Ladder:
        """Return the version that a ladder runs by: the one it began with, or the one that fits now."""
        if policy_id is not None:
            return ladder_of(await repository.policy_by_id(session, int(policy_id)))
        found = await repository.policy(session, kind, contact.city, contact.tier)
        return Ladder(DEFAULT_STEPS[kind]) if found is None else ladder_of(found)

    async def kept(
        self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None = None
    ) -> Ladder:
        """Return the same, as a row that a running ladder can keep."""
        found = await self.ladder(session, kind, contact, policy_id)
        return found if found.policy_id is not None else await self.save(session, kind, found, by="default")

    async def save(
        self,
        session: AsyncSession,
        kind: TimerKind,
        ladder: Ladder,
        *,
        by: str,
        city: str | None = None,
        tier: str | None = None,
    ) -> Ladder:
        """Make a new version of a ladder for a city and tier; running ladders keep theirs."""
        version = await repository.replace_policy(session, kind, city, tier)
        quiet_from, quiet_until = ladder.quiet or (None, None)
        row = EscalationPolicy(
            kind=kind,
            city=city,
            tier=tier,
            version=version,
            steps=steps_to_json(ladder.steps),
            quiet_from=quiet_from,
            quiet_until=quiet_until,
            max_calls_hour=ladder.max_calls_hour,
            created_by=by,
            active=True,
        )
        session.add(row)
        await session.flush()
        return ladder_of(row)

    async def conditions(
        self, session: AsyncSession, order: OrderView, contact: Contact, kind: TimerKind, ladder: Ladder
    ) -> Conditions:
        """Return what stands in the way of reaching this person now."""
        called = await repository.calls_in_last_hour(session, contact.actor)
        most = self._settings.calls_per_callee_hour if ladder.max_calls_hour is None else ladder.max_calls_hour
        down = await outages.down(session)
        purpose, covers_s = KINDS[kind].purpose, self._settings.ring_covers_s
        return Conditions(
            at=await self._local_time(session, order),
            messages=self._on("wa", order, contact),
            calls=self._on("exotel", order, contact),
            messages_down="whatsapp" in down,
            template_refused=await self._refused(session, KINDS[kind].template, contact),
            calls_down=channel_for(self._settings, order.city, contact.phone) in down,
            quiet=QuietHours(*ladder.quiet) if ladder.quiet else None,
            calls_left=max(most - called, 0),
            just_rung=await repository.just_rung(session, contact.actor, purpose, order.id, covers_s),
        )

    def late_calls(self, order: OrderView, contact: Contact) -> str:
        """Return what a card about calls that come too late is about: the line that they go by."""
        return late_calls(channel_for(self._settings, order.city, contact.phone))

    async def calls_possible(self, session: AsyncSession, city: str) -> bool:
        """Return whether a call asked for now would be placed: switched on for the city, and the provider up."""
        provider = channel_for(self._settings, city)
        return self._flags.enabled("exotel", city=city) and provider not in await outages.down(session)

    async def _refused(self, session: AsyncSession, template: str, contact: Contact) -> bool:
        usable = not template or await self._channels.usable_template(session, template, contact.language)
        return not usable

    async def _local_time(self, session: AsyncSession, order: OrderView) -> datetime:
        merchant = await self._vendors.merchant(session, order.merchant_id)
        return (await repository.now(session)).astimezone(ZoneInfo(merchant.timezone))

    def _on(self, flag: str, order: OrderView, contact: Contact) -> bool:
        return self._flags.enabled(flag, city=order.city, tier=contact.tier)


def late_calls(channel: str) -> str:
    """Name a line whose calls come too late."""
    return f"calls:{channel}"


def ladder_of(row: EscalationPolicy) -> Ladder:
    """Read a stored version."""
    quiet = None if row.quiet_from is None or row.quiet_until is None else (row.quiet_from, row.quiet_until)
    return Ladder(steps_from_json(row.steps), quiet, row.max_calls_hour, row.id, row.version)
