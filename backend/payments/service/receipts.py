"""Takes evidence of money from every feed, and gives each receipt to an order, to a person, or to the orphans."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import ReceiptNotFoundError, ReceiptSettledError
from backend.payments.lifecycle import OPEN, ReceiptState
from backend.payments.models import Receipt
from backend.payments.ports import Evidence, Feed
from backend.payments.service.books import Books
from backend.payments.service.candidates import Candidates
from backend.payments.service.matching import Decision, Reason, Scored, Verdict, decide, payer_fullness
from backend.platform.actors import Actor
from backend.platform.ids import new_id
from backend.platform.observability.metrics import RECEIPTS

_HINT = 3  # The last digits of a payer's number, which a person may see.
_REFERENCE_MAX = 40


class ReceiptsService:
    """The one way in for money that has moved; safe to be told twice, by any feeds in any order.

    A caller that holds locks holds its order's before; the receipt's row is locked after it.
    """

    def __init__(self, orders: OrdersService, candidates: Candidates, books: Books) -> None:
        self._orders = orders
        self._candidates = candidates
        self._books = books

    async def take(self, session: AsyncSession, told: Evidence) -> Receipt:
        """Record what a feed says; what is known already is completed, never counted again."""
        known = await repository.receipt_by_code(session, told.rail, told.code)
        if known is not None:
            return await self._told_again(session, known, told)
        decision = await self._decide(session, told)
        if decision.verdict is Verdict.AUTOMATIC and decision.best is not None:
            return await self._give(session, told, decision.best)
        return await self._hold(session, told, decision)

    async def _decide(self, session: AsyncSession, told: Evidence) -> Decision:
        return decide(told, await self._candidates.of(session, told))

    async def _give(self, session: AsyncSession, told: Evidence, best: Scored) -> Receipt:
        order = await self._orders.get(session, best.order_id, lock=True)
        same = await _same_money(session, order, told)
        if same is not None:
            return same
        if not _is_named(best):
            # The order was chosen by what it owes, which may have changed before its row was locked.
            decision = await self._decide(session, told)
            if decision.verdict is not Verdict.AUTOMATIC or decision.best is None or decision.best.order_id != order.id:
                return await self._hold(session, told, decision)
        judged = await self._books.judge(session, order)
        values = {"order_id": order.id, "merchant_id": order.merchant_id, "state": judged.state}
        receipt = await repository.insert_receipt(session, {**_values(told), **values, **_why(best, "automatic")})
        if receipt is None:
            return await self.take(session, told)
        await self._books.book(session, order, receipt, judged)
        RECEIPTS.labels(told.feed, judged.state).inc()
        return receipt

    async def _hold(self, session: AsyncSession, told: Evidence, decision: Decision) -> Receipt:
        state = ReceiptState.SUGGESTED if decision.candidates else ReceiptState.ORPHAN
        receipt = await repository.insert_receipt(session, {**_values(told), "state": state})
        if receipt is None:
            return await self.take(session, told)
        suggestions = _suggestions(decision)
        await repository.suggest(session, receipt.id, suggestions)
        await self._books.park(session, receipt, _kind(decision), suggestions)
        RECEIPTS.labels(told.feed, state).inc()
        return receipt

    async def _told_again(self, session: AsyncSession, known: Receipt, told: Evidence) -> Receipt:
        if known.amount_minor != told.amount_minor:
            return await self._disagree(session, known, "amount_conflict")
        if known.state in OPEN:
            return await self._look_again(session, known, told)
        if told.order_id is not None and told.order_id != known.order_id:
            return await self._disagree(session, known, "code_reused")
        if told.attempt_id is not None and known.attempt_id is None:
            known.attempt_id = told.attempt_id
        known.paid_at = known.paid_at or told.paid_at
        await session.flush()
        return known

    async def _disagree(self, session: AsyncSession, known: Receipt, why: str) -> Receipt:
        order = await self._orders.get(session, known.order_id) if known.order_id else None
        await self._books.ask(session, known, why, order=order)
        return known

    async def _look_again(self, session: AsyncSession, known: Receipt, told: Evidence) -> Receipt:
        """Match an open receipt anew, with what this feed adds to it."""
        merged = _merged(known, told)
        decision = await self._decide(session, merged)
        best = decision.best if decision.verdict is Verdict.AUTOMATIC else None
        order = await self._orders.get(session, best.order_id, lock=True) if best else None
        receipt = await self._locked(session, known)
        if receipt.state not in OPEN:
            return await self._told_again(session, receipt, told)
        receipt.reference, receipt.payer, receipt.paid_at = merged.reference, merged.payer or None, merged.paid_at
        receipt.attempt_id = receipt.attempt_id or told.attempt_id
        if order is not None and best is not None:
            await self._adopt(session, receipt, order, _why(best, "automatic"))
        else:
            receipt.state = ReceiptState.SUGGESTED if decision.candidates else ReceiptState.ORPHAN
            await session.flush()
            await repository.suggest(session, receipt.id, _suggestions(decision))
        return receipt

    async def _locked(self, session: AsyncSession, known: Receipt) -> Receipt:
        receipt = await repository.receipt(session, known.id, lock=True)
        if receipt is None:
            raise ReceiptNotFoundError(receipt_id=known.id)
        return receipt

    async def _adopt(self, session: AsyncSession, receipt: Receipt, order: OrderView, why: Mapping[str, Any]) -> None:
        """Give a locked open receipt to an order whose row is locked."""
        judged = await self._books.judge(session, order)
        await self._books.unpark(session, receipt, order, str(why["matched_by"]))
        receipt.order_id, receipt.merchant_id, receipt.state = order.id, order.merchant_id, judged.state
        receipt.points, receipt.reasons, receipt.matched_by = why["points"], why["reasons"], why["matched_by"]
        await session.flush()
        await repository.suggest(session, receipt.id, ())
        await self._books.book(session, order, receipt, judged)

    async def accept(self, session: AsyncSession, receipt_id: str, order_id: str, actor: Actor) -> Receipt:
        """Give an open receipt to an order, as a person decided.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            ReceiptSettledError: It was given to an order before, or taken back.
        """
        order = await self._orders.get(session, order_id, lock=True)
        receipt = await repository.receipt(session, receipt_id, lock=True)
        if receipt is None:
            raise ReceiptNotFoundError(receipt_id=receipt_id)
        if receipt.state not in OPEN or receipt.currency != order.currency:
            raise ReceiptSettledError(receipt_id=receipt_id, state=receipt.state)
        found = [row for row in await repository.suggestions_of(session, [receipt_id]) if row.order_id == order_id]
        points, reasons = (found[0].points, found[0].reasons) if found else (None, [])
        await self._adopt(session, receipt, order, {"points": points, "reasons": reasons, "matched_by": str(actor)})
        return receipt

    async def take_back(self, session: AsyncSession, rail: str, code: str, why: str) -> Receipt | None:
        """Record that a receipt's money went back to its payer; None where it is not known."""
        known = await repository.receipt_by_code(session, rail, code)
        if known is None:
            return None
        order = await self._orders.get(session, known.order_id, lock=True) if known.order_id else None
        receipt = await self._locked(session, known)
        if receipt.order_id != (order.id if order else None):
            return await self.take_back(session, rail, code, why)
        await self._books.take_back(session, receipt, order, why)
        return receipt


async def _same_money(session: AsyncSession, order: OrderView, told: Evidence) -> Receipt | None:
    """Return the order's receipt that this is about, where one of the two does not know its number yet."""
    if told.provisional:
        known = await repository.receipt_without_attempt(session, order.id, told.rail, told.amount_minor)
        if known is not None:
            known.attempt_id = told.attempt_id
    else:
        known = await repository.provisional_receipt(session, order.id, told.rail, told.amount_minor)
        if known is not None:
            known.code, known.provisional, known.evidence = told.code, False, told.source or told.feed
            known.paid_at = told.paid_at
    await session.flush()
    return known


def _is_named(best: Scored) -> bool:
    return bool({Reason.NAMED, Reason.REFERENCE, Reason.PASTED}.intersection(best.reasons))


def _kind(decision: Decision) -> str:
    best = decision.best
    if best is None:
        return "orphan"
    return "amount_differs" if Reason.AMOUNT_DIFFERS in best.reasons else "suggested"


def _suggestions(decision: Decision) -> list[dict[str, Any]]:
    return [
        {"order_id": one.order_id, "points": one.points, "reasons": [str(reason) for reason in one.reasons]}
        for one in decision.candidates
    ]


def _why(best: Scored, by: str) -> dict[str, Any]:
    return {"points": best.points, "reasons": [str(reason) for reason in best.reasons], "matched_by": by}


def _values(told: Evidence) -> dict[str, Any]:
    return {
        "id": new_id("RC", 10),
        "provider": told.rail,
        "code": told.code,
        "provisional": told.provisional,
        "amount_minor": told.amount_minor,
        "currency": told.currency,
        "attempt_id": told.attempt_id,
        "reference": told.reference[:_REFERENCE_MAX],
        "payer": told.payer or None,
        "payer_hint": told.payer[-_HINT:] if told.payer[-_HINT:].isdigit() else "",
        "paid_at": told.paid_at,
        "evidence": told.source or told.feed,
        "order_id": None,
        "merchant_id": None,
        "reasons": [],
    }


def _merged(known: Receipt, told: Evidence) -> Evidence:
    """Put together what feeds said of one receipt: the fuller payer, and what only one of them knows."""
    payer = max(told.payer, known.payer or "", key=payer_fullness)
    is_named = told.order_id is not None and told.feed not in {Feed.PASTE, Feed.LOOK_UP}
    return replace(
        told,
        reference=told.reference or known.reference,
        payer=payer,
        paid_at=told.paid_at or known.paid_at,
        expected_minor=told.expected_minor if is_named else None,
    )
