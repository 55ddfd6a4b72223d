"""Settlements: a merchant's money of delivered orders, less our fees, made payable and then paid out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.events import OrderState
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import NothingToSettleError, SettlementNotFoundError
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened
from backend.payments.models import MerchantFee, Settlement
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
        """Make payable what delivered orders have brought until an instant, less fees.

        Raises:
            NothingToSettleError: No delivered order's money is left to settle.
        """
        await repository.hold_books(session, merchant_id)
        held = await repository.funds_by_order(session, merchant_id, currency, CUSTOMER_FUNDS, until)
        known = await self._orders.receivables(session, order_ids=[order_id for order_id, _ in held])
        delivered = {one.id for one in known if one.state is OrderState.DELIVERED}
        ready = [(order_id, amount) for order_id, amount in held if order_id in delivered]
        if not ready:
            raise NothingToSettleError(merchant_id=merchant_id, currency=currency)
        fee = await repository.fee_of(session, merchant_id)
        settlement_id = new_id("ST", 10)
        fees = [fee_minor(fee, amount) for _, amount in ready]
        for (order_id, amount), part in zip(ready, fees, strict=True):
            subject = Subject(currency, merchant_id, order_id, settlement_id=settlement_id)
            _post(session, subject, amount - part, MERCHANT_PAYABLE, "settled")
            _post(session, subject, part, FEES_EARNED, "fee")
        made = Settlement(
            id=settlement_id,
            merchant_id=merchant_id,
            currency=currency,
            until=until,
            orders=len(ready),
            gross_minor=sum(amount for _, amount in ready),
            fee_minor=sum(fees),
            state="due",
            made_by=str(actor),
        )
        session.add(made)
        await session.flush()
        await _ask_to_pay(session, made, actor)
        return made

    async def pay(self, session: AsyncSession, settlement_id: str, code: str, actor: Actor) -> Settlement:
        """Record that a settlement was paid out under the bank's code; again changes nothing.

        Raises:
            SettlementNotFoundError: There is no such settlement.
        """
        found = await self.get(session, settlement_id)
        if found.state == "due":
            found.state, found.paid_code = "paid", code
            subject = Subject(found.currency, found.merchant_id, settlement_id=found.id)
            net = Movement(MERCHANT_PAYABLE, BANK, found.gross_minor - found.fee_minor)
            post_for(session, subject, net, "paid_out")
            await session.flush()
            closed = PaymentReviewClosed(found.id, None, f"paid out under {code}")
            await publish(session, closed, actor=actor, city=None)
        return found

    async def get(self, session: AsyncSession, settlement_id: str) -> Settlement:
        """Return a settlement, locked.

        Raises:
            SettlementNotFoundError: There is no such settlement.
        """
        found = await repository.settlement(session, settlement_id)
        if found is None:
            raise SettlementNotFoundError(settlement_id=settlement_id)
        return found

    async def page(
        self, session: AsyncSession, merchant_id: str | None, *, limit: int, offset: int
    ) -> tuple[Sequence[Settlement], int]:
        """Return a page of settlements, the newest first, and how many there are."""
        return await repository.settlements(session, merchant_id, limit=limit, offset=offset)

    async def set_fee(
        self, session: AsyncSession, merchant_id: str, basis_points: int, fixed_minor: int, actor: Actor
    ) -> MerchantFee:
        """Set what a merchant pays of each order from the next settlement on."""
        fee = await repository.fee_of(session, merchant_id) or MerchantFee(merchant_id=merchant_id)
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


def _post(session: AsyncSession, subject: Subject, amount_minor: int, account: str, cause: str) -> None:
    if amount_minor:
        post_for(session, subject, Movement(CUSTOMER_FUNDS, account, amount_minor), cause)
