"""Books what a receipt does: its postings, the order's command, what is owed back, and who has to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command, ConfirmPayment, RecordLatePayment, RecordPartPayment, RecordRefund
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentReceived, PaymentReviewClosed, PaymentReviewOpened, RefundDue
from backend.payments.lifecycle import OPEN, ReceiptState
from backend.payments.models import Receipt
from backend.payments.policies import CLOSED_STATES, OrderMoney, ReceiptVerdict, judge_receipt, surplus_minor
from backend.payments.service.ledger import CUSTOMER_FUNDS, REFUNDS_PAYABLE, SUSPENSE, Movement, clearing, post
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import publish
from backend.platform.ids import new_id

PAYMENTS_ACTOR: Final = Actor(ActorKind.PAYMENTS, "reconciler")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a receipt will do to an order whose row is locked."""

    before: OrderMoney
    reversed_minor: int
    state: ReceiptState
    cause: str


class Books:
    """Writes down what a receipt does; every way there ends here."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def judge(self, session: AsyncSession, order: OrderView) -> Judged:
        """Say what money that is the order's will do: count, or be owed back."""
        paid, taken_back = await repository.counted_minor(session, order.id)
        before = OrderMoney(order.amount_minor, paid, order.state in CLOSED_STATES)
        verdict, cause = judge_receipt(before)
        counts = verdict is ReceiptVerdict.MATCH
        return Judged(before, taken_back, ReceiptState.MATCHED if counts else ReceiptState.REFUND_DUE, cause)

    async def book(self, session: AsyncSession, order: OrderView, receipt: Receipt, judged: Judged) -> None:
        """Book a receipt that has just become the order's."""
        held = clearing(receipt.provider)
        if judged.state is ReceiptState.REFUND_DUE:
            post(session, receipt, Movement(held, REFUNDS_PAYABLE, receipt.amount_minor), judged.cause)
            await self.owe_back(session, order, receipt, receipt.amount_minor, judged.cause)
            return
        post(session, receipt, Movement(held, CUSTOMER_FUNDS, receipt.amount_minor), "paid")
        extra = surplus_minor(judged.before, receipt.amount_minor)
        if extra:
            post(session, receipt, Movement(CUSTOMER_FUNDS, REFUNDS_PAYABLE, extra), "paid_too_much")
            await self.owe_back(session, order, receipt, extra, "paid_too_much")
        await self._tell(session, order, receipt, judged)

    async def _tell(self, session: AsyncSession, order: OrderView, receipt: Receipt, judged: Judged) -> None:
        due = max(judged.before.due_minor - receipt.amount_minor, 0)
        intent = await repository.open_intent(session, order.id)
        if intent is not None and due == 0:
            intent.state = "paid"
        paid = order.amount_minor - due + judged.reversed_minor
        command = ConfirmPayment(paid_minor=paid) if due == 0 else RecordPartPayment(paid_minor=paid)
        await self._command(session, order, command, f"receipt:{receipt.id}")
        received = PaymentReceived(
            order_id=order.id,
            receipt_id=receipt.id,
            code=receipt.code,
            provider=receipt.provider,
            amount_minor=receipt.amount_minor,
            due_minor=due,
            currency=receipt.currency,
        )
        await publish(session, received, actor=PAYMENTS_ACTOR, city=order.city)

    async def _command(self, session: AsyncSession, order: OrderView, command: Command, command_id: str) -> None:
        await self._orders.handle(
            session, order.id, command, actor=PAYMENTS_ACTOR, source=Source.PROVIDER, command_id=command_id
        )

    async def owe_back(
        self, session: AsyncSession, order: OrderView, receipt: Receipt, amount_minor: int, cause: str
    ) -> None:
        """Queue a refund; one a receipt and cause."""
        refund_id = await repository.insert_refund(
            session,
            {
                "id": new_id("RF", 10),
                "order_id": order.id,
                "receipt_id": receipt.id,
                "merchant_id": order.merchant_id,
                "amount_minor": amount_minor,
                "currency": receipt.currency,
                "cause": cause,
            },
        )
        if refund_id is not None and order.state in CLOSED_STATES:
            paid = sum(row.amount_minor for row in await repository.receipts_of(session, order.id))
            await self._command(session, order, RecordLatePayment(paid_minor=paid), f"late:{receipt.id}")
        if refund_id is not None:
            due = RefundDue(refund_id, order.id, amount_minor, receipt.currency, cause, order.merchant_id)
            await publish(session, due, actor=PAYMENTS_ACTOR, city=order.city)

    async def park(
        self, session: AsyncSession, receipt: Receipt, why: str, candidates: Sequence[Mapping[str, Any]]
    ) -> None:
        """Hold money whose order is not known for sure, and ask a person."""
        post(session, receipt, Movement(clearing(receipt.provider), SUSPENSE, receipt.amount_minor), "received")
        await self.ask(session, receipt, why, candidates)

    async def unpark(self, session: AsyncSession, receipt: Receipt, order: OrderView, how: str) -> None:
        """Take money out of suspense for an order whose row is locked, and close its card."""
        post(session, receipt, Movement(SUSPENSE, clearing(receipt.provider), receipt.amount_minor), "order_found")
        closed = PaymentReviewClosed(receipt.id, order.id, how)
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)

    async def ask(
        self,
        session: AsyncSession,
        receipt: Receipt,
        why: str,
        candidates: Sequence[Mapping[str, Any]] = (),
        order: OrderView | None = None,
    ) -> None:
        """Ask a person to look at a receipt."""
        opened = PaymentReviewOpened(
            subject_id=receipt.id,
            order_id=order.id if order else None,
            kind=why,
            amount_minor=receipt.amount_minor,
            currency=receipt.currency,
            detail=receipt.provider,
            merchant_id=order.merchant_id if order else None,
            candidates=tuple(candidates),
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city if order else None)

    async def take_back(self, session: AsyncSession, receipt: Receipt, order: OrderView | None, why: str) -> None:
        """Write the contrary of a locked receipt whose money went back, once, and ask a person about its order."""
        if receipt.state in {ReceiptState.REVERSED, ReceiptState.REFUNDED}:
            return
        former, owed = receipt.state, await repository.reject_refunds(session, receipt.id, why)
        for holder, amount in ((REFUNDS_PAYABLE, owed), (_HOLDER[ReceiptState(former)], receipt.amount_minor - owed)):
            if amount:
                post(session, receipt, Movement(holder, clearing(receipt.provider), amount), why)
        receipt.state = ReceiptState.REVERSED
        await session.flush()
        if former in OPEN:
            await publish(session, PaymentReviewClosed(receipt.id, None, why), actor=PAYMENTS_ACTOR, city=None)
        elif order is not None:
            await self._tell_taken_back(session, order, receipt)
            await self.ask(session, receipt, why, order=order)

    async def _tell_taken_back(self, session: AsyncSession, order: OrderView, receipt: Receipt) -> None:
        gone = min(order.refunded_minor + receipt.amount_minor, order.paid_minor)
        await self._command(session, order, RecordRefund(refunded_minor=gone), f"reversed:{receipt.id}")


_HOLDER: Final[Mapping[ReceiptState, str]] = {
    ReceiptState.SUGGESTED: SUSPENSE,
    ReceiptState.ORPHAN: SUSPENSE,
    ReceiptState.MATCHED: CUSTOMER_FUNDS,
    ReceiptState.REFUND_DUE: REFUNDS_PAYABLE,
}
