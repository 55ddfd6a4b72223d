"""Evidence of money: callbacks, queries, confirmations and cash, merged on the receipt's code."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import (
    Command,
    ConfirmPayment,
    MarkPaymentFailed,
    PaymentMode,
    RecordLatePayment,
    RecordPartPayment,
    SwitchPayment,
)
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentFailed, PaymentReceived, PaymentReviewOpened, RefundDue
from backend.payments.models import PaymentAttempt, Receipt
from backend.payments.policies import OrderMoney, ReceiptVerdict, judge_receipt, reference_key, surplus_minor
from backend.payments.ports import AttemptOutcome, AttemptResult, HandPayment
from backend.payments.service.ledger import CUSTOMER_FUNDS, REFUNDS_PAYABLE, SUSPENSE, Movement, clearing, post
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.errors import NotFoundError
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.observability.metrics import PAYMENTS

PAYMENTS_ACTOR: Final = Actor(ActorKind.PAYMENTS, "reconciler")
CLOSED_STATES: Final = frozenset({"cancelled", "returned"})


@dataclass(frozen=True, slots=True)
class Money:
    """A receipt about to be recorded."""

    provider: str
    code: str
    amount_minor: int
    currency: str
    evidence: str
    attempt_id: str | None = None
    reference: str = ""
    payer_hint: str = ""
    expected_minor: int | None = None
    provisional: bool = False


class EvidenceService:
    """Turns what providers say into receipts, ledger rows and order commands; safe to run twice."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def apply_result(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult, evidence: str
    ) -> None:
        """Record what a provider says of an attempt; a success is never undone by a later failure."""
        PAYMENTS.labels(attempt.provider, result.outcome.value).inc()
        if result.outcome is AttemptOutcome.PAID:
            await self._apply_paid(session, attempt, result, evidence)
        elif result.outcome is AttemptOutcome.FAILED and attempt.state not in {"paid", "failed"}:
            await self._apply_failed(session, attempt, result)

    async def _apply_paid(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult, evidence: str
    ) -> None:
        order = await self._orders.get(session, attempt.order_id, lock=True)
        amount = attempt.amount_minor if result.amount_minor is None else result.amount_minor
        if result.receipt is None and attempt.state == "paid":
            return
        money = Money(
            provider=_rail(attempt.provider),
            code=result.receipt or attempt.provider_ref or attempt.id,
            amount_minor=amount,
            currency=order.currency,
            evidence=evidence,
            attempt_id=attempt.id,
            expected_minor=attempt.amount_minor,
            provisional=result.receipt is None,
        )
        attempt.result_code, attempt.result_reason = result.code, "paid"
        receipt = await self.record(session, order, money)
        # Money that a person must look at leaves the attempt in review with it.
        attempt.state = "review" if receipt.state == "unmatched" else "paid"
        await session.flush()

    async def _apply_failed(self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult) -> None:
        order = await self._orders.get(session, attempt.order_id, lock=True)
        attempt.state, attempt.result_code, attempt.result_reason = "failed", result.code, result.reason
        intent = await repository.intent(session, attempt.intent_id)
        if intent.state == "open":
            intent.state = "failed"
        await session.flush()
        await self._command(session, order, MarkPaymentFailed(reason=result.reason), f"attempt-failed:{attempt.id}")
        if attempt.at_the_door:
            await self._command(session, order, SwitchPayment(PaymentMode.COD), f"cash-again:{attempt.id}")
        failed = PaymentFailed(
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            method=_rail(attempt.provider),
            code=result.code,
            reason=result.reason,
            advice=result.advice.value,
            at_the_door=attempt.at_the_door,
        )
        await publish(session, failed, actor=PAYMENTS_ACTOR, city=order.city)

    async def record_hand_payment(self, session: AsyncSession, paid: HandPayment, currency: str, rail: str) -> None:
        """Record money sent by hand, matched by the reference that the payer typed, or left for a person."""
        order = await self._order_of_reference(session, paid.reference)
        money = Money(
            provider=rail,
            code=paid.receipt,
            amount_minor=paid.amount_minor,
            currency=currency,
            evidence="confirmation",
            reference=paid.reference[:20],
            payer_hint=paid.payer_hint,
        )
        if order is None:
            await self._record_unmatched(session, money)
        else:
            await self.record(session, order, money)

    async def _order_of_reference(self, session: AsyncSession, typed: str) -> OrderView | None:
        if not typed.strip():
            return None
        order_id = await self._orders.find_by_reference(session, reference_key(typed))
        try:
            return await self._orders.get(session, order_id, lock=True) if order_id else None
        except NotFoundError:
            return None

    async def record(self, session: AsyncSession, order: OrderView, money: Money) -> Receipt:
        """Record one receipt for an order whose row is locked; the same code again changes nothing."""
        known = await self._merge_known(session, order, money)
        if known is not None:
            return known
        before = OrderMoney(
            order.amount_minor, await repository.paid_minor(session, order.id), order.state in CLOSED_STATES
        )
        verdict, why = judge_receipt(before, money.amount_minor, money.expected_minor)
        receipt = await self._insert(session, money, order, verdict)
        if verdict is ReceiptVerdict.MATCH:
            await self._match(session, order, receipt, before)
        elif verdict is ReceiptVerdict.REFUND:
            post(session, receipt, Movement(clearing(receipt.provider), REFUNDS_PAYABLE, receipt.amount_minor))
            await self.owe_back(session, order, receipt, receipt.amount_minor, why)
        else:
            post(session, receipt, Movement(clearing(receipt.provider), SUSPENSE, receipt.amount_minor))
            await self.open_review(session, receipt, order, why)
        return receipt

    async def _merge_known(self, session: AsyncSession, order: OrderView, money: Money) -> Receipt | None:
        """Return the receipt that this evidence is about, where we have it: by code, or still waiting for its code."""
        known = await repository.receipt_by_code(session, money.provider, money.code)
        if known is not None:
            if known.order_id is None:
                await self.match_unmatched(session, known, order)
            return known
        if money.provisional:
            return await self._already_told(session, order, money)
        waiting = await repository.provisional_receipt(session, order.id, money.amount_minor)
        if waiting is not None:
            waiting.code, waiting.provisional, waiting.evidence = money.code, False, money.evidence
            await session.flush()
        return waiting

    async def _already_told(self, session: AsyncSession, order: OrderView, money: Money) -> Receipt | None:
        """Return the receipt by which the rail told of this prompt's money before: of its amount, and of no other."""
        told = await repository.receipt_without_attempt(session, order.id, money.provider, money.amount_minor)
        if told is not None:
            told.attempt_id = money.attempt_id
            await session.flush()
        return told

    async def _insert(
        self, session: AsyncSession, money: Money, order: OrderView | None, verdict: ReceiptVerdict
    ) -> Receipt:
        states = {ReceiptVerdict.MATCH: "matched", ReceiptVerdict.REFUND: "refund_due"}
        receipt = Receipt(
            id=new_id("RC", 10),
            provider=money.provider,
            code=money.code,
            provisional=money.provisional,
            amount_minor=money.amount_minor,
            currency=money.currency,
            order_id=order.id if order else None,
            attempt_id=money.attempt_id,
            merchant_id=order.merchant_id if order else None,
            reference=money.reference,
            payer_hint=money.payer_hint,
            evidence=money.evidence,
            state=states.get(verdict, "unmatched"),
        )
        session.add(receipt)
        await session.flush()
        return receipt

    async def _match(self, session: AsyncSession, order: OrderView, receipt: Receipt, before: OrderMoney) -> None:
        extra = surplus_minor(before, receipt.amount_minor)
        post(session, receipt, Movement(clearing(receipt.provider), CUSTOMER_FUNDS, receipt.amount_minor))
        if extra:
            post(session, receipt, Movement(CUSTOMER_FUNDS, REFUNDS_PAYABLE, extra))
            await self.owe_back(session, order, receipt, extra, "paid_too_much")
        due = max(before.due_minor - receipt.amount_minor, 0)
        await self._close_intent(session, order.id, covered=due == 0)
        await self._tell_order(session, order, receipt, due)
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

    async def _close_intent(self, session: AsyncSession, order_id: str, *, covered: bool) -> None:
        intent = await repository.open_intent(session, order_id)
        if intent is not None and covered:
            intent.state = "paid"
        await session.flush()

    async def _tell_order(self, session: AsyncSession, order: OrderView, receipt: Receipt, due_minor: int) -> None:
        paid = order.amount_minor - due_minor
        command = ConfirmPayment(paid_minor=paid) if due_minor == 0 else RecordPartPayment(paid_minor=paid)
        await self._command(session, order, command, f"receipt:{receipt.id}")

    async def _command(self, session: AsyncSession, order: OrderView, command: Command, command_id: str) -> None:
        await self._orders.handle(
            session, order.id, command, actor=PAYMENTS_ACTOR, source=Source.PROVIDER, command_id=command_id
        )

    async def match_unmatched(self, session: AsyncSession, receipt: Receipt, order: OrderView) -> None:
        """Give a receipt that waited in suspense to an order whose row is locked."""
        paid = await repository.paid_minor(session, order.id)
        before = OrderMoney(order.amount_minor, paid, order.state in CLOSED_STATES)
        receipt.order_id, receipt.merchant_id = order.id, order.merchant_id
        verdict, why = judge_receipt(before, receipt.amount_minor, None)
        receipt.state = "matched" if verdict is ReceiptVerdict.MATCH else "refund_due"
        target = CUSTOMER_FUNDS if verdict is ReceiptVerdict.MATCH else REFUNDS_PAYABLE
        post(session, receipt, Movement(SUSPENSE, clearing(receipt.provider), receipt.amount_minor))
        if verdict is ReceiptVerdict.MATCH:
            await self._match(session, order, receipt, before)
            return
        post(session, receipt, Movement(clearing(receipt.provider), target, receipt.amount_minor))
        await self.owe_back(session, order, receipt, receipt.amount_minor, why)

    async def _record_unmatched(self, session: AsyncSession, money: Money) -> None:
        if await repository.receipt_by_code(session, money.provider, money.code) is not None:
            return
        receipt = await self._insert(session, money, None, ReceiptVerdict.REVIEW)
        post(session, receipt, Movement(clearing(receipt.provider), SUSPENSE, receipt.amount_minor))
        await self.open_review(session, receipt, None, "no_order_for_reference")

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
            due = RefundDue(refund_id, order.id, amount_minor, receipt.currency, cause)
            await publish(session, due, actor=PAYMENTS_ACTOR, city=order.city)

    async def open_review(self, session: AsyncSession, receipt: Receipt, order: OrderView | None, why: str) -> None:
        """Ask a person to look at a receipt."""
        opened = PaymentReviewOpened(
            receipt.id, order.id if order else None, why, receipt.amount_minor, receipt.currency, receipt.provider
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city if order else None)


def _rail(provider: str) -> str:
    """Return the rail of a provider's product: links and codes are both UPI."""
    return {"daraja": "mpesa", "upi_link": "upi", "upi_code": "upi"}.get(provider, provider)
