"""What a provider says of one of our prompts, links or codes: paid, failed, or not yet."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command, MarkPaymentFailed, PaymentMode, SwitchPayment
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentFailed, PaymentReviewOpened
from backend.payments.lifecycle import OPEN
from backend.payments.models import PaymentAttempt, PaymentIntent
from backend.payments.ports import AttemptOutcome, AttemptResult, Evidence, Feed
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.receipts import ReceiptsService
from backend.platform.actors import Source
from backend.platform.events import publish
from backend.platform.observability.metrics import PAYMENTS
from backend.platform.timers import TimerKind, arm, cancel

SEND_CHANNEL: Final = {"daraja": "daraja", "upi_link": "upi", "upi_code": "upi"}
LIVE: Final = frozenset({"created", "sent", "unknown"})


class AttemptsService:
    """Applies results to attempts; a success is evidence of money, and is never undone by a later failure."""

    def __init__(self, orders: OrdersService, receipts: ReceiptsService) -> None:
        self._orders = orders
        self._receipts = receipts

    async def apply_result(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult, feed: Feed
    ) -> None:
        """Record what a provider says of a locked attempt, its order's row locked before it."""
        PAYMENTS.labels(attempt.provider, result.outcome.value).inc()
        was_live = attempt.state in LIVE
        if result.outcome is AttemptOutcome.PAID:
            await self._apply_paid(session, attempt, result, feed)
        elif result.outcome is AttemptOutcome.FAILED and attempt.state not in {"paid", "failed"}:
            await self._apply_failed(session, attempt, result)
        if was_live and attempt.state not in LIVE:
            await unwatch(session, attempt, result.outcome)

    async def _apply_paid(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult, feed: Feed
    ) -> None:
        if result.receipt is None and attempt.state == "paid":
            return
        intent = await repository.intent(session, attempt.intent_id)
        told = Evidence(
            feed=feed,
            rail=rail_of(attempt.provider),
            code=result.receipt or attempt.provider_ref or attempt.id,
            amount_minor=attempt.amount_minor if result.amount_minor is None else result.amount_minor,
            currency=intent.currency,
            payer=result.payer,
            paid_at=result.paid_at,
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            expected_minor=attempt.amount_minor,
            provisional=result.receipt is None,
        )
        attempt.result_code, attempt.result_reason = result.code, "paid"
        receipt = await self._receipts.take(session, told)
        # Money that a person must look at, or that is another order's, leaves the attempt in review with it.
        settled = receipt.order_id == attempt.order_id and receipt.state not in OPEN
        attempt.state = "paid" if settled or attempt.state == "paid" else "review"
        await session.flush()
        if attempt.state == "review" and receipt.attempt_id != attempt.id:
            await ask_about(session, attempt, intent)

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
            method=rail_of(attempt.provider),
            code=result.code,
            reason=result.reason,
            advice=result.advice.value,
            at_the_door=attempt.at_the_door,
        )
        await publish(session, failed, actor=PAYMENTS_ACTOR, city=order.city)

    async def _command(self, session: AsyncSession, order: OrderView, command: Command, command_id: str) -> None:
        await self._orders.handle(
            session, order.id, command, actor=PAYMENTS_ACTOR, source=Source.PROVIDER, command_id=command_id
        )


async def ask_about(session: AsyncSession, attempt: PaymentAttempt, intent: PaymentIntent) -> None:
    """Give an attempt to a person, who finds out what became of it."""
    opened = PaymentReviewOpened(
        attempt.id, attempt.order_id, "outcome_unknown", attempt.amount_minor, intent.currency, attempt.provider
    )
    await publish(session, opened, actor=PAYMENTS_ACTOR, city=None)


async def watch(session: AsyncSession, attempt: PaymentAttempt, delay_s: float, step: int = 0) -> None:
    """Have a live attempt looked at after a time; nothing ends this but the attempt's own end."""
    meta = {"attempt_id": attempt.id}
    await arm(session, TimerKind.PAYMENT_PENDING, attempt.order_id, delay_s=delay_s, step=step, meta=meta)


async def unwatch(session: AsyncSession, attempt: PaymentAttempt, by: str) -> None:
    """End the watch over an attempt; it is the order's only one, since an order has one live attempt at most."""
    await cancel(session, attempt.order_id, [TimerKind.PAYMENT_PENDING], by=by)


def rail_of(provider: str) -> str:
    """Return the rail of a provider's product: links and codes are both UPI."""
    return {"daraja": "mpesa", "upi_link": "upi", "upi_code": "upi"}.get(provider, provider)
