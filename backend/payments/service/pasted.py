"""Receipt codes that customers paste: proof of nothing until we find the money, or are told that there is none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened
from backend.payments.lifecycle import OPEN
from backend.payments.models import Receipt
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.watches import SEND_CHANNEL
from backend.payments.settings import PaymentsSettings
from backend.platform.events import publish
from backend.platform.sends import enqueue
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind, arm, cancel, skip


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What a look-up of a pasted receipt code found: counted, matched, other_order, checking or malformed."""

    outcome: str
    order_id: str
    code: str


class PastedCodes:
    """Looks pasted codes up, and brings a person where no answer proves or disproves one."""

    def __init__(self, orders: OrdersService, receipts: ReceiptsService, settings: PaymentsSettings) -> None:
        self._orders = orders
        self._receipts = receipts
        self._settings = settings

    async def claim(self, session: AsyncSession, order_id: str, code: str) -> ClaimResult:
        """Look a code up that a customer pasted for an order."""
        order = await self._orders.get(session, order_id, lock=True)
        cleaned = code.strip().upper()
        rail = "mpesa" if order.currency == "KES" else "upi"
        if rail == "mpesa" and not re.fullmatch(self._settings.manual_code_shape, cleaned):
            return ClaimResult("malformed", order.id, cleaned)
        receipt = await repository.receipt_by_code(session, rail, cleaned)
        if receipt is None:
            await self._start_check(session, order, cleaned, rail)
            return ClaimResult("checking", order.id, cleaned)
        was_open = receipt.state in OPEN
        pasted = Evidence(
            feed=Feed.PASTE,
            rail=rail,
            code=cleaned,
            amount_minor=receipt.amount_minor,
            currency=receipt.currency,
            order_id=order.id,
        )
        receipt = await self._receipts.take(session, pasted)
        return ClaimResult(_claimed(receipt, order.id, was_open=was_open), order.id, cleaned)

    async def _start_check(self, session: AsyncSession, order: OrderView, code: str, rail: str) -> None:
        """Ask the provider, as far as it can be asked; a timer sees to it that the question does not end in silence."""
        if rail == "mpesa":
            await enqueue(
                session,
                "daraja.status",
                {"order_id": order.id, "code": code},
                idem=f"receipt-check:{order.id}:{code}",
                scope=order.merchant_id,
                order_id=order.id,
            )
        live = await repository.live_attempt(session, order.id)
        if live is not None and live.provider_ref is not None:
            await enqueue(
                session,
                f"{SEND_CHANNEL[live.provider]}.query",
                {"attempt_id": live.id},
                idem=f"query:{live.id}:{code}",
                scope=order.merchant_id,
                order_id=order.id,
            )
        await arm(session, TimerKind.RECEIPT_CHECK, order.id, delay_s=self._settings.receipt_check_s)

    async def proved(self, session: AsyncSession, order_id: str) -> None:
        """A code was found to be money: what a person was asked about another one is settled."""
        order = await self._orders.get(session, order_id)
        await self._answered(session, order)
        closed = PaymentReviewClosed(_claim(order.id), order.id, "another code was proved")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)

    async def disproved(self, session: AsyncSession, order_id: str, words: str) -> None:
        """The provider does not know the code: a person sees to it where the order is not paid.

        Args:
            session: The transaction.
            order_id: Whose customer pasted it.
            words: The provider's.
        """
        order = await self._orders.get(session, order_id, lock=True)
        await self._answered(session, order)
        await self._bring_person(session, order, "code_unknown", words)

    async def unanswered(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Bring a person to what nobody has answered for so long, unless the order was paid meanwhile."""
        for timer in timers:
            order = await self._orders.get(session, timer.subject_id)
            if not await self._bring_person(session, order, "code_unanswered", ""):
                await skip(session, (timer,), reason="paid meanwhile")

    async def _answered(self, session: AsyncSession, order: OrderView) -> None:
        await cancel(session, order.id, [TimerKind.RECEIPT_CHECK], by="payments:inbox")

    async def _bring_person(self, session: AsyncSession, order: OrderView, kind: str, words: str) -> bool:
        if not order.due_minor:
            return False
        opened = PaymentReviewOpened(
            subject_id=_claim(order.id),
            order_id=order.id,
            kind=kind,
            amount_minor=order.due_minor,
            currency=order.currency,
            detail=words,
            merchant_id=order.merchant_id,
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city)
        return True


def timer_handlers(pasted: PastedCodes) -> Mapping[TimerKind, TimerHandler]:
    """Return the timer about codes that nobody has answered for."""
    return {TimerKind.RECEIPT_CHECK: pasted.unanswered}


def _claim(order_id: str) -> str:
    """Name what a card about a pasted code is about."""
    return f"claim:{order_id}"


def _claimed(receipt: Receipt, order_id: str, *, was_open: bool) -> str:
    if receipt.state in OPEN:
        return "checking"
    if receipt.order_id != order_id:
        return "other_order"
    return "matched" if was_open else "counted"
