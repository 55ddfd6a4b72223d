"""Receipts that people take apart, put together or away from an order; each step is written contrary, none is erased.

A receipt that is split, or whose match is undone, is replaced by parts: receipts of their own with its code and a
number. So every posting of the former match stands, and what later feeds say of the code finds the parts.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import Command, WithdrawPart, WithdrawPayment
from backend.orders.ports import Outcome, Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import (
    NothingDueError,
    ReceiptNotFoundError,
    ReceiptSettledError,
    ReceiptStaysError,
    SplitSumError,
)
from backend.payments.events import PaymentReviewClosed
from backend.payments.lifecycle import OPEN, ReceiptState
from backend.payments.models import Receipt
from backend.payments.policies import CLOSED_STATES, WAITING_STATES
from backend.payments.ports import Evidence, Feed
from backend.payments.repository.lists import GIVEN
from backend.payments.service.books import PAYMENTS_ACTOR, Books
from backend.payments.service.candidates import Candidates
from backend.payments.service.decisions import Decided, decided
from backend.payments.service.ledger import CUSTOMER_FUNDS, SUSPENSE, Movement, holder, post
from backend.payments.service.matching import Decision, decide
from backend.payments.service.receipts import ReceiptsService, suggestions_of
from backend.platform.actors import Actor, Source
from backend.platform.events import publish
from backend.platform.ids import new_id

_CASH: Final = "cash"


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a receipt is an order's, in minor units."""

    order_id: str
    amount_minor: int


class PartsService:
    """Splits, merges and undoes; orders' rows are held first, by their ids, then the receipt's."""

    def __init__(self, orders: OrdersService, receipts: ReceiptsService, candidates: Candidates, books: Books) -> None:
        self._orders = orders
        self._receipts = receipts
        self._candidates = candidates
        self._books = books

    async def split(
        self, session: AsyncSession, receipt_id: str, parts: Sequence[Part], reason: str, actor: Actor
    ) -> list[Receipt]:
        """Give parts of an open receipt to orders; what is left of it stays open.

        Returns:
            The parts as receipts, in the order that was asked for, and the rest at the end, if there is one.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            OrderNotFoundError: One of the orders is not there.
            ReceiptSettledError: It is not open, its number is still to come, or an order has another currency.
            SplitSumError: The parts are no parts of it.
        """
        held = await self._orders.hold(session, {part.order_id for part in parts})
        receipt = await _locked(session, receipt_id)
        _check_parts(receipt, parts, held)
        await self._books.take_apart(session, receipt, {SUSPENSE: receipt.amount_minor}, "split")
        closed = PaymentReviewClosed(receipt.id, None, f"{actor} split it")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=None)
        await decided(session, receipt, Decided.SPLIT, actor, reason)
        made = [await self._give(session, receipt, part, reason, actor) for part in parts]
        rest = receipt.amount_minor - sum(part.amount_minor for part in parts)
        return [*made, await self._leave_open(session, receipt, rest)] if rest else made

    async def merge(
        self, session: AsyncSession, order_id: str, receipt_ids: Collection[str], reason: str, actor: Actor
    ) -> list[Receipt]:
        """Give several open receipts to one order: all of them, or none.

        Raises:
            OrderNotFoundError: There is no such order.
            ReceiptNotFoundError: One of the receipts is not there.
            ReceiptSettledError: One of them is not open, or in another currency.
            NothingDueError: The order is paid without one of them, or is closed.
        """
        given = []
        for receipt_id in await _largest_first(session, receipt_ids):
            order = (await self._orders.hold(session, [order_id]))[order_id]
            if not order.due_minor or order.state in CLOSED_STATES:
                raise NothingDueError(order_id=order_id)
            given.append(await self._receipts.accept(session, receipt_id, order_id, actor, reason))
        return given

    async def undo(self, session: AsyncSession, receipt_id: str, reason: str, actor: Actor) -> Receipt:
        """Take a receipt away from its order, whose money it was not; it is open again as a part of itself.

        An order that waits for its money goes back to waiting for it. One that runs, or has arrived, stays where it is
        and owes; a card says so. What was owed back of the receipt is not owed any more.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            ReceiptSettledError: It is no order's, or not any more.
            ReceiptStaysError: It is cash, its number is still to come, or some of it was paid out or settled.
        """
        order, receipt = await self._matched(session, receipt_id)
        held = await _movable(session, order, receipt)
        await self._reject_refunds(session, order, receipt, reason)
        await self._books.take_apart(session, receipt, held, "match_undone")
        await self._withdraw(session, order, receipt, held.get(CUSTOMER_FUNDS, 0), f"{actor}: {reason}")
        await decided(session, receipt, Decided.UNDONE, actor, reason, order.id)
        return await self._leave_open(session, receipt, receipt.amount_minor)

    async def _give(self, session: AsyncSession, whole: Receipt, part: Part, reason: str, actor: Actor) -> Receipt:
        row = await self._new_part(session, whole, part.amount_minor)
        return await self._receipts.accept(session, row.id, part.order_id, actor, reason)

    async def _new_part(self, session: AsyncSession, whole: Receipt, amount_minor: int) -> Receipt:
        """Write an open part down, its money in suspense."""
        first = _first_code(whole)
        number = await repository.count_parts(session, whole.provider, first) + 1
        row = _part_values(whole, f"{first}/{number}", amount_minor)
        (part,) = await repository.insert_receipts(session, [row])
        post(session, part, Movement(holder(part), SUSPENSE, amount_minor), "received")
        return part

    async def _leave_open(self, session: AsyncSession, whole: Receipt, amount_minor: int) -> Receipt:
        """Write a part down that has no order, and ask a person about it; the matcher suggests, and gives nothing."""
        part = await self._new_part(session, whole, amount_minor)
        candidates = suggestions_of(await self._suggest(session, part))
        if candidates:
            part.state = ReceiptState.SUGGESTED
        await session.flush()
        await repository.suggest(session, part.id, candidates)
        await self._books.ask(session, part, part.state, candidates)
        return part

    async def _suggest(self, session: AsyncSession, part: Receipt) -> Decision:
        told = Evidence(
            feed=Feed.CONFIRMATION,
            rail=part.provider,
            code=part.code,
            amount_minor=part.amount_minor,
            currency=part.currency,
            reference=part.reference,
            payer=part.payer or "",
            paid_at=part.paid_at,
        )
        refused = await repository.orders_taken_from(session, part.provider, _first_code(part))
        return decide(told, [one for one in await self._candidates.of(session, told) if one.order_id not in refused])

    async def _matched(self, session: AsyncSession, receipt_id: str) -> tuple[Receivable, Receipt]:
        known = await repository.receipt(session, receipt_id)
        if known is None:
            raise ReceiptNotFoundError(receipt_id=receipt_id)
        held = await self._orders.hold(session, [known.order_id] if known.order_id else [])
        receipt = await _locked(session, receipt_id)
        if receipt.order_id not in held or receipt.state not in GIVEN:
            raise ReceiptSettledError(receipt_id=receipt_id, state=receipt.state)
        return held[receipt.order_id], receipt

    async def _reject_refunds(self, session: AsyncSession, order: Receivable, receipt: Receipt, why: str) -> None:
        """End what was owed back of a receipt, with its cards; nobody has decided on it yet."""
        for refund in await repository.refunds_of_receipt(session, receipt.id):
            if refund.state == "due":
                refund.state, refund.note = "rejected", why
                closed = PaymentReviewClosed(refund.id, order.id, "the payment was taken from the order")
                await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)
        await session.flush()

    async def _withdraw(
        self, session: AsyncSession, order: Receivable, receipt: Receipt, counted_minor: int, reason: str
    ) -> None:
        """Tell the order what stays paid, await the rest again, and ask a person about one that runs on."""
        stays = order.paid_minor - counted_minor
        if order.state in CLOSED_STATES:
            stays = _all_of(await repository.receipts_of(session, order.id))
        if stays < order.paid_minor:
            command: Command = WithdrawPart(stays, reason) if stays else WithdrawPayment(reason)
            wanted = [(order.id, command, f"undone:{receipt.id}")]
            done = await self._orders.handle_many(session, wanted, actor=PAYMENTS_ACTOR, source=Source.CONSOLE)
            if done[order.id] is not Outcome.APPLIED:
                raise ReceiptStaysError("Money of this order went back, so this payment stays with it.")
        due = order.amount_minor - await repository.paid_minor(session, order.id)
        if due <= 0 or order.state in CLOSED_STATES:
            return
        await repository.reopen_intent(session, order.id, due)
        if order.state not in WAITING_STATES:
            await self._books.ask(session, receipt, "undone", order=order)


async def _largest_first(session: AsyncSession, receipt_ids: Collection[str]) -> list[str]:
    """Put receipts in the order in which all are needed, if they are; others that merge hold them in the same one."""
    rows = [row for one in set(receipt_ids) if (row := await repository.receipt(session, one))]
    if len(rows) < len(set(receipt_ids)):
        raise ReceiptNotFoundError
    return [row.id for row in sorted(rows, key=lambda row: (-row.amount_minor, row.id))]


async def _locked(session: AsyncSession, receipt_id: str) -> Receipt:
    receipt = await repository.receipt(session, receipt_id, lock=True)
    if receipt is None:
        raise ReceiptNotFoundError(receipt_id=receipt_id)
    return receipt


def _check_parts(receipt: Receipt, parts: Sequence[Part], held: Mapping[str, Receivable]) -> None:
    if receipt.state not in OPEN or any(order.currency != receipt.currency for order in held.values()):
        raise ReceiptSettledError(receipt_id=receipt.id, state=receipt.state)
    amounts = [part.amount_minor for part in parts]
    is_whole = max(amounts) >= receipt.amount_minor or sum(amounts) > receipt.amount_minor
    if is_whole or min(amounts) <= 0 or len(held) < len(parts):
        raise SplitSumError(receipt_id=receipt.id, amount_minor=receipt.amount_minor)


async def _movable(session: AsyncSession, order: Receivable, receipt: Receipt) -> dict[str, int]:
    """Return what each account holds of a receipt that can be taken from its order.

    Raises:
        ReceiptStaysError: It can't; the message says why.
    """
    if receipt.provider == _CASH:
        raise ReceiptStaysError("Cash stays with the order that it was taken for; put it right with the rider.")
    if receipt.provisional:
        raise ReceiptStaysError("The provider has not told the number of this payment yet; wait for it.")
    if any(
        refund.state in {"approved", "paid_back"} for refund in await repository.refunds_of_receipt(session, receipt.id)
    ):
        raise ReceiptStaysError("Some of this payment was given back, or is about to be.")
    held = await repository.held_by(session, receipt.id, order.id)
    funds = await repository.funds_of(session, order.id, CUSTOMER_FUNDS)
    if sum(held.values()) != receipt.amount_minor or funds < held.get(CUSTOMER_FUNDS, 0):
        raise ReceiptStaysError("The money of this order was settled with the merchant.")
    return held


def _all_of(receipts: Sequence[Receipt]) -> int:
    """Return all that was sent for a closed order, by the receipts that stay."""
    return sum(row.amount_minor for row in receipts if row.state != ReceiptState.REPLACED)


def _first_code(receipt: Receipt) -> str:
    """Return the code that the provider gave."""
    return receipt.code if receipt.part_of is None else receipt.code.rpartition("/")[0]


def _part_values(whole: Receipt, code: str, amount_minor: int) -> dict[str, object]:
    return {
        "id": new_id("RC", 10),
        "provider": whole.provider,
        "code": code,
        "amount_minor": amount_minor,
        "currency": whole.currency,
        "reference": whole.reference,
        "payer": whole.payer,
        "payer_hint": whole.payer_hint,
        "paid_at": whole.paid_at,
        "evidence": whole.evidence,
        "part_of": whole.id,
        "state": ReceiptState.ORPHAN,
        "reasons": [],
    }
