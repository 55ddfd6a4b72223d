"""At the door: the code, photo or signature by which it is known that the customer has the goods."""

import hmac
from collections.abc import Mapping
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.events import RiderTrouble
from backend.dispatch.lifecycle import AssignmentState
from backend.dispatch.models import Assignment
from backend.dispatch.policies import ProofKind, delivery_code, may_prove
from backend.dispatch.ports import DeskResult
from backend.dispatch.settings import DispatchSettings
from backend.orders.commands import Command, DeliverOrder
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments.errors import CashLockedError
from backend.payments.service import IntentView, PaymentsService
from backend.payments.service.rider_cash import RiderCashService
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import publish

APPLIED: Final = DeskResult("applied", "applied", "dispatch.applied")
DUPLICATE: Final = DeskResult("duplicate", "duplicate", "dispatch.duplicate")


def refused(code: str) -> DeskResult:
    """Return that a step is not possible."""
    return DeskResult("refused", code, code)


def rider_actor(rider_id: str) -> Actor:
    """Return a rider as an actor."""
    return Actor(ActorKind.RIDER, rider_id)


async def own(session: AsyncSession, order_id: str, rider_id: str) -> Assignment | None:
    """Return the assignment by which the rider has the order now, locked."""
    found = await repository.live_assignment(session, order_id)
    return found if found is not None and found.rider_id == rider_id else None


async def give(
    orders: OrdersService,
    session: AsyncSession,
    order_id: str,
    command: Command,
    rider_id: str,
    source: Source,
    command_id: str,
) -> DeskResult:
    """Give an order a command of a rider."""
    result = await orders.handle(
        session, order_id, command, actor=rider_actor(rider_id), source=source, command_id=command_id
    )
    return DeskResult(result.outcome, result.code, result.message_key, result.params)


async def record_delivery(
    session: AsyncSession, order: OrderView, assignment: Assignment, proof: Mapping[str, str]
) -> None:
    """Keep that a rider has handed over, and what they earn by it."""
    assignment.state, assignment.proof = AssignmentState.DELIVERED, dict(proof)
    assignment.delivered_at = await repository.now(session)
    assignment.fee_minor, assignment.currency = order.delivery_fee_minor, order.currency
    await session.flush()


class PaymentChange(Protocol):
    """A change of the way of paying at the door."""

    async def __call__(self, session: AsyncSession, order_id: str, *, actor: Actor, source: Source) -> IntentView:
        """Make the change."""
        ...


class Door:
    """Hands over what a rider carries. Rows are locked order first, then assignment."""

    def __init__(
        self,
        orders: OrdersService,
        payments: PaymentsService,
        cash: RiderCashService,
        settings: DispatchSettings,
    ) -> None:
        self._orders = orders
        self._payments = payments
        self._cash = cash
        self._settings = settings

    def code(self, assignment: Assignment) -> str:
        """Return the code that proves the delivery, for the customer's eyes alone."""
        return delivery_code(self._settings.otp_key.get_secret_value(), assignment.id)

    async def deliver(
        self, session: AsyncSession, order_id: str, rider_id: str, *, otp: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by the customer's code; cash that was agreed on is booked with it."""
        order = await self._orders.get(session, order_id, lock=True)
        found = await self._at_door(session, order_id, rider_id)
        if isinstance(found, DeskResult):
            return found
        wrong = await self._check_code(session, order, found, otp)
        if wrong is not None:
            return wrong
        return await self._hand_over(session, order, found, {"kind": "otp"}, source, command_id)

    async def deliver_with_picture(
        self, session: AsyncSession, order_id: str, rider_id: str, *, proof_id: str, source: Source, command_id: str
    ) -> DeskResult:
        """A rider has handed over, proven by a photo or signature of this order that they took and that is whole."""
        order = await self._orders.get(session, order_id, lock=True)
        found = await self._at_door(session, order_id, rider_id)
        if isinstance(found, DeskResult):
            return found
        picture = await repository.proof(session, proof_id)
        if picture is None or (picture.order_id, picture.rider_id) != (order_id, rider_id):
            return refused("dispatch.no_such_proof")
        if picture.sealed_at is None:
            return refused("dispatch.proof_unfinished")
        if not may_prove(ProofKind(picture.kind), order.due_minor):
            return refused("dispatch.code_needed")
        proof = {"kind": picture.kind, "proof": picture.id, "sha256": str(picture.sha256)}
        return await self._hand_over(session, order, found, proof, source, command_id)

    async def _at_door(self, session: AsyncSession, order_id: str, rider_id: str) -> Assignment | DeskResult:
        """Return the assignment by which the rider has the goods, or why they can't hand them over."""
        found = await own(session, order_id, rider_id)
        if found is None:
            delivered = await self._delivered_by(session, order_id, rider_id)
            return DUPLICATE if delivered else refused("dispatch.not_yours")
        return found if found.state == AssignmentState.PICKED_UP else refused("dispatch.not_picked_up")

    async def _hand_over(
        self,
        session: AsyncSession,
        order: OrderView,
        found: Assignment,
        proof: Mapping[str, str],
        source: Source,
        command_id: str,
    ) -> DeskResult:
        cash_due = order.payment_mode == "cod" and order.due_minor > 0
        if cash_due and not await self._cash.is_told(session, order.id, found.rider_id):
            try:
                await self._payments.record_cash(session, order.id, order.due_minor, found.rider_id)
            except CashLockedError as error:
                return refused(error.code)
        command = DeliverOrder(proof={**proof, "assignment": found.id})
        result = await give(self._orders, session, order.id, command, found.rider_id, source, command_id)
        if result.outcome == "applied":
            await record_delivery(session, order, found, proof)
        return result

    async def _delivered_by(self, session: AsyncSession, order_id: str, rider_id: str) -> bool:
        rows = await repository.assignments_of(session, order_id)
        return any(row.rider_id == rider_id and row.state == AssignmentState.DELIVERED for row in rows)

    async def _check_code(
        self, session: AsyncSession, order: OrderView, found: Assignment, otp: str
    ) -> DeskResult | None:
        """Return the refusal of a wrong code, or of any code after too many; None where it is right."""
        if found.otp_tries >= self._settings.otp_tries:
            return refused("dispatch.code_locked")
        if hmac.compare_digest(self.code(found).encode(), otp.strip().encode()):
            return None
        found.otp_tries += 1
        await session.flush()
        if found.otp_tries == self._settings.otp_tries:
            trouble = RiderTrouble(order.id, found.rider_id, "code_locked", "too many wrong codes")
            await publish(session, trouble, actor=rider_actor(found.rider_id), city=order.city)
        return refused("dispatch.wrong_code")
