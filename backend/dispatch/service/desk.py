"""The riders' desk: offers, answers, pick-up, proof of delivery."""

import hmac
from collections.abc import Collection
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.errors import NoRiderFreeError, UnknownExceptionKindError
from backend.dispatch.events import OrderUnassigned, RiderAccepted, RiderOffered, RiderPickedUp, RiderTrouble
from backend.dispatch.lifecycle import AssignmentState, Step, after
from backend.dispatch.models import Assignment
from backend.dispatch.ports import AssignmentView, Contact, DeskResult, Suggestion
from backend.dispatch.service.choosing import RiderChoice
from backend.dispatch.service.door import (
    APPLIED,
    DUPLICATE,
    Door,
    PaymentChange,
    give,
    own,
    record_delivery,
    refused,
    rider_actor,
)
from backend.dispatch.service.riders import RidersService
from backend.dispatch.service.views import assignment_view
from backend.dispatch.settings import DispatchSettings
from backend.orders.commands import (
    AssignRider,
    ConfirmAddress,
    FailDelivery,
    PickUp,
    ReportRiderWaiting,
    UnassignRider,
)
from backend.orders.ports import CommandResult, OrderView
from backend.orders.service import OrdersService
from backend.payments.service import PaymentsService
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.errors import ConflictError, UnprocessableError
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.timers import TimerKind, cancel

DISPATCHER: Final = Actor(ActorKind.DISPATCH, "desk")
TROUBLE: Final = frozenset({"cant_find_customer", "safety", "cod_issue"})


class DispatchService:
    """Offers orders to riders and follows them to the door. Rows are locked order first, then assignment."""

    def __init__(
        self,
        riders: RidersService,
        orders: OrdersService,
        payments: PaymentsService,
        cash: RiderCashService,
        settings: DispatchSettings,
    ) -> None:
        self._riders = riders
        self._orders = orders
        self._payments = payments
        self._cash = cash
        self._choice = RiderChoice(riders, cash, settings)
        self._settings = settings
        self._door = Door(orders, payments, cash, settings)

    async def contact(self, session: AsyncSession, rider_id: str) -> Contact:
        """Return how to reach a rider."""
        return await self._riders.contact(session, rider_id)

    async def contacts(self, session: AsyncSession, rider_ids: Collection[str]) -> dict[str, Contact]:
        """Return how to reach several riders, by their ids."""
        return await self._riders.contacts(session, rider_ids)

    async def suggest(self, session: AsyncSession, order_id: str) -> list[Suggestion]:
        """Return who could carry an order, the best first, each with the reasons."""
        order = await self._orders.get(session, order_id)
        return await self._choice.ranked(session, order)

    async def assign(
        self,
        session: AsyncSession,
        order_id: str,
        rider_id: str | None,
        *,
        actor: Actor,
        source: Source,
        command_id: str,
        reasons: tuple[str, ...] = (),
    ) -> CommandResult:
        """Offer an order to a rider, the best one where none is named; `reasons` are kept with the offer's event.

        Raises:
            NoRiderFreeError: Nobody on shift can carry it.
            RiderFullError: The named rider can't carry one more.
            RiderCashFullError: It is to be paid in cash, and the named rider has to hand in first.
        """
        order = await self._orders.get(session, order_id, lock=True)
        chosen = rider_id or await self._best(session, order)
        await self._choice.check(session, order, chosen)
        command = AssignRider(rider_id=chosen)
        result = await self._orders.handle(
            session, order_id, command, actor=actor, source=source, command_id=command_id
        )
        if result.outcome == "applied":
            await self._offer(session, order, chosen, reasons)
        return result

    async def _best(self, session: AsyncSession, order: OrderView) -> str:
        found = await self.suggest(session, order.id)
        if not found:
            raise NoRiderFreeError(order_id=order.id)
        return found[0].rider.id

    async def _offer(self, session: AsyncSession, order: OrderView, rider_id: str, reasons: tuple[str, ...]) -> None:
        await self.release(session, order.id, because="another_rider")  # Who carried it until now, on the way.
        earlier = await repository.assignments_of(session, order.id)
        offer = Assignment(
            id=new_id("AS", 10),
            order_id=order.id,
            rider_id=rider_id,
            round=len(earlier),
            state=AssignmentState.OFFERED,
            otp_tries=0,
            reason="",
        )
        repository.add(session, offer)
        await session.flush()
        offered = RiderOffered(order.id, rider_id, offer.round, reasons)
        await publish(session, offered, actor=DISPATCHER, city=order.city)

    async def offer_to_best(self, session: AsyncSession, order_id: str, *, command_id: str) -> None:
        """Offer an order that has no rider to the best one; after some refusals, or with none free, ask a person.

        One that is on the way already is a person's matter at once: nobody but them knows where the goods are.
        """
        order = await self._orders.get(session, order_id, lock=True)
        if order.rider_id is None and order.state == "out_for_delivery":
            await self._ask_person(session, order, "on_the_way")
        if order.rider_id is not None or order.state not in {"processing", "handover"}:
            return
        if len(await repository.assignments_of(session, order_id)) >= self._settings.most_offers:
            await self._ask_person(session, order, "nobody_took_it")
            return
        try:
            await self.assign(session, order_id, None, actor=DISPATCHER, source=Source.TIMER, command_id=command_id)
        except NoRiderFreeError:
            await self._ask_person(session, order, "no_rider_free")

    async def _ask_person(self, session: AsyncSession, order: OrderView, reason: str) -> None:
        await publish(session, OrderUnassigned(order.id, reason), actor=DISPATCHER, city=order.city)

    async def acknowledge(
        self,
        session: AsyncSession,
        order_id: str,
        rider_id: str,
        *,
        accept: bool,
        reason: str,
        source: Source,
        command_id: str,
    ) -> DeskResult:
        """A rider takes or refuses an offer; refused, it goes to the next one."""
        order = await self._orders.get(session, order_id, lock=True)
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        step = Step.ACCEPT if accept else Step.REJECT
        target = after(AssignmentState(found.state), step)
        if target is None:
            return DUPLICATE if accept else refused("dispatch.too_late")
        found.state, found.reason = target, reason
        await session.flush()
        if accept:
            await cancel(session, order_id, [TimerKind.RIDER_ACK], by=f"rider:{rider_id}")
            await publish(session, RiderAccepted(order_id, rider_id), actor=rider_actor(rider_id), city=order.city)
            return APPLIED
        await self._take_away(session, order_id, reason, source, command_id)
        await self.offer_to_best(session, order_id, command_id=f"{command_id}:next")
        return APPLIED

    async def _take_away(
        self, session: AsyncSession, order_id: str, reason: str, source: Source, command_id: str
    ) -> None:
        await self._orders.handle(
            session,
            order_id,
            UnassignRider(reason=reason),
            actor=DISPATCHER,
            source=source,
            command_id=f"{command_id}:unassign",
        )

    async def next_rider(self, session: AsyncSession, order_id: str, *, because: str) -> str | None:
        """Take the order from a rider who does not answer and offer it to the next; None where there is none."""
        await self._orders.get(session, order_id, lock=True)
        found = await repository.live_assignment(session, order_id)
        if found is not None:
            if found.state != AssignmentState.OFFERED:
                return found.rider_id
            found.state, found.reason = AssignmentState.EXPIRED, because
            await session.flush()
            await self._take_away(session, order_id, because, Source.TIMER, found.id)
        await self.offer_to_best(session, order_id, command_id=f"next:{order_id}:{found.id if found else 0}")
        following = await repository.live_assignment(session, order_id)
        return following.rider_id if following else None

    async def waits(self, session: AsyncSession, order_id: str, rider_id: str, *, source: Source) -> DeskResult:
        """A rider stands at the counter; who has come has taken the order. The outlet is told once of each rider."""
        await self._orders.get(session, order_id, lock=True)
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        command_id = f"waiting:{found.id}"
        if found.state == AssignmentState.OFFERED:
            await self.acknowledge(
                session, order_id, rider_id, accept=True, reason="", source=source, command_id=command_id
            )
        return await give(self._orders, session, order_id, ReportRiderWaiting(), rider_id, source, command_id)

    async def picked_up(
        self, session: AsyncSession, order_id: str, rider_id: str, *, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has the goods."""
        order = await self._orders.get(session, order_id, lock=True)
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        if found.state == AssignmentState.PICKED_UP:
            return DUPLICATE
        result = await self._pick_up(session, order, rider_id, source, command_id)
        if result.outcome == "applied":
            found.state, found.picked_up_at = AssignmentState.PICKED_UP, await repository.now(session)
            await session.flush()
            told = RiderPickedUp(order_id, rider_id, order.due_minor, order.currency, order.payment_mode)
            await publish(session, told, actor=rider_actor(rider_id), city=order.city)
        return result

    async def _pick_up(
        self, session: AsyncSession, order: OrderView, rider_id: str, source: Source, command_id: str
    ) -> DeskResult:
        """Move the order on; one that is on the way already has moved, and only its rider is another."""
        if order.state == "out_for_delivery":
            return APPLIED
        return await give(self._orders, session, order.id, PickUp(), rider_id, source, command_id)

    async def code_for_customer(self, session: AsyncSession, order_id: str) -> str | None:
        """Return the code that proves the delivery, for the customer's eyes alone."""
        found = await repository.live_assignment(session, order_id)
        return self._door.code(found) if found else None

    async def deliver(
        self, session: AsyncSession, order_id: str, rider_id: str, *, otp: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by the customer's code; cash that was agreed on is booked with it."""
        return await self._door.deliver(session, order_id, rider_id, otp=otp, source=source, command_id=command_id)

    async def deliver_with_picture(
        self, session: AsyncSession, order_id: str, rider_id: str, *, proof_id: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by a photo or signature of this order that they took and that is whole."""
        return await self._door.deliver_with_picture(
            session, order_id, rider_id, proof_id=proof_id, source=source, command_id=command_id
        )

    async def order_for_code(self, session: AsyncSession, rider_id: str, otp: str) -> str | None:
        """Return the order that a rider means by a bare code.

        The one it proves, else the one picked up last, so that a wrong code counts against an order; then the newest
        one of any state; None where the rider carries nothing.
        """
        rows = await repository.live_of_rider(session, rider_id)
        carried = [row for row in rows if row.state == AssignmentState.PICKED_UP]
        proven = [row for row in carried if hmac.compare_digest(self._door.code(row).encode(), otp.encode())]
        found = [*proven, *carried, *rows]
        return found[0].order_id if found else None

    async def confirm_address(
        self, session: AsyncSession, order_id: str, rider_id: str, *, version: int, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has seen this version of the address."""
        return await give(
            self._orders, session, order_id, ConfirmAddress(version=version), rider_id, source, command_id
        )

    async def switch_to_upi(self, session: AsyncSession, order_id: str, rider_id: str, *, source: Source) -> DeskResult:
        """Ask the customer for UPI at the door in place of cash."""
        return await self._pay_at_door(session, order_id, rider_id, source, self._payments.switch_to_upi)

    async def return_to_cash(
        self, session: AsyncSession, order_id: str, rider_id: str, *, source: Source
    ) -> DeskResult:
        """Take cash at the door after all; the open UPI code is closed first."""
        return await self._pay_at_door(session, order_id, rider_id, source, self._payments.return_to_cash)

    async def _pay_at_door(
        self, session: AsyncSession, order_id: str, rider_id: str, source: Source, change: PaymentChange
    ) -> DeskResult:
        order = await self._orders.get(session, order_id, lock=True)
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        if found.state != AssignmentState.PICKED_UP:
            return refused("dispatch.not_picked_up")
        try:
            view = await change(session, order.id, actor=rider_actor(rider_id), source=source)
        except (ConflictError, UnprocessableError) as error:
            return refused(error.code)
        return DUPLICATE if view.already_open else APPLIED

    async def report_trouble(
        self, session: AsyncSession, order_id: str, rider_id: str, *, kind: str, note: str
    ) -> DeskResult:
        """A rider can't go on.

        Raises:
            UnknownExceptionKindError: The kind is none that we know.
        """
        if kind not in TROUBLE:
            raise UnknownExceptionKindError(kind=kind)
        order = await self._orders.get(session, order_id)
        if await own(session, order_id, rider_id) is None:
            return refused("dispatch.not_yours")
        await publish(
            session, RiderTrouble(order_id, rider_id, kind, note), actor=rider_actor(rider_id), city=order.city
        )
        return APPLIED

    async def fail(
        self, session: AsyncSession, order_id: str, rider_id: str, *, reason: str, source: Source, command_id: str
    ) -> DeskResult:
        """The rider was at the door and could not hand over; they keep the goods until a person decides."""
        await self._orders.get(session, order_id, lock=True)
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        if found.state != AssignmentState.PICKED_UP:
            return refused("dispatch.not_picked_up")
        return await give(self._orders, session, order_id, FailDelivery(reason=reason), rider_id, source, command_id)

    async def set_route(self, session: AsyncSession, order_id: str, rider_id: str, line: str) -> DeskResult:
        """Keep the way that a rider is to take, as an encoded polyline."""
        found = await own(session, order_id, rider_id)
        if found is None:
            return refused("dispatch.not_yours")
        found.route = line
        await session.flush()
        return APPLIED

    async def release(self, session: AsyncSession, order_id: str, *, because: str) -> None:
        """Free the rider of an order that has ended without them."""
        found = await repository.live_assignment(session, order_id)
        if found is not None:
            found.state, found.reason = AssignmentState.RELEASED, because
            await session.flush()

    async def close(self, session: AsyncSession, order_id: str) -> None:
        """End what is live of an order that a person told to be delivered, without its rider.

        Whoever had picked the goods up has delivered them and earns by it; anybody else is free.
        """
        found = await repository.live_assignment(session, order_id)
        if found is None or found.state != AssignmentState.PICKED_UP:
            await self.release(session, order_id, because="delivered")
            return
        order = await self._orders.get(session, order_id)
        await record_delivery(session, order, found, {"kind": "desk"})

    async def current(self, session: AsyncSession, rider_id: str) -> list[AssignmentView]:
        """Return what a rider carries or was offered, the newest first."""
        return [assignment_view(row) for row in await repository.live_of_rider(session, rider_id)]

    async def history(self, session: AsyncSession, order_id: str) -> list[AssignmentView]:
        """Return all offers of an order, oldest first."""
        return [assignment_view(row) for row in await repository.assignments_of(session, order_id)]
