"""Runs ladders: takes the steps that are due, arms the next ones; no provider is called here."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ivr import VENDOR_INACTIVE
from backend.comms.ladders import KINDS, Purpose, Rung, skip_overdue
from backend.comms.policies import Verdict
from backend.comms.ports import NewCard, RiderDesk
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.chases import Chase, Decided, card_of, figures, following, judged, overtake, withheld
from backend.comms.service.journal import CommsJournal, Departure
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.plans import LadderPlans
from backend.orders.ports import TimelineNote
from backend.orders.service import OrdersService
from backend.platform.actors import SYSTEM
from backend.platform.observability.trace import traced
from backend.platform.timers import OWNED_BY, ClaimedTimer, arm_many, skip_many
from backend.vendors.ports import Miss
from backend.vendors.service import VendorsService

_OUTWARD: Final = (Rung.WHATSAPP, Rung.RING, Rung.IVR)


class LadderService:
    """Takes due steps for vendors and riders: reads for all of them, decides one by one, writes for all of them."""

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
        """Take the due steps of several ladders of one kind, whose orders are locked by the caller.

        As if one after another in the order given; but the statements are as many for two hundred steps as for one,
        except where an order is offered to another rider.
        """
        chases = await self._chases(session, timers)
        if not chases:
            return
        decided = await self._decide(session, chases, await self._count_misses(session, chases))
        await self._calls.give_way(session, [call for one in decided for call in one.overtaken])
        await self._journal.depart(session, [departure for one in decided for departure in self._departures(one)])
        await self._raise_cards(session, decided)
        await self._arm_next(session, chases)
        await self._offer_next(session, [one.chase for one in decided if Rung.NEXT_RIDER in one.taken])
        for (metric, labels), number in Counter(figure for one in decided for figure in figures(one)).items():
            metric.labels(*labels).inc(number)

    async def _chases(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> list[Chase]:
        """Return the steps whose orders still wait for somebody; the other timers are skipped with the reason."""
        kind = timers[0].kind
        orders = await self._orders.get_many(session, {str(timer.order_id) for timer in timers})
        waiting = [order for order in orders.values() if order.state in KINDS[kind].waits_in]
        chased = await self._plans.all_chased(session, KINDS[kind], waiting) if waiting else {}
        live = [timer for timer in timers if timer.order_id in chased]
        over = [(timer, str(timer.order_id)) for timer in timers if timer.order_id not in chased]
        await skip_many(session, [(timer, f"order is {orders[order_id].state}") for timer, order_id in over])
        contacts = [chased[str(timer.order_id)].contact for timer in live]
        wanted = [(contact, timer.policy_id) for contact, timer in zip(contacts, live, strict=True)]
        ladders = await self._plans.all_kept(session, kind, wanted)
        return [
            Chase(timer, chased[str(timer.order_id)], ladder, skip_overdue(ladder.steps, timer.step, timer.late_s))
            for timer, ladder in zip(live, ladders, strict=True)
        ]

    async def _count_misses(self, session: AsyncSession, chases: Sequence[Chase]) -> frozenset[int]:
        """Count the orders that went unanswered; return the timers of those whose outlet was taken off for it.

        An order is held against its outlet only where something had reached it.
        """
        missed = [chase for chase in chases if chase.missed]
        if not missed:
            return frozenset()
        ladder, actors = str(missed[0].timer.kind), {chase.order.id: chase.chased.contact.actor for chase in missed}
        reached = await repository.reached(session, ladder, actors)
        held = [chase for chase in missed if chase.order.id in reached]
        misses = [Miss(chase.order.vendor_id, chase.timer.trace_id) for chase in held]
        after = await self._vendors.record_misses(session, misses, actor=SYSTEM)
        active = {chase.order.vendor_id: chase.chased.contact.active for chase in held}
        taken_off = set[int]()
        for chase, vendor in zip(held, after, strict=True):
            if active[vendor.id] and not vendor.active:
                taken_off.add(chase.timer.id)
            active[vendor.id] = vendor.active
        return frozenset(taken_off)

    async def _decide(self, session: AsyncSession, chases: Sequence[Chase], taken_off: frozenset[int]) -> list[Decided]:
        """Say of each step what goes out; the calls of one count for the next, as if it had been placed already."""
        kind = chases[0].timer.kind
        around = await self._plans.surroundings(session, kind, [chase.chased for chase in chases])
        now = around.local("UTC")
        waiting = await self._calls.waiting(session, [chase.order.id for chase in chases if chase.step], str(kind))
        decided = list[Decided]()
        for chase in chases:
            verdicts = judged(chase, chase.rungs, chase.kind.purpose, around)
            late = waiting.get(chase.order.id, ()) if chase.step else ()
            overtaken = overtake(verdicts, late, around)
            question = judged(chase, (Rung.IVR,), Purpose.REMINDER, around) if chase.timer.id in taken_off else ()
            decided.append(
                Decided(
                    chase,
                    taken=tuple(verdict.rung for verdict in verdicts if not verdict.withheld),
                    withheld=tuple(verdict for verdict in verdicts if verdict.withheld),
                    overtaken=overtaken,
                    calls_late=any(not call.engaged for call in late),
                    asks_back=Verdict(Rung.IVR) in question,
                    now=now,
                )
            )
        return decided

    def _departures(self, decided: Decided) -> list[Departure]:
        """Return what a step's rungs put into the log, what they send and whom they call."""
        chase = decided.chase
        departures = [withheld(chase, verdict) for verdict in decided.withheld]
        departures += [self._departure(decided, rung) for rung in _OUTWARD if rung in decided.taken]
        if decided.asks_back:
            departures.append(self._question(chase))
        return departures

    def _departure(self, decided: Decided, rung: Rung) -> Departure:
        chase = decided.chase
        ladder, trace = str(chase.timer.kind), chase.timer.trace_id
        if rung is Rung.WHATSAPP:
            return self._messages.departure(
                chase.chased,
                chase.kind.template,
                decided.now,
                ladder=ladder,
                step=chase.step,
                idem=chase.idem,
                trace_id=trace,
            )
        return self._calls.departure(
            chase.chased,
            rung=rung,
            purpose=chase.kind.purpose,
            menu=chase.kind.menu,
            ladder=ladder,
            step=chase.step,
            idem=f"{chase.idem}:{rung}",
            trace_id=trace,
        )

    def _question(self, chase: Chase) -> Departure:
        """Call an outlet that was taken off for its misses: one digit puts it on again."""
        return self._calls.departure(
            chase.chased,
            rung=Rung.IVR,
            purpose=Purpose.REMINDER,
            menu=VENDOR_INACTIVE,
            ladder="",
            step=0,
            idem=f"{chase.idem}:inactive",
            trace_id=chase.timer.trace_id,
        )

    async def _raise_cards(self, session: AsyncSession, decided: Sequence[Decided]) -> None:
        """Bring a person of the city, who is told too of calls that come too late; who had taken over lets go."""
        chases = [one.chase for one in decided if Rung.ADMIN in one.taken]
        late = [self._late_card(one.chase) for one in decided if one.calls_late]
        await self._cards.open_many(session, [*late, *(card_of(chase) for chase in chases)])
        owned = [chase.order.id for chase in chases if OWNED_BY in chase.timer.meta]
        await self._cards.release(session, decided[0].chase.kind.exception, owned)
        notes = [
            TimelineNote(chase.order.id, "admin", str(SYSTEM), chase.kind.exception, {"step": chase.step})
            for chase in chases
        ]
        await self._orders.note_timelines(session, notes)

    def _late_card(self, chase: Chase) -> NewCard:
        line = self._plans.late_calls(chase.order, chase.chased.contact)
        return NewCard("calls_late", line, trace_id=chase.timer.trace_id)

    async def _arm_next(self, session: AsyncSession, chases: Sequence[Chase]) -> None:
        timers = [timer for chase in chases if (timer := following(chase)) is not None]
        await arm_many(session, list({(timer.subject_id, timer.step): timer for timer in timers}.values()))

    async def _offer_next(self, session: AsyncSession, chases: Sequence[Chase]) -> None:
        """Offer each order to another rider; dispatch asks a person after some, or where there is none."""
        for chase in chases:
            with traced(chase.timer.trace_id):
                await self._desk.next_rider(session, chase.order.id, because="no_answer")
