"""Books what a receipt does: its postings, the order's command, what is owed back, and who has to look."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command, ConfirmPayment, RecordLatePayment, RecordPartPayment, RecordRefund
from backend.orders.events import OrderState
from backend.orders.ports import OrderView, Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentReceived, PaymentReviewClosed, PaymentReviewOpened, RefundDue
from backend.payments.lifecycle import OPEN, ReceiptState, may_become
from backend.payments.models import Receipt
from backend.payments.policies import (
    CLOSED_STATES,
    WAITING_STATES,
    OrderMoney,
    ReceiptVerdict,
    judge_receipt,
    surplus_minor,
)
from backend.payments.repository import payouts
from backend.payments.service.ledger import (
    CUSTOMER_FUNDS,
    REFUNDS_PAYABLE,
    SUSPENSE,
    Movement,
    holder,
    make_payable,
    post,
    write_contrary,
)
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import publish, publish_many
from backend.platform.ids import new_id

PAYMENTS_ACTOR: Final = Actor(ActorKind.PAYMENTS, "reconciler")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a receipt will do to an order whose row is locked."""

    before: OrderMoney
    state: ReceiptState
    cause: str


def judge(order: Receivable, counted_minor: int) -> Judged:
    """Say what money that is the order's will do, beside what counts for it already: count, or be owed back."""
    before = OrderMoney(order.amount_minor, counted_minor, order.state in CLOSED_STATES)
    verdict, cause = judge_receipt(before)
    counts = verdict is ReceiptVerdict.MATCH
    return Judged(before, ReceiptState.MATCHED if counts else ReceiptState.REFUND_DUE, cause)


@dataclass(frozen=True, slots=True)
class Given:
    """A receipt that has become an order's, and what follows from it."""

    order: Receivable
    receipt: Receipt
    judged: Judged

    @property
    def due_minor(self) -> int:
        """What the order still has to be paid."""
        return max(self.judged.before.due_minor - self.receipt.amount_minor, 0)

    @property
    def command(self) -> Command:
        """What the order is told."""
        paid = self.order.paid_minor + self.judged.before.due_minor - self.due_minor
        return ConfirmPayment(paid_minor=paid) if self.due_minor == 0 else RecordPartPayment(paid_minor=paid)

    @property
    def event(self) -> PaymentReceived:
        """What others are told."""
        return PaymentReceived(
            order_id=self.order.id,
            receipt_id=self.receipt.id,
            code=self.receipt.code,
            provider=self.receipt.provider,
            amount_minor=self.receipt.amount_minor,
            due_minor=self.due_minor,
            currency=self.receipt.currency,
        )


def short_at_door(order_id: str) -> str:
    """Name what the card of too little cash for an order is about."""
    return f"short:{order_id}"


async def tell_short(session: AsyncSession, order: Receivable | OrderView, short_minor: int, *, detail: str) -> None:
    """Bring a person where an order's goods are gone and money is short; nothing where none is."""
    if short_minor <= 0:
        return
    opened = PaymentReviewOpened(
        subject_id=short_at_door(order.id),
        order_id=order.id,
        kind="cash_underpaid",
        amount_minor=short_minor,
        currency=order.currency,
        detail=detail,
        merchant_id=order.merchant_id,
    )
    await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city)


def _by_city(given: Sequence[Given]) -> Mapping[str, list[Given]]:
    cities: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        cities[one.order.city].append(one)
    return cities


class Books:
    """Writes down what a receipt does; every way there ends here."""

    def __init__(self, orders: OrdersService) -> None:
        self._orders = orders

    async def book(self, session: AsyncSession, given: Sequence[Given]) -> None:
        """Book receipts that have just become their orders', one an order; the orders' rows are held."""
        for one in given:
            await self._post(session, one)
        counted = [one for one in given if one.judged.state is ReceiptState.MATCHED]
        await repository.close_intents(session, [one.order.id for one in counted if one.due_minor == 0])
        await self._close_short(session, [one for one in counted if one.due_minor == 0])
        commands = [(one.order.id, one.command, f"receipt:{one.receipt.id}") for one in counted]
        await self._orders.handle_many(session, commands, actor=PAYMENTS_ACTOR, source=Source.PROVIDER)
        for city, ones in _by_city(counted).items():
            await publish_many(session, [one.event for one in ones], actor=PAYMENTS_ACTOR, city=city)
        await self._close_debts(session, [one for one in counted if one.due_minor == 0])

    async def _close_debts(self, session: AsyncSession, paid: Sequence[Given]) -> None:
        """Close the cards of orders that ran on while money was taken from them, and are paid now."""
        cities = {one.order.id: one.order.city for one in paid if one.order.state not in WAITING_STATES}
        for order_id, receipt_id in await repository.taken_from(session, sorted(cities)) if cities else ():
            closed = PaymentReviewClosed(receipt_id, order_id, "the order is paid")
            await publish(session, closed, actor=PAYMENTS_ACTOR, city=cities[order_id])

    async def ask_for_rest(self, session: AsyncSession, order: Receivable) -> None:
        """Bring a person where goods were handed over and not all of their money has come; its row is held."""
        await tell_short(session, order, order.amount_minor - order.paid_minor, detail="delivered")

    async def _close_short(self, session: AsyncSession, settled: Sequence[Given]) -> None:
        """Close the card of an order whose cash was too little, where the rest has come."""
        for one in settled:
            if one.judged.before.paid_minor or one.order.state == OrderState.DELIVERED:
                closed = PaymentReviewClosed(short_at_door(one.order.id), one.order.id, "the rest was paid")
                await publish(session, closed, actor=PAYMENTS_ACTOR, city=one.order.city)

    async def _post(self, session: AsyncSession, given: Given) -> None:
        order, receipt, judged = given.order, given.receipt, given.judged
        held = holder(receipt)
        if judged.state is ReceiptState.REFUND_DUE:
            post(session, receipt, Movement(held, REFUNDS_PAYABLE, receipt.amount_minor), judged.cause)
            await self.owe_back(session, order, receipt, receipt.amount_minor, judged.cause)
            return
        post(session, receipt, Movement(held, CUSTOMER_FUNDS, receipt.amount_minor), "paid")
        extra = surplus_minor(judged.before, receipt.amount_minor)
        if extra:
            post(session, receipt, Movement(CUSTOMER_FUNDS, REFUNDS_PAYABLE, extra), "paid_too_much")
            await self.owe_back(session, order, receipt, extra, "paid_too_much")

    async def _command(self, session: AsyncSession, order: Receivable, command: Command, command_id: str) -> None:
        wanted = [(order.id, command, command_id)]
        await self._orders.handle_many(session, wanted, actor=PAYMENTS_ACTOR, source=Source.PROVIDER)

    async def owe_back(
        self, session: AsyncSession, order: Receivable, receipt: Receipt, amount_minor: int, cause: str
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
            theirs = await repository.receipts_of(session, order.id)
            paid = sum(row.amount_minor for row in theirs if row.state != ReceiptState.REPLACED)
            await self._command(session, order, RecordLatePayment(paid_minor=paid), f"late:{receipt.id}")
        if refund_id is not None:
            due = RefundDue(refund_id, order.id, amount_minor, receipt.currency, cause, order.merchant_id)
            await publish(session, due, actor=PAYMENTS_ACTOR, city=order.city)

    async def owe_back_all(self, session: AsyncSession, order: Receivable) -> None:
        """Owe back all money that counted for an order which was closed; its row is held."""
        for receipt in await repository.receipts_of(session, order.id):
            left = await repository.left_of(session, receipt)
            if receipt.state == ReceiptState.MATCHED and left:
                receipt.state = ReceiptState.REFUND_DUE
                await session.flush()
                await make_payable(session, receipt, left, "order_closed")
                await self.owe_back(session, order, receipt, left, "order_closed")

    async def owe_orphan(self, session: AsyncSession, receipt: Receipt, actor: Actor) -> None:
        """Owe a locked open receipt back to whoever sent it, as a person decided."""
        post(session, receipt, Movement(SUSPENSE, REFUNDS_PAYABLE, receipt.amount_minor), "not_ours")
        receipt.state, receipt.matched_by = ReceiptState.REFUND_DUE, str(actor)
        await session.flush()
        values = {
            "id": new_id("RF", 10),
            "receipt_id": receipt.id,
            "amount_minor": receipt.amount_minor,
            "currency": receipt.currency,
            "cause": "not_ours",
        }
        refund_id = await repository.insert_refund(session, values)
        closed = PaymentReviewClosed(receipt.id, None, f"{actor} gives it back")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=None)
        if refund_id is not None:
            due = RefundDue(refund_id, None, receipt.amount_minor, receipt.currency, "not_ours")
            await publish(session, due, actor=PAYMENTS_ACTOR, city=None)

    async def park(
        self, session: AsyncSession, receipt: Receipt, why: str, candidates: Sequence[Mapping[str, Any]]
    ) -> None:
        """Hold money whose order is not known for sure, and ask a person."""
        post(session, receipt, Movement(holder(receipt), SUSPENSE, receipt.amount_minor), "received")
        await self.ask(session, receipt, why, candidates)

    async def unpark(self, session: AsyncSession, receipt: Receipt, order: Receivable, how: str) -> None:
        """Take money out of suspense for an order whose row is locked, and close its card."""
        post(session, receipt, Movement(SUSPENSE, holder(receipt), receipt.amount_minor), "order_found")
        closed = PaymentReviewClosed(receipt.id, order.id, how)
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)

    async def ask(
        self,
        session: AsyncSession,
        receipt: Receipt,
        why: str,
        candidates: Sequence[Mapping[str, Any]] = (),
        order: Receivable | None = None,
        amount_minor: int | None = None,
    ) -> None:
        """Ask a person to look at a receipt; `amount_minor` is how much of it is at risk, where it is not all."""
        opened = PaymentReviewOpened(
            subject_id=receipt.id,
            order_id=order.id if order else None,
            kind=why,
            amount_minor=receipt.amount_minor if amount_minor is None else amount_minor,
            currency=receipt.currency,
            detail=receipt.provider,
            merchant_id=order.merchant_id if order else None,
            candidates=tuple(candidates),
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=order.city if order else None)

    async def take_back(
        self, session: AsyncSession, receipt: Receipt, order: Receivable | None, why: str, under: str = ""
    ) -> None:
        """Write the contrary of a locked receipt whose money went back, once, and ask a person about its order.

        A refund of ours that was paid by just this, `under` the provider's code, is no second one. What had been paid
        back before has gone twice, and is a card of its own.
        """
        former = ReceiptState(receipt.state)
        if not may_become(former, ReceiptState.REVERSED):
            return
        if former in {ReceiptState.MATCHED, ReceiptState.REFUNDED} and await payouts.is_paid_by(
            session, receipt.id, under
        ):
            return
        await repository.reject_refunds(session, receipt.id, why)
        twice = await write_contrary(session, receipt, why)
        receipt.state = ReceiptState.REVERSED
        await session.flush()
        if former in OPEN:
            await publish(session, PaymentReviewClosed(receipt.id, None, why), actor=PAYMENTS_ACTOR, city=None)
        elif order is not None and (former is ReceiptState.MATCHED or order.state in CLOSED_STATES):
            await self._tell_taken_back(session, order, receipt)
            await self.ask(session, receipt, why, order=order)
        if twice:
            await self.ask(session, receipt, "back_twice", order=order, amount_minor=twice)

    async def take_apart(self, session: AsyncSession, receipt: Receipt, held: Mapping[str, int], why: str) -> None:
        """Write the contrary of a locked receipt, by what each account holds of it; its parts take its place."""
        from_order = SUSPENSE if SUSPENSE in held else CUSTOMER_FUNDS
        for account, amount in held.items():
            if account != from_order:  # What was owed back is the order's again first, since nothing is paid out.
                post(session, receipt, Movement(account, from_order, amount), why)
        post(session, receipt, Movement(from_order, holder(receipt), receipt.amount_minor), why)
        receipt.state = ReceiptState.REPLACED
        await session.flush()
        await repository.suggest(session, receipt.id, ())

    async def _tell_taken_back(self, session: AsyncSession, order: Receivable, receipt: Receipt) -> None:
        """Show on the order what no longer counts: of a receipt of too much, only what was due."""
        counted = await repository.counted_of(session, receipt, is_closed=order.state in CLOSED_STATES)
        gone = min(order.refunded_minor + counted, order.paid_minor)
        await self._command(session, order, RecordRefund(refunded_minor=gone), f"reversed:{receipt.id}")
