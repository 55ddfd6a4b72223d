"""The refund queue: what is owed back, who asked, who decided, and that it was paid."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import RecordRefund
from backend.orders.ports import Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import (
    OwnerNeededError,
    OwnRefundError,
    PayoutRunningError,
    ReceiptNotFoundError,
    ReceiptSettledError,
    RefundDecidedError,
    RefundKnownError,
    RefundNotFoundError,
    RefundTooLargeError,
)
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened, RefundApproved, RefundDue, RefundPaid
from backend.payments.lifecycle import ReceiptState
from backend.payments.models import Receipt, Refund
from backend.payments.policies import CLOSED_STATES
from backend.payments.repository import payouts
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.ledger import (
    REFUNDS_DECLINED,
    REFUNDS_PAYABLE,
    Movement,
    clearing,
    make_payable,
    post,
)
from backend.payments.settings import PaymentsSettings
from backend.platform.actors import Actor, Source
from backend.platform.clock import Clock
from backend.platform.events import publish
from backend.platform.ids import new_id


class RefundsService:
    """Lists refunds and moves them on; each step once. The order's row is held first, then the receipt's."""

    def __init__(self, orders: OrdersService, clock: Clock, settings: PaymentsSettings) -> None:
        self._orders = orders
        self._clock = clock
        self._settings = settings

    async def page(
        self,
        session: AsyncSession,
        *,
        state: str | None,
        merchant_id: str | None,
        cities: frozenset[str] | None = None,
        limit: int,
        offset: int,
    ) -> tuple[Sequence[Refund], int]:
        """Return a page of refunds, oldest first, and how many there are; of orders in `cities`, or of all."""
        return await repository.refunds(
            session, state=state, merchant_id=merchant_id, cities=cities, limit=limit, offset=offset
        )

    async def get(self, session: AsyncSession, refund_id: str) -> Refund:
        """Return a refund, locked.

        Raises:
            RefundNotFoundError: There is no such refund.
        """
        refund = await repository.refund(session, refund_id)
        if refund is None:
            raise RefundNotFoundError(refund_id=refund_id)
        return refund

    async def request(
        self, session: AsyncSession, receipt_id: str, amount_minor: int, cause: str, note: str, actor: Actor
    ) -> Refund:
        """Ask to give back some of a receipt that counts; nothing moves until somebody else approves.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            ReceiptSettledError: It does not count for an order.
            RefundTooLargeError: More than is left of it.
            RefundKnownError: There is a refund of this cause.
        """
        order, receipt = await self._held(session, receipt_id)
        if receipt.state != ReceiptState.MATCHED or order is None:
            raise ReceiptSettledError(receipt_id=receipt_id, state=receipt.state)
        if amount_minor > await repository.left_of(session, receipt):
            raise RefundTooLargeError(receipt_id=receipt_id)
        values = {
            "id": new_id("RF", 10),
            "order_id": order.id,
            "receipt_id": receipt.id,
            "merchant_id": order.merchant_id,
            "amount_minor": amount_minor,
            "currency": receipt.currency,
            "cause": cause,
            "note": note,
            "requested_by": str(actor),
        }
        refund_id = await repository.insert_refund(session, values)
        if refund_id is None:
            raise RefundKnownError(receipt_id=receipt_id, cause=cause)
        refund = await self.get(session, refund_id)
        await self._ask_to_decide(session, refund, order)
        return refund

    async def _ask_to_decide(self, session: AsyncSession, refund: Refund, order: Receivable) -> None:
        """Open a card for those who approve refunds; the customer hears of it when it is approved."""
        opened = PaymentReviewOpened(
            subject_id=refund.id,
            order_id=order.id,
            kind="refund_requested",
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            detail=f"{refund.cause}, asked for by {refund.requested_by}",
            merchant_id=refund.merchant_id,
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city)

    async def decide(
        self, session: AsyncSession, refund_id: str, *, approve: bool, note: str, actor: Actor, is_owner: bool
    ) -> Refund:
        """Record a decision, once.

        Raises:
            RefundNotFoundError: There is no such refund.
            RefundDecidedError: It was decided already.
            OwnRefundError: Who asked for it approves it.
            OwnerNeededError: It is larger than an admin may approve.
        """
        known = await self.get_unlocked(session, refund_id)
        order, receipt = await self._held(session, known.receipt_id)
        refund = await self.get(session, refund_id)
        if refund.state != "due":
            raise RefundDecidedError(refund_id=refund_id, state=refund.state)
        if approve:
            self._check_approval(refund, actor, is_owner=is_owner)
        refund.state = "approved" if approve else "rejected"
        refund.decided_by, refund.note = str(actor), note
        await self._post_decision(session, refund, receipt)
        if approve and refund.requested_by is not None:
            await self._close_card(session, refund, order, f"approved by {actor}")
            await self._announce(session, refund, order)
        if approve:
            approved = RefundApproved(refund.id, refund.order_id, refund.amount_minor, refund.currency)
            await publish(session, approved, actor=actor, city=order.city if order else None)
        if not approve:
            await self._close_card(session, refund, order, "rejected")
        await session.flush()
        return refund

    def _check_approval(self, refund: Refund, actor: Actor, *, is_owner: bool) -> None:
        if refund.requested_by == str(actor):
            raise OwnRefundError(refund_id=refund.id)
        if not is_owner and refund.amount_minor > self._settings.refund_admin_limit_minor:
            raise OwnerNeededError(refund_id=refund.id, limit_minor=self._settings.refund_admin_limit_minor)

    async def _post_decision(self, session: AsyncSession, refund: Refund, receipt: Receipt) -> None:
        """What was asked for becomes payable with its approval; what was owed from the start ends with a refusal."""
        if refund.requested_by is not None and refund.state == "approved":
            await make_payable(session, receipt, refund.amount_minor, refund.cause)
        elif refund.requested_by is None and refund.state == "rejected":
            post(session, receipt, Movement(REFUNDS_PAYABLE, REFUNDS_DECLINED, refund.amount_minor), refund.cause)

    async def _announce(self, session: AsyncSession, refund: Refund, order: Receivable | None) -> None:
        due = RefundDue(
            refund.id, refund.order_id, refund.amount_minor, refund.currency, refund.cause, refund.merchant_id
        )
        await publish(session, due, actor=PAYMENTS_ACTOR, city=order.city if order else None)

    async def pay(self, session: AsyncSession, refund_id: str, code: str, actor: Actor) -> Refund:
        """Record that an approved refund was paid out, under the provider's code.

        Raises:
            RefundNotFoundError: There is no such refund.
            RefundDecidedError: It is not approved, or was paid before.
            PayoutRunningError: It is being paid out by API.
        """
        known = await self.get_unlocked(session, refund_id)
        order, receipt = await self._held(session, known.receipt_id)
        refund = await self.get(session, refund_id)
        if refund.state != "approved":
            raise RefundDecidedError(refund_id=refund_id, state=refund.state)
        await _close_payout(session, refund_id, code)
        refund.state, refund.paid_code, refund.paid_at = "paid_back", code, self._clock.now()
        post(session, receipt, Movement(REFUNDS_PAYABLE, clearing(receipt.provider), refund.amount_minor), refund.cause)
        await session.flush()
        never_counted = receipt.state == ReceiptState.REFUND_DUE  # What did says what was paid, given back or not.
        if never_counted and await repository.refunded_minor(session, receipt.id) == receipt.amount_minor:
            receipt.state = ReceiptState.REFUNDED
        if order is not None:
            await self._tell_order(session, order, refund)
        paid = RefundPaid(refund.id, refund.order_id, refund.amount_minor, refund.currency, code)
        await publish(session, paid, actor=actor, city=order.city if order else None)
        await self._close_card(session, refund, order, "paid back")
        await session.flush()
        return refund

    async def hold(self, session: AsyncSession, refund_id: str) -> Refund:
        """Return a refund, its order's row, its receipt's and its own held in this order.

        Raises:
            RefundNotFoundError: There is no such refund.
        """
        known = await self.get_unlocked(session, refund_id)
        await self._held(session, known.receipt_id)
        return await self.get(session, refund_id)

    async def city_of(self, session: AsyncSession, refund: Refund) -> str | None:
        """Return the city of a refund's order."""
        found = await self._orders.receivables(session, order_ids=[refund.order_id]) if refund.order_id else []
        return found[0].city if found else None

    async def _tell_order(self, session: AsyncSession, order: Receivable, refund: Refund) -> None:
        """Show it on the order, where the order shows the money: a surplus or a second payment never was its own."""
        if refund.requested_by is None and order.state not in CLOSED_STATES:
            return
        gone = min(order.refunded_minor + refund.amount_minor, order.paid_minor)
        command = (order.id, RecordRefund(refunded_minor=gone), f"refund:{refund.id}")
        await self._orders.handle_many(session, [command], actor=PAYMENTS_ACTOR, source=Source.PROVIDER)

    async def _close_card(
        self, session: AsyncSession, refund: Refund, order: Receivable | None, resolution: str
    ) -> None:
        closed = PaymentReviewClosed(refund.id, refund.order_id, resolution)
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city if order else None)

    async def get_unlocked(self, session: AsyncSession, refund_id: str) -> Refund:
        """Return a refund as it was a moment ago.

        Raises:
            RefundNotFoundError: There is no such refund.
        """
        refund = await session.get(Refund, refund_id)
        if refund is None:
            raise RefundNotFoundError(refund_id=refund_id)
        return refund

    async def _held(self, session: AsyncSession, receipt_id: str) -> tuple[Receivable | None, Receipt]:
        """Hold a receipt's order and then the receipt."""
        known = await repository.receipt(session, receipt_id)
        if known is None:
            raise ReceiptNotFoundError(receipt_id=receipt_id)
        held = await self._orders.hold(session, [known.order_id]) if known.order_id else {}
        receipt = await repository.receipt(session, receipt_id, lock=True)
        if receipt is None or receipt.order_id != known.order_id:
            raise ReceiptSettledError(receipt_id=receipt_id)
        return held.get(known.order_id or ""), receipt


async def _close_payout(session: AsyncSession, refund_id: str, code: str) -> None:
    """End a payout that nobody knew the end of, since somebody has found out; refuse while one is under way."""
    for payout in await payouts.of_refund(session, refund_id):
        if payout.state in payouts.UNDER_WAY:
            raise PayoutRunningError(refund_id=refund_id, payout_id=payout.id)
        if payout.state == "review":
            payout.state, payout.paid_code, payout.result_reason = "paid", code, "by_hand"
    await session.flush()
