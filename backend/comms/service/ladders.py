"""Runs ladders: takes the step that is due, arms the next one; no provider is called here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import (
    DEFAULT_STEPS,
    KINDS,
    Callee,
    LadderKind,
    Rung,
    Step,
    skip_overdue,
    steps_from_json,
    steps_to_json,
)
from backend.comms.models import EscalationPolicy
from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.vendor_prompts import vendor_contact
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import SYSTEM
from backend.platform.flags import Flags
from backend.platform.observability.metrics import PROCESSING_REMINDER_CALLS, VENDOR_ACCEPT_SLA_BREACHES
from backend.platform.timers import ClaimedTimer, TimerKind, arm, skip
from backend.vendors.service import VendorsService


@dataclass(frozen=True, slots=True)
class Chase:
    """One due step of a running ladder."""

    timer: ClaimedTimer
    kind: LadderKind
    steps: tuple[Step, ...]
    step: int
    order: OrderView
    contact: Contact

    @property
    def idem(self) -> str:
        """Names this step of this ladder; a second run of it is the same send."""
        return f"{self.timer.kind}:{self.order.id}:{self.timer.id}:{self.step}"


class LadderService:
    """Takes due steps for vendors and riders."""

    def __init__(
        self,
        orders: OrdersService,
        vendors: VendorsService,
        desk: RiderDesk,
        messages: PartnerMessages,
        calls: CallsService,
        cards: CardsService,
        flags: Flags,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._desk = desk
        self._messages = messages
        self._calls = calls
        self._cards = cards
        self._flags = flags

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Take the due steps of several ladders, whose orders are locked by the caller."""
        for timer in timers:
            await self._fire_one(session, timer)

    async def _fire_one(self, session: AsyncSession, timer: ClaimedTimer) -> None:
        order = await self._orders.get(session, str(timer.order_id))
        kind = KINDS[timer.kind]
        if order.state not in kind.waits_in or (kind.callee is Callee.RIDER and order.rider_id is None):
            await skip(session, [timer], reason=f"order is {order.state}")
            return
        contact = await self._contact(session, kind, order)
        policy = await self._policy(session, timer, contact)
        steps = steps_from_json(policy.steps)
        step = skip_overdue(steps, timer.step, timer.late_s)
        chase = Chase(timer, kind, steps, step, order, contact)
        for rung in self._allowed(chase):
            await self._take(session, chase, rung)
        await self._arm_next(session, chase, policy)

    async def _contact(self, session: AsyncSession, kind: LadderKind, order: OrderView) -> Contact:
        if kind.callee is Callee.RIDER:
            return await self._desk.contact(session, str(order.rider_id))
        return vendor_contact(await self._vendors.get(session, order.vendor_id))

    async def _policy(self, session: AsyncSession, timer: ClaimedTimer, contact: Contact) -> EscalationPolicy:
        """Return the version that this ladder runs by: the one it began with, or the one that fits now."""
        if timer.policy_id is not None:
            return await repository.policy_by_id(session, int(timer.policy_id))
        found = await repository.policy(session, timer.kind, contact.city, contact.tier)
        return found or await self.save_policy(session, timer.kind, DEFAULT_STEPS[timer.kind], by="default")

    async def save_policy(
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

    def _allowed(self, chase: Chase) -> tuple[Rung, ...]:
        """Return the step's rungs that the city's flags leave; a channel that is off never holds a ladder up."""
        rungs = chase.steps[chase.step].rungs
        if not self._flags.enabled("exotel", city=chase.order.city, tier=chase.contact.tier):
            rungs = tuple(rung for rung in rungs if rung not in {Rung.RING, Rung.IVR})
        if not self._flags.enabled("wa", city=chase.order.city, tier=chase.contact.tier):
            rungs = tuple(rung for rung in rungs if rung is not Rung.WHATSAPP)
        return rungs

    async def _take(self, session: AsyncSession, chase: Chase, rung: Rung) -> None:
        if rung is Rung.WHATSAPP:
            await self._messages.send(session, chase.kind.template, chase.order, chase.contact, chase.timer, chase.idem)
        elif rung in {Rung.RING, Rung.IVR}:
            await self._call(session, chase, rung)
        elif rung is Rung.NEXT_RIDER:
            await self._offer_next(session, chase)
        else:
            await self._raise_card(session, chase)

    async def _call(self, session: AsyncSession, chase: Chase, rung: Rung) -> None:
        if chase.timer.kind is TimerKind.PROCESSING_REMINDER:
            PROCESSING_REMINDER_CALLS.labels(chase.order.city).inc()
        await self._calls.request(
            session,
            chase.order,
            chase.contact,
            rung=rung,
            purpose=chase.kind.purpose,
            menu=chase.kind.menu,
            ladder=str(chase.timer.kind),
            step=chase.step,
            idem=f"{chase.idem}:{rung}",
        )

    async def _offer_next(self, session: AsyncSession, chase: Chase) -> None:
        """Offer the order to another rider; dispatch asks a person after some, or where there is none."""
        await self._desk.next_rider(session, chase.order.id, because="no_answer")

    async def _raise_card(self, session: AsyncSession, chase: Chase) -> None:
        order = chase.order
        await self._cards.open(
            session,
            chase.kind.exception,
            order.id,
            order_id=order.id,
            city=order.city,
            merchant_id=order.merchant_id,
            money_minor=order.amount_minor,
            currency=order.currency,
            detail={"ladder": str(chase.timer.kind), "callee": chase.contact.actor, "step": chase.step},
        )
        await self._orders.note_timeline(
            session, order.id, channel="admin", actor=SYSTEM, what=chase.kind.exception, detail={"step": chase.step}
        )
        if chase.timer.kind is TimerKind.VENDOR_ACCEPT:
            VENDOR_ACCEPT_SLA_BREACHES.labels(order.city, chase.contact.tier).inc()
            await self._vendors.record_miss(session, order.vendor_id, actor=SYSTEM)

    async def _arm_next(self, session: AsyncSession, chase: Chase, policy: EscalationPolicy) -> None:
        following = chase.step + 1
        if following >= len(chase.steps) or Rung.NEXT_RIDER in chase.steps[chase.step].rungs:
            return
        # Counted from the start of the ladder, so that lateness does not add up; the next rider has a ladder anew.
        so_far_s = chase.steps[chase.timer.step].after_s + chase.timer.late_s
        await arm(
            session,
            chase.timer.kind,
            chase.order.id,
            delay_s=max(chase.steps[following].after_s - so_far_s, 0),
            step=following,
            meta=chase.timer.meta,
            policy_id=str(policy.id),
            policy_version=policy.version,
        )
