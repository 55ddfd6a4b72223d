"""What a ladder of an order consists of: whom it chases, by which version, under which conditions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.service import ChannelsService
from backend.channels.templates import registered_language
from backend.comms import repository
from backend.comms.ladders import DEFAULT_STEPS, KINDS, Callee, Ladder, LadderKind, steps_from_json, steps_to_json
from backend.comms.lines import channel_for
from backend.comms.models import EscalationPolicy
from backend.comms.policies import Conditions, QuietHours, RecentCalls
from backend.comms.ports import Chased, Contact, RiderDesk
from backend.comms.service.vendor_prompts import vendor_contact
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.flags import Flags
from backend.platform.timers import TimerKind
from backend.vendors.ports import VendorView
from backend.vendors.service import VendorsService


@dataclass(frozen=True, slots=True)
class LadderBook:
    """The versions of one kind of ladder: those that running ladders keep, and the active ones by city and tier."""

    kind: TimerKind
    kept: Mapping[str, Ladder]
    active: Mapping[tuple[str | None, str | None], Ladder]

    def ladder(self, contact: Contact, policy_id: str | None) -> Ladder:
        """Return the version that a ladder began with, else the best that fits: of city and tier, of one, of all."""
        if policy_id is not None:
            return self.kept[policy_id]
        city, tier = contact.city.lower(), contact.tier
        places = ((city, tier), (city, None), (None, tier), (None, None))
        fitting = (self.active[place] for place in places if place in self.active)
        return next(fitting, Ladder(DEFAULT_STEPS[self.kind]))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands in the way of reaching those whom ladders of a kind chase now.

    Attributes:
        local: The time in a zone, by the zone's name.
        down: Channels whose provider is down.
        refused_in: Languages in which the kind's template was paused or rejected.
        recent: Their calls of late; it counts on with those that go out.
        enabled: Whether a flag is on for a city and tier.
    """

    kind: TimerKind
    local: Callable[[str], datetime]
    down: frozenset[str]
    refused_in: frozenset[str]
    recent: RecentCalls
    enabled: Callable[[str, str, str], bool]
    settings: CommsSettings

    def conditions(self, chased: Chased, ladder: Ladder) -> Conditions:
        """Return the conditions for one of them."""
        order, contact = chased.order, chased.contact
        most = self.settings.calls_per_callee_hour if ladder.max_calls_hour is None else ladder.max_calls_hour
        return Conditions(
            at=self.local(chased.merchant.timezone),
            messages=self.enabled("wa", order.city, contact.tier),
            calls=self.enabled("exotel", order.city, contact.tier),
            messages_down="whatsapp" in self.down,
            template_refused=registered_language(contact.language) in self.refused_in,
            calls_down=bool(self.down) and channel_for(self.settings, order.city, contact.phone) in self.down,
            quiet=QuietHours(*ladder.quiet) if ladder.quiet else None,
            calls_left=max(most - self.recent.placed(contact.actor), 0),
            just_rung=self.recent.just_rung(contact.actor, KINDS[self.kind].purpose, order.id),
        )


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

    async def chased(self, session: AsyncSession, kind: LadderKind, order: OrderView) -> Chased | None:
        """Return whom this kind of ladder chases for an order; None where no rider is known."""
        return (await self.all_chased(session, kind, (order,))).get(order.id)

    async def all_chased(
        self, session: AsyncSession, kind: LadderKind, orders: Collection[OrderView]
    ) -> dict[str, Chased]:
        """Return the same of several orders, by their ids; those without a known rider are left out."""
        vendors = await self._vendors.get_many(session, {order.vendor_id for order in orders})
        merchants = await self._vendors.merchants_by_id(session, {order.merchant_id for order in orders})
        contacts = await self._contacts(session, kind, orders, vendors)
        return {
            order.id: Chased(order, contacts[order.id], vendors[order.vendor_id], merchants[order.merchant_id])
            for order in orders
            if order.id in contacts
        }

    async def _contacts(
        self, session: AsyncSession, kind: LadderKind, orders: Collection[OrderView], vendors: Mapping[str, VendorView]
    ) -> dict[str, Contact]:
        if kind.callee is Callee.VENDOR:
            return {order.id: vendor_contact(vendors[order.vendor_id]) for order in orders}
        riders = {order.id: order.rider_id for order in orders if order.rider_id is not None}
        contacts = await self._desk.contacts(session, set(riders.values()))
        tiers = {order.id: vendors[order.vendor_id].tier for order in orders}
        # A rider has no tier: what is done for an order goes by that of its outlet.
        return {order_id: replace(contacts[rider_id], tier=tiers[order_id]) for order_id, rider_id in riders.items()}

    async def ladder(
        self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None = None
    ) -> Ladder:
        """Return the version that a ladder runs by: the one it began with, or the one that fits now."""
        return (await self._book(session, kind, {policy_id})).ladder(contact, policy_id)

    async def kept(self, session: AsyncSession, kind: TimerKind, contact: Contact, policy_id: str | None) -> Ladder:
        """Return the same, as a row that a running ladder can keep."""
        return (await self.all_kept(session, kind, ((contact, policy_id),)))[0]

    async def all_kept(
        self, session: AsyncSession, kind: TimerKind, wanted: Sequence[tuple[Contact, str | None]]
    ) -> list[Ladder]:
        """Return the same for several ladders of a kind, in their order; the built-in version is stored when needed."""
        policy_ids = {policy_id for _, policy_id in wanted}
        book = await self._book(session, kind, policy_ids)
        ladders = [book.ladder(*one) for one in wanted]
        if all(ladder.policy_id is not None for ladder in ladders):
            return ladders
        book = await self._book_with_default(session, kind, policy_ids)
        return [book.ladder(*one) for one in wanted]

    async def _book(self, session: AsyncSession, kind: TimerKind, policy_ids: Collection[str | None]) -> LadderBook:
        ids = {int(policy_id) for policy_id in policy_ids if policy_id is not None}
        kept = await repository.policies_by_id(session, ids) if ids else ()
        active = await repository.policies_of(session, kind) if None in policy_ids else ()
        return LadderBook(
            kind,
            {str(row.id): ladder_of(row) for row in kept},
            {(row.city.lower() if row.city else None, row.tier): ladder_of(row) for row in active},
        )

    async def _book_with_default(
        self, session: AsyncSession, kind: TimerKind, policy_ids: Collection[str | None]
    ) -> LadderBook:
        """Store the built-in version, unless another has done so while we waited for our turn."""
        await repository.hold_policies(session, kind)
        if (None, None) not in (await self._book(session, kind, {None})).active:
            await self.save(session, kind, Ladder(DEFAULT_STEPS[kind]), by="default")
        return await self._book(session, kind, policy_ids)

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
        await repository.hold_policies(session, kind)
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

    async def conditions(self, session: AsyncSession, chased: Chased, kind: TimerKind, ladder: Ladder) -> Conditions:
        """Return what stands in the way of reaching this person now."""
        return (await self.surroundings(session, kind, (chased,))).conditions(chased, ladder)

    async def surroundings(self, session: AsyncSession, kind: TimerKind, chased: Collection[Chased]) -> Surroundings:
        """Return what the conditions of several people are made of, with a few statements however many."""
        callees, covers_s = {one.contact.actor for one in chased}, self._settings.ring_covers_s
        languages = {registered_language(one.contact.language) for one in chased}
        return Surroundings(
            kind=kind,
            local=cache(_clock(await repository.now(session))),
            down=await outages.down(session),
            refused_in=await self._refused_in(session, KINDS[kind].template, languages),
            recent=RecentCalls(await repository.recent_calls(session, callees, covers_s), covers_s),
            enabled=cache(lambda flag, city, tier: self._flags.enabled(flag, city=city, tier=tier)),
            settings=self._settings,
        )

    def late_calls(self, order: OrderView, contact: Contact) -> str:
        """Return what a card about calls that come too late is about: the line that they go by."""
        return late_calls(channel_for(self._settings, order.city, contact.phone))

    async def calls_possible(self, session: AsyncSession, city: str) -> bool:
        """Return whether a call asked for now would be placed: switched on for the city, and the provider up."""
        provider = channel_for(self._settings, city)
        return self._flags.enabled("exotel", city=city) and provider not in await outages.down(session)

    async def _refused_in(self, session: AsyncSession, template: str, languages: Collection[str]) -> frozenset[str]:
        """Return those of the languages in which a template, and what stands in for it, was paused or rejected."""
        if not template:
            return frozenset()
        usable = {name: await self._channels.usable_template(session, template, name) for name in languages}
        return frozenset(name for name, found in usable.items() if not found)


def _clock(now: datetime) -> Callable[[str], datetime]:
    """Return what tells an instant in the time of a zone."""
    return lambda zone: now.astimezone(ZoneInfo(zone))


def late_calls(channel: str) -> str:
    """Name a line whose calls come too late."""
    return f"calls:{channel}"


def ladder_of(row: EscalationPolicy) -> Ladder:
    """Read a stored version."""
    quiet = None if row.quiet_from is None or row.quiet_until is None else (row.quiet_from, row.quiet_until)
    return Ladder(steps_from_json(row.steps), quiet, row.max_calls_hour, row.id, row.version)
