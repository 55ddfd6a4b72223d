"""Pays approved refunds out by API: by reversal or payout, each at most once, and never twice after a silence."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import repository
from backend.payments.errors import NoPayoutWayError, RefundDecidedError
from backend.payments.events import PaymentReviewOpened
from backend.payments.models import Payout, Receipt, Refund
from backend.payments.policies import PayoutWay, full_number, payout_way
from backend.payments.ports import AttemptOutcome, PayoutResult
from backend.payments.repository import payouts
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.refunds import RefundsService
from backend.payments.settings import PaymentsSettings
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.observability.logging import get_logger
from backend.platform.sends import enqueue, mark_sent
from backend.platform.timers import TimerKind, arm, cancel

log = get_logger(__name__)

SUBJECT: Final = "payout"
CHANNEL: Final = "daraja.payout"
STATUS_CHANNEL: Final = "daraja.payout.status"


class PayoutsService:
    """Begins payouts and records what became of them. Order, receipt and refund are held before the payout's row."""

    def __init__(self, refunds: RefundsService, settings: PaymentsSettings) -> None:
        self._refunds = refunds
        self._settings = settings

    async def begin(
        self, session: AsyncSession, refund_id: str, by: Actor, *, is_surely_unpaid: bool = False
    ) -> Payout:
        """Pay an approved refund out, or return the payout that is under way or has paid it.

        One that failed is followed by another, by another way where there is one. One whose end nobody knows is asked
        for again under its own id, by which the provider knows what it has done already.

        Args:
            session: The transaction.
            refund_id: The refund.
            by: Who wants it.
            is_surely_unpaid: Whether they have seen at the provider that a payout without an end was never made; it
                has failed then, and another one follows.

        Raises:
            RefundNotFoundError: There is no such refund.
            RefundDecidedError: It is not approved.
            NoPayoutWayError: No way of paying out is switched on for it, or it is not known whom to pay.
        """
        refund = await self._refunds.hold(session, refund_id)
        former = await payouts.of_refund(session, refund_id)
        if is_surely_unpaid:
            await self._give_up(session, former, by)
        standing = next((one for one in former if one.state != "failed"), None)
        if standing is not None and standing.state != "review":
            return standing
        if refund.state != "approved":
            raise RefundDecidedError(refund_id=refund_id, state=refund.state)
        payout = standing or await self._new(session, refund, former, by)
        await self._send(session, refund, payout)
        return payout

    async def _give_up(self, session: AsyncSession, former: Sequence[Payout], by: Actor) -> None:
        for payout in former:
            if payout.state == "review":
                payout.state, payout.result_reason = "failed", f"never made, says {by}"
                await self._ended(session, payout)

    async def begin_by_itself(self, session: AsyncSession, refund_id: str) -> None:
        """Pay out a refund that was just approved, where that can be done without a person."""
        try:
            await self.begin(session, refund_id, PAYMENTS_ACTOR)
        except (RefundDecidedError, NoPayoutWayError):
            return  # It is paid by hand, as its card says.

    async def _new(self, session: AsyncSession, refund: Refund, former: Sequence[Payout], by: Actor) -> Payout:
        receipt = await repository.receipt(session, refund.receipt_id)
        payee = await _payee(session, receipt) if receipt else None
        way = self._way(refund, receipt, payee, former)
        if receipt is None or way is None:
            raise NoPayoutWayError(refund_id=refund.id)
        payout = Payout(
            id=new_id("PO", 12),
            refund_id=refund.id,
            way=way,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            payee=payee if way is PayoutWay.B2C else None,
            receipt_code=receipt.code,
            state="created",
            tries=0,
            started_by=str(by),
        )
        session.add(payout)
        await session.flush()
        return payout

    def _way(
        self, refund: Refund, receipt: Receipt | None, payee: str | None, former: Sequence[Payout]
    ) -> PayoutWay | None:
        if receipt is None or receipt.provider != "mpesa" or refund.currency != "KES" or refund.amount_minor % 100:
            return None
        # A part is not what the provider knows under the code.
        is_whole = refund.amount_minor == receipt.amount_minor and not receipt.provisional and receipt.part_of is None
        fitting = payout_way(self._settings.payout_ways, is_whole=is_whole, is_payee_known=payee is not None)
        failed = {one.way for one in former}
        return next((way for way in fitting if way not in failed), next(iter(fitting), None))

    async def _send(self, session: AsyncSession, refund: Refund, payout: Payout) -> None:
        payout.state, payout.tries = "created", payout.tries + 1
        await session.flush()
        await enqueue(
            session,
            CHANNEL,
            {"payout_id": payout.id},
            idem=_idem(payout),
            scope=refund.merchant_id or "",
            order_id=refund.order_id,
        )
        await self._watch(session, payout)

    async def accepted(self, session: AsyncSession, payout_id: str, provider_ref: str) -> None:
        """The provider has taken it on; the result follows, or is asked for."""
        payout = await payouts.payout(session, payout_id, lock=True)
        if payout is not None and payout.state in payouts.UNDER_WAY:
            payout.state, payout.provider_ref = "sent", provider_ref
            await self._watch(session, payout)

    async def unanswered(self, session: AsyncSession, payout_id: str) -> None:
        """It went out and no answer came; it is asked about, and never sent again by itself."""
        payout = await payouts.payout(session, payout_id, lock=True)
        if payout is not None and payout.state in payouts.UNDER_WAY:
            payout.state = "unknown"
            await self._watch(session, payout)

    async def _watch(self, session: AsyncSession, payout: Payout) -> None:
        await session.flush()
        await arm(
            session,
            TimerKind.PAYOUT_PENDING,
            payout.id,
            delay_s=self._settings.payout_query_after_s[0],
            subject_kind=SUBJECT,
        )

    async def not_sent(self, session: AsyncSession, payout_id: str, code: str, detail: str) -> None:
        """The provider refused it or could not be reached, so that nothing has moved by this try."""
        refund, payout = await self._held(session, payout_id)
        if payout.state not in payouts.UNDER_WAY:
            return
        if payout.tries > 1:  # An earlier try may have moved it.
            await self._to_person(session, refund, payout, "payout_unknown", code)
        else:
            await self._fail(session, refund, payout, PayoutResult(AttemptOutcome.FAILED, code, "refused", detail))

    async def apply(self, session: AsyncSession, payout_id: str, result: PayoutResult) -> None:
        """Record what the provider says became of a payout; paid stays paid, and no answer is no failure."""
        if await payouts.payout(session, payout_id) is None:
            log.warning("payment.news_without_payout", payout_id=payout_id)
            return
        refund, payout = await self._held(session, payout_id)
        if payout.state == "paid":
            return
        if result.outcome is AttemptOutcome.PAID:
            await self._paid(session, refund, payout, result)
        elif result.outcome is AttemptOutcome.FAILED and payout.state != "failed":
            await self._fail(session, refund, payout, result)
        elif payout.state in payouts.UNDER_WAY:
            payout.state, payout.result_code = "unknown", result.code
            await session.flush()

    async def _held(self, session: AsyncSession, payout_id: str) -> tuple[Refund, Payout]:
        known = await payouts.payout(session, payout_id)
        if known is None:
            message = f"no payout {payout_id}"
            raise LookupError(message)
        refund = await self._refunds.hold(session, known.refund_id)
        payout = await payouts.payout(session, payout_id, lock=True)
        return refund, payout or known

    async def _paid(self, session: AsyncSession, refund: Refund, payout: Payout, result: PayoutResult) -> None:
        if result.amount_minor not in {None, payout.amount_minor}:
            await self._to_person(session, refund, payout, "payout_differs", result.code)
            return
        others = [one for one in await payouts.of_refund(session, refund.id) if one.id != payout.id]
        if any(one.state != "failed" for one in others):
            await self._ask(session, refund, "payout_twice", payout)
            return
        payout.state, payout.result_code = "paid", result.code
        payout.paid_code = result.receipt or f"reversal of {payout.receipt_code}"
        await self._ended(session, payout)
        if refund.state == "approved":
            await self._refunds.pay(session, refund.id, payout.paid_code, PAYMENTS_ACTOR)
        elif payout.way == PayoutWay.B2C:  # A statement may tell of our own reversal before its result does.
            await self._ask(session, refund, "payout_twice", payout)

    async def _fail(self, session: AsyncSession, refund: Refund, payout: Payout, result: PayoutResult) -> None:
        payout.state, payout.result_code, payout.result_reason = "failed", result.code, result.reason
        await self._ended(session, payout)
        await self._ask(session, refund, "payout_failed", payout)

    async def _ended(self, session: AsyncSession, payout: Payout) -> None:
        await session.flush()
        await cancel(session, payout.id, [TimerKind.PAYOUT_PENDING], by=payout.state, subject_kind=SUBJECT)
        await mark_sent(session, _idem(payout), payout.provider_ref or payout.id)

    async def chase(self, session: AsyncSession, payout_id: str, step: int) -> None:
        """Ask about a payout that stays silent, and in the end give it to a person."""
        waits = (*self._settings.payout_query_after_s, self._settings.payout_give_up_after_s)
        payout = await payouts.payout(session, payout_id, lock=True)
        if payout is None or payout.state not in payouts.UNDER_WAY:
            return
        refund = await self._refunds.get_unlocked(session, payout.refund_id)
        if step >= len(self._settings.payout_query_after_s):
            await self._to_person(session, refund, payout, "payout_unknown", payout.result_code or "silent")
            return
        await enqueue(
            session,
            STATUS_CHANNEL,
            {"payout_id": payout.id},
            idem=f"{_idem(payout)}:status:{step}",
            order_id=refund.order_id,
        )
        await arm(
            session,
            TimerKind.PAYOUT_PENDING,
            payout.id,
            delay_s=waits[step + 1] - waits[step],
            step=step + 1,
            subject_kind=SUBJECT,
        )

    async def _to_person(self, session: AsyncSession, refund: Refund, payout: Payout, kind: str, code: str) -> None:
        payout.state, payout.result_code = "review", code
        await session.flush()
        await self._ask(session, refund, kind, payout)

    async def _ask(self, session: AsyncSession, refund: Refund, kind: str, payout: Payout) -> None:
        """Open a card that ends with the refund."""
        opened = PaymentReviewOpened(
            subject_id=refund.id,
            order_id=refund.order_id,
            kind=kind,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            detail=f"{payout.way} {payout.id}: {payout.result_reason or payout.result_code or ''}",
            merchant_id=refund.merchant_id,
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=await self._refunds.city_of(session, refund))

    async def of_refund(self, session: AsyncSession, refund_id: str) -> Sequence[Payout]:
        """Return a refund's payouts, the newest first."""
        return await payouts.of_refund(session, refund_id)


def _idem(payout: Payout) -> str:
    return f"payout:{payout.id}:{payout.tries}"


async def _payee(session: AsyncSession, receipt: Receipt) -> str | None:
    """Return whose money it was, where the whole number is known."""
    told = full_number(receipt.payer or "")
    if told is None and receipt.attempt_id is not None:
        told = full_number(await payouts.prompted_phone(session, receipt.attempt_id) or "")
    return told
