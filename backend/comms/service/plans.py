"""What a ladder of an order consists of: whom it chases, by which version, under which conditions."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.service import ChannelsService
from backend.channels.templates import TemplateStates
from backend.comms import repository
from backend.comms.ladders import KINDS, Callee, Ladder, LadderKind
from backend.comms.lines import channel_for
from backend.comms.policies import Conditions, QuietHours, RecentCalls
from backend.comms.ports import Chased, Contact, RiderDesk
from backend.comms.service.payment_watches import payer_contact
from backend.comms.service.vendor_prompts import vendor_contact
from backend.comms.service.versions import LadderVersions
from backend.comms.settings import CommsSettings
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.flags import Flags
from backend.platform.timers import TimerKind
from backend.vendors.ports import VendorView
from backend.vendors.service import VendorsService


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands in the way of reaching those whom ladders of a kind chase now.

    Attributes:
        local: The time in a zone, by the zone's name.
        down: What is down: channels, and accounts that a provider has stopped.
        templates: How templates stand for the shops' numbers.
        recent: Their calls of late; it counts on with those that go out.
        enabled: Whether a flag is on for a city and tier.
    """

    kind: TimerKind
    local: Callable[[str], datetime]
    down: frozenset[str]
    templates: TemplateStates
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
            messages_down=bool(self.down) and outages.is_down(self.down, "whatsapp", _number(chased)),
            template_refused=self._is_refused(chased),
            calls_down=bool(self.down) and channel_for(self.settings, order.city, contact.phone) in self.down,
            quiet=QuietHours(*ladder.quiet) if ladder.quiet else None,
            calls_left=max(most - self.recent.placed(contact.actor), 0),
            just_rung=self.recent.just_rung(contact.actor, KINDS[self.kind].purpose, order.id),
        )

    def _is_refused(self, chased: Chased) -> bool:
        """Say whether the shop's number may send neither the kind's template nor what stands in for it."""
        template = KINDS[self.kind].template
        if not template:
            return False
        return self.templates.usable(template, chased.contact.language, _number(chased)) is None


def _number(chased: Chased) -> str:
    return chased.merchant.wa_phone_number_id or ""


class LadderPlans(LadderVersions):
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
        if kind.callee is Callee.PAYER:
            return {order.id: payer_contact(order, vendors[order.vendor_id]) for order in orders}
        riders = {order.id: order.rider_id for order in orders if order.rider_id is not None}
        contacts = await self._desk.contacts(session, set(riders.values()))
        tiers = {order.id: vendors[order.vendor_id].tier for order in orders}
        # A rider has no tier: what is done for an order goes by that of its outlet.
        return {order_id: replace(contacts[rider_id], tier=tiers[order_id]) for order_id, rider_id in riders.items()}

    async def conditions(self, session: AsyncSession, chased: Chased, kind: TimerKind, ladder: Ladder) -> Conditions:
        """Return what stands in the way of reaching this person now."""
        return (await self.surroundings(session, kind, (chased,))).conditions(chased, ladder)

    async def surroundings(self, session: AsyncSession, kind: TimerKind, chased: Collection[Chased]) -> Surroundings:
        """Return what the conditions of several people are made of, with a few statements however many."""
        callees, covers_s = {one.contact.actor for one in chased}, self._settings.ring_covers_s
        numbers = {_number(one) for one in chased}
        return Surroundings(
            kind=kind,
            local=cache(_clock(await repository.now(session))),
            down=await outages.down(session),
            templates=await self._channels.templates(session, numbers),
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


def _clock(now: datetime) -> Callable[[str], datetime]:
    """Return what tells an instant in the time of a zone."""
    return lambda zone: now.astimezone(ZoneInfo(zone))


def late_calls(channel: str) -> str:
    """Name a line whose calls come too late."""
    return f"calls:{channel}"
