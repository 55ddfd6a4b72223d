"""Runs ladders: takes the step that is due, arms the next one; no provider is called here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ivr import VENDOR_INACTIVE
from backend.comms.ladders import KINDS, Ladder, LadderKind, Purpose, Rung, skip_overdue
from backend.comms.policies import CALLS, Verdict, judge
from backend.comms.ports import Contact, RiderDesk
from backend.comms.service.calls import NOT_IN_TIME, CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.control import OWNED_BY, without_hold
from backend.comms.service.journal import CommsJournal
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.plans import LadderPlans
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import SYSTEM
from backend.platform.observability.metrics import (
    LADDER_RUNGS,
    LADDER_WITHHELD,
    PROCESSING_REMINDER_CALLS,
    VENDOR_ACCEPT_SLA_BREACHES,
)
from backend.platform.timers import ClaimedTimer, TimerKind, arm, skip
from backend.vendors.service import VendorsService


@dataclass(frozen=True, slots=True)
class Chase:
    """One due step of a running ladder."""

    timer: ClaimedTimer
    kind: LadderKind
    ladder: Ladder
    step: int
    order: OrderView
    contact: Contact

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """What the step does by its row."""
        return self.ladder.steps[self.step].rungs

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
        journal: CommsJournal,
        plans: LadderPlans,
    ) -> None:
        self._orders = orders
        self._vendors = vendors
        self._desk = desk
        self._messages = messages
        self._calls = calls
        self._cards = cards
        self._journal = journal
        self._plans = plans

    async def fire(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Take the due steps of several ladders, whose orders are locked by the caller."""
        for timer in timers:
            await self._fire_one(session, timer)

    async def _fire_one(self, session: AsyncSession, timer: ClaimedTimer) -> None:
        order = await self._orders.get(session, str(timer.order_id))
        kind = KINDS[timer.kind]
        contact = await self._plans.contact(session, kind, order) if order.state in kind.waits_in else None
        if contact is None:
            await skip(session, [timer], reason=f"order is {order.state}")
            return
        ladder = await self._plans.kept(session, timer.kind, contact, timer.policy_id)
        step = skip_overdue(ladder.steps, timer.step, timer.late_s)
        chase = Chase(timer, kind, ladder, step, order, contact)
        rungs = await self._rungs(session, chase)
        if chase.step:
            await self._overtake(session, chase, rungs)
        for rung in rungs:
            await self._take(session, chase, rung)
        await self._arm_next(session, chase)

    async def _overtake(self, session: AsyncSession, chase: Chase, rungs: Sequence[Rung]) -> None:
        """Let a call that comes now take the place of one that was not placed in time, and tell the desk of that one.

        Who speaks with us at this moment, about another order, is not called late but waits their turn.
        """
        ladder, order = str(chase.timer.kind), chase.order
        waiting = await self._calls.waiting(session, order.id, ladder)
        if not waiting:
            return
        if not all(call.engaged for call in waiting):
            await self._cards.open(session, "calls_late", self._plans.late_calls(order, chase.contact))
        if not CALLS.isdisjoint(rungs):
            await self._calls.give_way(session, waiting)
            for call in waiting:
                LADDER_WITHHELD.labels(ladder, call.rung, NOT_IN_TIME, order.city).inc()

    async def _rungs(self, session: AsyncSession, chase: Chase) -> list[Rung]:
        """Return the step's rungs that may go out; the others are logged with the reason."""
        conditions = await self._plans.conditions(session, chase.order, chase.contact, chase.timer.kind, chase.ladder)
        verdicts = judge(chase.rungs, conditions)
        for verdict in verdicts:
            self._count(chase, verdict)
            if verdict.withheld:
                await self._withhold(session, chase, verdict)
        return [verdict.rung for verdict in verdicts if not verdict.withheld]

    def _count(self, chase: Chase, verdict: Verdict) -> None:
        """Count a rung, for the funnel."""
        ladder, city = str(chase.timer.kind), chase.order.city
        if verdict.withheld:
            LADDER_WITHHELD.labels(ladder, verdict.rung, verdict.withheld, city).inc()
        else:
            LADDER_RUNGS.labels(ladder, verdict.rung, city, chase.contact.tier).inc()

    async def _withhold(self, session: AsyncSession, chase: Chase, verdict: Verdict) -> None:
        await self._journal.withheld(
            session,
            chase.contact,
            order_id=chase.order.id,
            channel=verdict.rung,
            template=chase.kind.template if verdict.rung is Rung.WHATSAPP else chase.kind.menu,
            idem=f"{chase.idem}:{verdict.rung}:withheld",
            ladder=str(chase.timer.kind),
            step=chase.step,
            reason=verdict.withheld,
        )

    async def _take(self, session: AsyncSession, chase: Chase, rung: Rung) -> None:
        if rung is Rung.WHATSAPP:
            await self._message(session, chase)
        elif rung in {Rung.RING, Rung.IVR}:
            await self._call(session, chase, rung)
        elif rung is Rung.NEXT_RIDER:
            await self._offer_next(session, chase)
        else:
            await self._raise_card(session, chase)

    async def _message(self, session: AsyncSession, chase: Chase) -> None:
        await self._messages.send(
            session,
            chase.kind.template,
            chase.order,
            chase.contact,
            ladder=str(chase.timer.kind),
            step=chase.step,
            idem=chase.idem,
        )

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
            detail={
                "ladder": str(chase.timer.kind),
                "callee": chase.contact.actor,
                "step": chase.step,
                **({"rider": f"rider:{order.rider_id}"} if order.rider_id else {}),
            },
        )
        if OWNED_BY in chase.timer.meta:
            await self._cards.release(session, chase.kind.exception, order.id)
        await self._orders.note_timeline(
            session, order.id, channel="admin", actor=SYSTEM, what=chase.kind.exception, detail={"step": chase.step}
        )
        if chase.timer.kind is TimerKind.VENDOR_ACCEPT and Rung.ADMIN in chase.rungs:
            await self._count_miss(session, chase)

    async def _count_miss(self, session: AsyncSession, chase: Chase) -> None:
        """Count the order as unanswered; held against the outlet only where something had reached it."""
        VENDOR_ACCEPT_SLA_BREACHES.labels(chase.order.city, chase.contact.tier).inc()
        ladder, actor = str(chase.timer.kind), chase.contact.actor
        if await repository.was_reached(session, chase.order.id, ladder, actor):
            after = await self._vendors.record_miss(session, chase.order.vendor_id, actor=SYSTEM)
            if chase.contact.active and not after.active:
                await self._offer_return(session, chase)

    async def _offer_return(self, session: AsyncSession, chase: Chase) -> None:
        """Call an outlet that was taken off for its misses: one digit puts it on again."""
        conditions = await self._plans.conditions(session, chase.order, chase.contact, chase.timer.kind, chase.ladder)
        [verdict] = judge((Rung.IVR,), conditions)
        if not verdict.withheld:
            await self._calls.request(
                session,
                chase.order,
                chase.contact,
                rung=Rung.IVR,
                purpose=Purpose.REMINDER,
                menu=VENDOR_INACTIVE,
                ladder="",
                step=0,
                idem=f"{chase.idem}:inactive",
            )

    async def _arm_next(self, session: AsyncSession, chase: Chase) -> None:
        following, steps = chase.step + 1, chase.ladder.steps
        if following >= len(steps) or Rung.NEXT_RIDER in chase.rungs:
            return
        # Counted from the start of the ladder, so that lateness does not add up; the next rider has a ladder anew.
        so_far_s = steps[chase.timer.step].after_s + chase.timer.late_s
        await arm(
            session,
            chase.timer.kind,
            chase.order.id,
            delay_s=max(steps[following].after_s - so_far_s, 0),
            step=following,
            meta=without_hold(chase.timer.meta),
            policy_id=str(chase.ladder.policy_id),
            policy_version=chase.ladder.version,
        )
