"""What providers say of payments that their payers have back, or want back: refunds of ours, reversals, disputes."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened
from backend.payments.models import Receipt
from backend.payments.ports import Claim, TakenBack
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.platform.events import publish
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)


class TakenBackService:
    """Records what goes back; each word of a provider once, and a person where it is not ours to decide."""

    def __init__(self, orders: OrdersService, receipts: ReceiptsService, refunds: RefundsService) -> None:
        self._orders = orders
        self._receipts = receipts
        self._refunds = refunds

    async def apply(self, session: AsyncSession, rail: str, told: TakenBack) -> None:
        """Record a provider's word on a payment that it told of before."""
        receipt = await repository.receipt_by_code(session, rail, told.receipt)
        if receipt is None:
            log.warning("payment.taken_back_without_receipt", rail=rail, code=told.code)
            return
        order = await self._order(session, receipt)
        if told.claim is Claim.DISPUTED:
            await self._ask(session, receipt, order, told, "disputed", _dispute(told))
            return
        closed = PaymentReviewClosed(_dispute(told), receipt.order_id, f"the provider says: {told.claim}")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city if order else None)
        if told.claim is Claim.GONE:
            await self._gone(session, receipt, order, told)

    async def _gone(self, session: AsyncSession, receipt: Receipt, order: Receivable | None, told: TakenBack) -> None:
        """Book it as the refund that it pays, as a reversal of the whole, or ask a person about a part."""
        refunds = await repository.refunds_of_receipt(session, receipt.id, lock=False)
        if any(refund.paid_code == told.code for refund in refunds):
            return
        approved = (one for one in refunds if one.state == "approved" and one.amount_minor == told.amount_minor)
        refund = next(approved, None)
        if refund is not None:
            await self._refunds.pay(session, refund.id, told.code, PAYMENTS_ACTOR)
        elif told.amount_minor == receipt.amount_minor:
            await self._receipts.take_back(session, receipt.provider, receipt.code, "reversed", told.code)
        else:
            await self._ask(session, receipt, order, told, "part_reversed", receipt.id)

    async def _order(self, session: AsyncSession, receipt: Receipt) -> Receivable | None:
        found = await self._orders.receivables(session, order_ids=[receipt.order_id]) if receipt.order_id else []
        return found[0] if found else None

    async def _ask(
        self,
        session: AsyncSession,
        receipt: Receipt,
        order: Receivable | None,
        told: TakenBack,
        kind: str,
        subject_id: str,
    ) -> None:
        opened = PaymentReviewOpened(
            subject_id=subject_id,
            order_id=receipt.order_id,
            kind=kind,
            amount_minor=told.amount_minor,
            currency=receipt.currency,
            detail=f"{receipt.provider} {receipt.code}: {told.code}",
            merchant_id=receipt.merchant_id,
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city if order else None)


def _dispute(told: TakenBack) -> str:
    """Name what a card about a dispute is about."""
    return f"dispute:{told.code}"
