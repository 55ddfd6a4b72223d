"""Settlements: a merchant's money of delivered orders, less our fees and what went back, made payable and paid out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.orders.service import OrdersService
from backend.payments.errors import NothingToSettleError, SettlementCodeUsedError, SettlementNotFoundError
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened
from backend.payments.models import MerchantFee, Settlement
from backend.payments.repository import settlements as rows
from backend.payments.service.ledger import (
    BANK,
    CUSTOMER_FUNDS,
    FEES_EARNED,
    MERCHANT_PAYABLE,
    Movement,
    Subject,
    post_for,
)
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.ids import new_id

_WHOLE: Final = 10_000


class SettlementsService:
    """Makes and pays settlements; an order's money is settled once, since it leaves the account that is looked at."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def settle(
        self, session: AsyncSession, merchant_id: str, currency: str, until: datetime, actor: Actor
    ) -> Settlement:
        """Make payable what delivered orders have brought until an instant, less fees and what went back.

        Money that went back to a payer after its order was settled is taken off here; our fee of that order stays.

        Raises:
            NothingToSettleError: No delivered order's money is left to settle, or no more than went back.
        """
        await rows.hold_books(session, merchant_id)
        ready, gone = await self._held(session, merchant_id, currency, until)
        fee = await rows.fee_of(session, merchant_id)
        fees = [fee_minor(fee, amount) for _, amount in ready]
        gross, deducted = sum(amount for _, amount in ready), sum(amount for _, amount in gone)
        if not ready or (gone and gross - sum(fees) <= deducted):
            raise NothingToSettleError(merchant_id=merchant_id, currency=currency, went_back_minor=deducted)
        made = Settlement(
            id=new_id("ST", 10),
            merchant_id=merchant_id,
            currency=currency,
            until=until,
            orders=len(ready),
            gross_minor=gross,
            fee_minor=sum(fees),
            deducted_minor=deducted,
            state="due",
            made_by=str(actor),
        )
        for (order_id, amount), part in zip(ready, fees, strict=True):
            _post(session, made, order_id, Movement(CUSTOMER_FUNDS, MERCHANT_PAYABLE, amount - part), "settled")
            _post(session, made, order_id, Movement(CUSTOMER_FUNDS, FEES_EARNED, part), "fee")
        for order_id, amount in gone:
            _post(session, made, order_id, Movement(MERCHANT_PAYABLE, CUSTOMER_FUNDS, amount), "went_back")
        session.add(made)
        await session.flush()
        await _ask_to_pay(session, made, actor)
        return made

    async def _held(
        self, session: AsyncSession, merchant_id: str, currency: str, until: datetime
    ) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Return (order, amount) of what is ready, and of what went back of orders that were settled before."""
        held = await rows.funds_by_order(session, merchant_id, currency, CUSTOMER_FUNDS, until)
        known = await self._orders.receivables(session, order_ids=[order_id for order_id, _ in held])
        delivered = {one.id for one in known if one.state is OrderState.DELIVERED}
        ready = [(order_id, amount) for order_id, amount in held if amount > 0 and order_id in delivered]
        return ready, [(order_id, -amount) for order_id, amount in held if amount < 0]

    async def pay(self, session: AsyncSession, settlement_id: str, code: str, actor: Actor) -> Settlement:
        """Record that a settlement was paid out under the bank's code; again changes nothing.

        Raises:
            SettlementNotFoundError: There is no such settlement.
            SettlementCodeUsedError: Another one was paid out under this code.
        """
        found = await self.get(session, settlement_id)
        if found.state == "due":
            if await rows.is_code_used(session, code):
                raise SettlementCodeUsedError(settlement_id=settlement_id)
            found.state, found.paid_code = "paid", code
            subject = Subject(found.currency, found.merchant_id, settlement_id=found.id)
            if found.net_minor:
                post_for(session, subject, Movement(MERCHANT_PAYABLE, BANK, found.net_minor), "paid_out")
            await session.flush()
            closed = PaymentReviewClosed(found.id, None, f"paid out under {code}")
            await publish(session, closed, actor=actor, city=None)
        return found

    async def get(self, session: AsyncSession, settlement_id: str) -> Settlement:
        """Return a settlement, locked.

        Raises:
            SettlementNotFoundError: There is no such settlement.
        """
        found = await rows.settlement(session, settlement_id)
        if found is None:
            raise SettlementNotFoundError(settlement_id=settlement_id)
        return found

    async def page(
        self, session: AsyncSession, merchant_ids: Collection[str] | None, *, limit: int, offset: int
    ) -> tuple[Sequence[Settlement], int]:
        """Return a page of the settlements of some merchants, or of all, the newest first, and how many there are."""
        return await rows.settlements(session, merchant_ids, limit=limit, offset=offset)

    async def set_fee(
        self, session: AsyncSession, merchant_id: str, basis_points: int, fixed_minor: int, actor: Actor
    ) -> MerchantFee:
        """Set what a merchant pays of each order from the next settlement on."""
        fee = await rows.fee_of(session, merchant_id) or MerchantFee(merchant_id=merchant_id)
        fee.basis_points, fee.fixed_minor, fee.set_by = basis_points, fixed_minor, str(actor)
        session.add(fee)
        await session.flush()
        return fee


async def _ask_to_pay(session: AsyncSession, made: Settlement, actor: Actor) -> None:
    """Open a card of who made it, until it is paid out; it is ours and not the merchant's to see to."""
    opened = PaymentReviewOpened(
        subject_id=made.id,
        order_id=None,
        kind="settlement_due",
        amount_minor=made.net_minor,
        currency=made.currency,
        detail=f"{made.merchant_id}, {made.orders} orders",
        owner=str(actor),
    )
    await publish(session, opened, actor=actor, city=None)


def fee_minor(fee: MerchantFee | None, amount_minor: int) -> int:
    """Return our part of an order's money: rounded to the even minor unit, and never more than there is."""
    if fee is None:
        return 0
    share = (Decimal(amount_minor) * fee.basis_points / _WHOLE).quantize(Decimal(1), ROUND_HALF_EVEN)
    return min(int(share) + fee.fixed_minor, amount_minor)


def _post(session: AsyncSession, made: Settlement, order_id: str, movement: Movement, cause: str) -> None:
    if movement.amount_minor:
        subject = Subject(made.currency, made.merchant_id, order_id, settlement_id=made.id)
        post_for(session, subject, movement, cause)
