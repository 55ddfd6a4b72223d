"""What a provider says of one of our prompts, links or codes: paid, failed, or not yet, and what is done about it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command, MarkPaymentFailed, PaymentMode, SwitchPayment
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentFailed, PaymentReviewClosed, PaymentReviewOpened
from backend.payments.lifecycle import OPEN
from backend.payments.models import PaymentAttempt, PaymentIntent
from backend.payments.ports import Advice, AttemptOutcome, AttemptResult, Evidence, Feed
from backend.payments.service import outflows
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.watches import LIVE, SEND_CHANNEL, AttemptWatches, ask_about, is_owned, unwatch
from backend.payments.settings import PaymentsSettings
from backend.payments.statement_ports import OutflowKind, OutflowTold
from backend.platform.actors import Source
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import PAYMENTS
from backend.platform.sends import enqueue

log = get_logger(__name__)

_PROMPT: Final = "daraja"


class AttemptsService:
    """Applies results to attempts; a success is evidence of money, and is never undone by a later failure.

    A prompt that failed for a passing reason is sent once more by itself; what the customer can't mend is a person's.
    """

    def __init__(
        self,
        orders: OrdersService,
        receipts: ReceiptsService,
        watches: AttemptWatches,
        settings: PaymentsSettings,
        *,
        paybill: str = "",
        till: str = "",
    ) -> None:
        self._orders = orders
        self._receipts = receipts
        self._watches = watches
        self._settings = settings
        self._paybill = paybill
        self._till = till

    async def open(
        self,
        session: AsyncSession,
        intent: PaymentIntent,
        provider: str,
        *,
        expires_at: datetime | None,
        at_the_door: bool = False,
        delay_s: float = 0.0,
    ) -> PaymentAttempt:
        """Begin a try to collect an intent: its row, its watch and its send, which leaves after `delay_s` seconds."""
        attempt = PaymentAttempt(
            id=new_id("PA", 10),
            intent_id=intent.id,
            order_id=intent.order_id,
            provider=provider,
            at_the_door=at_the_door,
            amount_minor=intent.amount_minor,
            state="created",
            expires_at=expires_at,
        )
        session.add(attempt)
        await session.flush()
        await self._watches.begin(session, attempt, in_s=delay_s)
        await enqueue(
            session,
            SEND_CHANNEL[provider],
            {"attempt_id": attempt.id},
            idem=f"attempt:{attempt.id}",
            scope=intent.merchant_id,
            order_id=intent.order_id,
            priority=1,
            delay_s=delay_s,
        )
        return attempt

    async def hear(self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult) -> None:
        """Take what a callback says of a locked attempt; much money is asked about first where nobody signs for it."""
        if not await self._is_doubted(session, attempt, result):
            await self.apply_result(session, attempt, result, Feed.PROMPT)
            return
        paid_at = result.paid_at.isoformat() if result.paid_at else None
        claim = {"receipt": result.receipt, "amount_minor": result.amount_minor, "paid_at": paid_at}
        await enqueue(
            session,
            f"{SEND_CHANNEL[attempt.provider]}.query",
            {"attempt_id": attempt.id, "claim": claim},
            idem=f"confirm:{attempt.id}:{result.receipt}",
            order_id=attempt.order_id,
            priority=1,
        )

    async def _is_doubted(self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult) -> bool:
        """True for an unsigned success of so much that another source has to bear it out."""
        is_claim = attempt.provider == _PROMPT and result.outcome is AttemptOutcome.PAID and attempt.state != "paid"
        if not is_claim or attempt.amount_minor < self._settings.confirm_from_minor:
            return False
        rail = rail_of(attempt.provider)
        return result.receipt is None or await repository.receipt_by_code(session, rail, result.receipt) is None

    async def confirm(
        self, session: AsyncSession, attempt: PaymentAttempt, answer: AttemptResult, claim: Mapping[str, Any]
    ) -> None:
        """Take the provider's answer about a callback that was doubted: it counts, or a person looks at it."""
        if answer.outcome is AttemptOutcome.PAID:
            paid_at = datetime.fromisoformat(claim["paid_at"]) if claim["paid_at"] else None
            told = replace(answer, receipt=claim["receipt"], amount_minor=claim["amount_minor"], paid_at=paid_at)
            await self.apply_result(session, attempt, told, Feed.PROMPT)
        elif answer.outcome is AttemptOutcome.FAILED and attempt.state not in {"paid", "review"}:
            log.warning("payment.callback_unconfirmed", attempt_id=attempt.id, code=answer.code)
            attempt.state, attempt.result_code = "review", answer.code
            await session.flush()
            await unwatch(session, attempt, "unconfirmed")
            intent = await repository.intent(session, attempt.intent_id)
            await ask_about(session, attempt, intent, "callback_unconfirmed")

    async def apply_result(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult, feed: Feed
    ) -> None:
        """Record what a provider says of a locked attempt, its order's row locked before it."""
        PAYMENTS.labels(attempt.provider, result.outcome.value).inc()
        former, again = attempt.state, None
        if result.outcome is AttemptOutcome.PAID:
            await self._apply_paid(session, attempt, result, feed)
        elif result.outcome is AttemptOutcome.FAILED:
            again = await self._apply_failed(session, attempt, result)
        if attempt.state in LIVE or attempt.state == former:
            return
        if former == "review" or await is_owned(session, attempt):
            await self._found_out(session, attempt)
        if former in LIVE:
            await unwatch(session, attempt, result.outcome)
        if again is not None:
            await self._send_again(session, attempt, again)

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
        if result.fee_minor > 0:
            fee = OutflowTold(told.rail, told.code, OutflowKind.CHARGE, result.fee_minor, told.currency, feed)
            await outflows.book(session, fee)
        # Money that a person must look at, or that is another order's, leaves the attempt in review with it.
        settled = receipt.order_id == attempt.order_id and receipt.state not in OPEN
        attempt.state = "paid" if settled or attempt.state == "paid" else "review"
        await session.flush()
        if attempt.state == "review" and receipt.attempt_id != attempt.id:
            await ask_about(session, attempt, intent)

    async def _apply_failed(
        self, session: AsyncSession, attempt: PaymentAttempt, result: AttemptResult
    ) -> PaymentIntent | None:
        """Record a failure; return the intent where it is to be asked for once more by itself."""
        if attempt.state == "paid":
            log.warning("payment.failure_after_success", attempt_id=attempt.id, code=result.code)
        if attempt.state in {"paid", "failed"}:
            return None
        order = await self._orders.get(session, attempt.order_id, lock=True)
        intent = await repository.intent(session, attempt.intent_id)
        due_minor = await repository.due_minor(session, order)
        again = due_minor >= attempt.amount_minor and await self._is_passing(session, attempt, intent, result)
        attempt.state, attempt.result_code, attempt.result_reason = "failed", result.code, result.reason
        if intent.state == "open" and not again:
            intent.state = "failed"
        await session.flush()
        if not again:
            await self._command(session, order, MarkPaymentFailed(reason=result.reason), f"attempt-failed:{attempt.id}")
        if attempt.at_the_door:
            await self._command(session, order, SwitchPayment(PaymentMode.COD), f"cash-again:{attempt.id}")
        await self._tell_failed(session, order, attempt, result, again=again)
        if result.advice is Advice.PERSON and due_minor:
            await self._ask_to_mend(session, order, attempt, result)
        return intent if again else None

    async def _is_passing(
        self, session: AsyncSession, attempt: PaymentAttempt, intent: PaymentIntent, result: AttemptResult
    ) -> bool:
        """True for a prompt's first failure, if it is a passing one."""
        passing = result.advice is Advice.RETRY_LATER and self._settings.retry_after_s > 0
        if not passing or attempt.provider != _PROMPT or attempt.state not in LIVE or intent.state != "open":
            return False
        return await repository.count_attempts(session, intent.id) == 1

    async def _send_again(self, session: AsyncSession, attempt: PaymentAttempt, intent: PaymentIntent) -> None:
        """Ask again after a while; what has come in by then is not asked for, since the sender looks once more."""
        await self.open(
            session, intent, attempt.provider, expires_at=attempt.expires_at, delay_s=self._settings.retry_after_s
        )

    async def _tell_failed(
        self, session: AsyncSession, order: OrderView, attempt: PaymentAttempt, result: AttemptResult, *, again: bool
    ) -> None:
        """Tell others, with where to pay by hand where no prompt gets through."""
        by_hand = attempt.provider == _PROMPT and result.reason == "prompt_not_sent" and not again
        failed = PaymentFailed(
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            method=rail_of(attempt.provider),
            code=result.code,
            reason=result.reason,
            advice=result.advice.value,
            at_the_door=attempt.at_the_door,
            tries_again=again,
            paybill=self._paybill if by_hand else "",
            till=self._till if by_hand else "",
        )
        await publish(session, failed, actor=PAYMENTS_ACTOR, city=order.city)

    async def _ask_to_mend(
        self, session: AsyncSession, order: OrderView, attempt: PaymentAttempt, result: AttemptResult
    ) -> None:
        """Bring a person to what the customer can't mend."""
        opened = PaymentReviewOpened(
            subject_id=attempt.id,
            order_id=order.id,
            kind="prompt_refused",
            amount_minor=attempt.amount_minor,
            currency=order.currency,
            detail=f"{attempt.provider} {result.code}: {result.reason}",
            merchant_id=order.merchant_id,
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city)

    async def _found_out(self, session: AsyncSession, attempt: PaymentAttempt) -> None:
        """End what a person was asked about an attempt, since the provider has told how it ended."""
        order = await self._orders.get(session, attempt.order_id)
        closed = PaymentReviewClosed(attempt.id, order.id, f"the provider says: {attempt.state}")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)

    async def _command(self, session: AsyncSession, order: OrderView, command: Command, command_id: str) -> None:
        await self._orders.handle(
            session, order.id, command, actor=PAYMENTS_ACTOR, source=Source.PROVIDER, command_id=command_id
        )


def rail_of(provider: str) -> str:
    """Return the rail of a provider's product: links and codes are both UPI."""
    return {"daraja": "mpesa", "upi_link": "upi", "upi_code": "upi"}.get(provider, provider)
