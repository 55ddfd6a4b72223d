"""Takes evidence of money from every feed, and gives each receipt to an order, to a person, or to the orphans."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import Receivable
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import ReceiptNotFoundError, ReceiptSettledError
from backend.payments.lifecycle import OPEN, ReceiptState
from backend.payments.models import Receipt, ReceiptSuggestion
from backend.payments.ports import Evidence, Feed
from backend.payments.repository import lists
from backend.payments.repository.lists import Mismatch, ReceiptFilter, ReceiptPage
from backend.payments.service.books import Books, Given, Judged, judge
from backend.payments.service.candidates import Candidates
from backend.payments.service.decisions import Decided, decided
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
        return (await self.take_all(session, [told]))[0]

    async def take_all(self, session: AsyncSession, told: Sequence[Evidence]) -> list[Receipt]:
        """Record what feeds of one rail say of some receipts, with few statements; in the order of what was told.

        A caller of many splits them, since the orders' rows are held until the transaction ends.
        """
        codes, rail = sorted({one.code for one in told}), told[0].rail if told else ""
        known = {row.code: row for row in await repository.receipts_by_codes(session, rail, codes)}
        first = {one.code: one for one in reversed(told) if one.code not in known}
        known |= await self._take_new(session, list(first.values()))
        return [
            known[one.code]
            if first.get(one.code) is one or _says_nothing_new(known[one.code], one)
            else await self._told_again(session, known[one.code], one)
            for one in told
        ]

    async def _take_new(self, session: AsyncSession, told: list[Evidence]) -> dict[str, Receipt]:
        """Record receipts that are not known; an order takes one at a time, and is looked at anew for the next."""
        taken: dict[str, Receipt] = {}
        while told:
            decisions = await self._decide(session, told)
            giving: dict[str, tuple[Evidence, Scored]] = {}
            later: list[Evidence] = []
            for one, decision in zip(told, decisions, strict=True):
                best = decision.best if decision.verdict is Verdict.AUTOMATIC else None
                if best is None:
                    taken[one.code] = await self._hold(session, one, decision)
                elif best.order_id in giving:
                    later.append(one)
                else:
                    giving[best.order_id] = (one, best)
            taken |= await self._give(session, giving)
            told = later
        return taken

    async def _decide(self, session: AsyncSession, told: Sequence[Evidence]) -> list[Decision]:
        found = await self._candidates.of_all(session, told)
        return [decide(one, candidates) for one, candidates in zip(told, found, strict=True)]

    async def _give(self, session: AsyncSession, giving: Mapping[str, tuple[Evidence, Scored]]) -> dict[str, Receipt]:
        """Give receipts to their orders, by the order's id; return them by their code."""
        if not giving:
            return {}
        orders, theirs = await self._orders.hold(session, giving.keys()), defaultdict(list)
        for row in await repository.receipts_of(session, *giving):
            theirs[row.order_id].append(row)
        taken: dict[str, Receipt] = {}
        new: dict[str, tuple[Evidence, Scored]] = {}
        for order_id, (told, best) in giving.items():
            same = _same_money(theirs[order_id], told) or await self._changed(session, told, best)
            if same is None:
                new[order_id] = (told, best)
            else:
                taken[told.code] = same
        counted = await repository.counted_minor(session, new.keys()) if new else {}
        judged = {one: (orders[one], judge(orders[one], counted.get(one, 0))) for one in new}
        return taken | await self._book(session, new, judged)

    async def _book(
        self,
        session: AsyncSession,
        giving: Mapping[str, tuple[Evidence, Scored]],
        judged: Mapping[str, tuple[Receivable, Judged]],
    ) -> dict[str, Receipt]:
        """Write receipts down for orders whose rows are held."""
        rows = [_given_values(told, best, *judged[order_id]) for order_id, (told, best) in giving.items()]
        receipts = await repository.insert_receipts(session, rows)
        given = [Given(judged[str(row.order_id)][0], row, judged[str(row.order_id)][1]) for row in receipts]
        await self._books.book(session, given)
        taken = {row.code: row for row in receipts}
        for told, _ in giving.values():
            if told.code in taken:
                RECEIPTS.labels(told.feed, taken[told.code].state).inc()
            else:  # Another worker was told of it, too, and has just committed it.
                taken[told.code] = await self.take(session, told)
        return taken

    async def _changed(self, session: AsyncSession, told: Evidence, best: Scored) -> Receipt | None:
        """Hold a receipt whose order was chosen by what it owed, where that changed before its row was held."""
        if _is_named(best):
            return None
        (decision,) = await self._decide(session, [told])
        again = decision.best if decision.verdict is Verdict.AUTOMATIC else None
        return None if again and again.order_id == best.order_id else await self._hold(session, told, decision)

    async def _hold(self, session: AsyncSession, told: Evidence, decision: Decision) -> Receipt:
        state = ReceiptState.SUGGESTED if decision.candidates else ReceiptState.ORPHAN
        receipts = await repository.insert_receipts(session, [{**_values(told), "state": state}])
        if not receipts:
            return await self.take(session, told)
        suggestions = suggestions_of(decision)
        await repository.suggest(session, receipts[0].id, suggestions)
        await self._books.park(session, receipts[0], _kind(decision), suggestions)
        RECEIPTS.labels(told.feed, state).inc()
        return receipts[0]

    async def _told_again(self, session: AsyncSession, known: Receipt, told: Evidence) -> Receipt:
        if known.amount_minor != told.amount_minor:
            return await self._disagree(session, known, "amount_conflict")
        if known.state in OPEN:
            return await self._look_again(session, known, told)
        if known.state == ReceiptState.REPLACED and (part := await _part_for(session, known, told)):
            return part
        if told.order_id is not None and told.order_id != known.order_id:
            return await self._disagree(session, known, "code_reused")
        if told.attempt_id is not None and known.attempt_id is None:
            known.attempt_id = told.attempt_id
        known.paid_at = known.paid_at or told.paid_at
        await session.flush()
        return known

    async def _disagree(self, session: AsyncSession, known: Receipt, why: str) -> Receipt:
        found = await self._orders.receivables(session, order_ids=[known.order_id]) if known.order_id else []
        await self._books.ask(session, known, why, order=found[0] if found else None)
        return known

    async def _look_again(self, session: AsyncSession, known: Receipt, told: Evidence) -> Receipt:
        """Match an open receipt anew, with what this feed adds to it."""
        merged = _merged(known, told)
        (decision,) = await self._decide(session, [merged])
        best = decision.best if decision.verdict is Verdict.AUTOMATIC else None
        held = await self._orders.hold(session, [best.order_id]) if best else {}
        receipt = await self._locked(session, known)
        if receipt.state not in OPEN:
            return await self._told_again(session, receipt, told)
        receipt.reference, receipt.payer, receipt.paid_at = merged.reference, merged.payer or None, merged.paid_at
        receipt.attempt_id = receipt.attempt_id or told.attempt_id
        if best is not None:
            await self._adopt(session, receipt, held[best.order_id], _why(best, "automatic"))
        else:
            receipt.state = ReceiptState.SUGGESTED if decision.candidates else ReceiptState.ORPHAN
            await session.flush()
            await repository.suggest(session, receipt.id, suggestions_of(decision))
        return receipt

    async def _locked(self, session: AsyncSession, known: Receipt) -> Receipt:
        receipt = await repository.receipt(session, known.id, lock=True)
        if receipt is None:
            raise ReceiptNotFoundError(receipt_id=known.id)
        return receipt

    async def _adopt(self, session: AsyncSession, receipt: Receipt, order: Receivable, why: Mapping[str, Any]) -> None:
        """Give a locked open receipt to an order whose row is held."""
        judged = judge(order, await repository.paid_minor(session, order.id))
        await self._books.unpark(session, receipt, order, str(why["matched_by"]))
        receipt.order_id, receipt.merchant_id, receipt.state = order.id, order.merchant_id, judged.state
        receipt.points, receipt.reasons, receipt.matched_by = why["points"], why["reasons"], why["matched_by"]
        await session.flush()
        await repository.suggest(session, receipt.id, ())
        await self._books.book(session, [Given(order, receipt, judged)])

    async def accept(
        self, session: AsyncSession, receipt_id: str, order_id: str, actor: Actor, reason: str = ""
    ) -> Receipt:
        """Give an open receipt to an order, as a person decided.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            ReceiptSettledError: It was given to an order before, or taken back.
        """
        order = (await self._orders.hold(session, [order_id]))[order_id]
        receipt = await repository.receipt(session, receipt_id, lock=True)
        if receipt is None:
            raise ReceiptNotFoundError(receipt_id=receipt_id)
        if receipt.state not in OPEN or receipt.currency != order.currency:
            raise ReceiptSettledError(receipt_id=receipt_id, state=receipt.state)
        found = [row for row in await repository.suggestions_of(session, [receipt_id]) if row.order_id == order_id]
        points, reasons = (found[0].points, found[0].reasons) if found else (None, [])
        await self._adopt(session, receipt, order, {"points": points, "reasons": reasons, "matched_by": str(actor)})
        await decided(session, receipt, Decided.GIVEN, actor, reason, order_id)
        return receipt

    async def give_back(self, session: AsyncSession, receipt_id: str, actor: Actor) -> Receipt:
        """Queue an open receipt to be paid back to whoever sent it, as a person decided.

        Raises:
            ReceiptNotFoundError: There is no such receipt.
            ReceiptSettledError: It is an order's, or was taken back.
        """
        receipt = await repository.receipt(session, receipt_id, lock=True)
        if receipt is None:
            raise ReceiptNotFoundError(receipt_id=receipt_id)
        if receipt.state not in OPEN:
            raise ReceiptSettledError(receipt_id=receipt_id, state=receipt.state)
        await repository.suggest(session, receipt.id, ())
        await self._books.owe_orphan(session, receipt, actor)
        await decided(session, receipt, Decided.GIVEN_BACK, actor)
        return receipt

    async def page(self, session: AsyncSession, wanted: ReceiptFilter, *, limit: int, offset: int) -> ReceiptPage:
        """Return a page of receipts with the orders that they could be for, and the sums of the whole list."""
        rows, sums = await lists.receipts(session, wanted, limit=limit, offset=offset)
        found: dict[str, list[ReceiptSuggestion]] = defaultdict(list)
        for one in await lists.suggestions(session, [row.id for row in rows], wanted):
            found[one.receipt_id].append(one)
        return ReceiptPage([(row, found[row.id]) for row in rows], sums)

    async def mismatch(self, session: AsyncSession, days: int) -> Mismatch:
        """Return how many payments of the last days still have no order, of how many."""
        return await lists.mismatch(session, days)

    async def take_back(self, session: AsyncSession, rail: str, code: str, why: str, under: str = "") -> Receipt | None:
        """Record that a receipt's money went back to its payer, `under` a code; None where it is not known."""
        known = await repository.receipt_by_code(session, rail, code)
        if known is None:
            return None
        if known.state == ReceiptState.REPLACED:
            await self._take_parts_back(session, known, why, under)
            return known
        held = await self._orders.hold(session, [known.order_id]) if known.order_id else {}
        order = held.get(known.order_id or "")
        receipt = await self._locked(session, known)
        if receipt.order_id != (order.id if order else None) or receipt.state == ReceiptState.REPLACED:
            return await self.take_back(session, rail, code, why, under)
        await self._books.take_back(session, receipt, order, why, under)
        return receipt

    async def _take_parts_back(self, session: AsyncSession, whole: Receipt, why: str, under: str) -> None:
        """Record that the money of all parts went back; their orders are held at once, by their ids."""
        parts = await repository.parts_of(session, whole.id)
        await self._orders.hold(session, {part.order_id for part in parts if part.order_id})
        for part in parts:
            await self.take_back(session, part.provider, part.code, why, under)


def _same_money(theirs: Sequence[Receipt], told: Evidence) -> Receipt | None:
    """Return the order's receipt that this is about, where one of the two does not know its number yet."""
    whole = (row for row in theirs if row.part_of is None)
    alike = [row for row in whole if row.provider == told.rail and row.amount_minor == told.amount_minor]
    if told.provisional:
        unclaimed = (row for row in alike if row.state == ReceiptState.MATCHED and row.attempt_id is None)
        known = next(unclaimed, None)
        if known is not None:
            known.attempt_id = told.attempt_id
        return known
    known = next((row for row in alike if row.provisional), None)
    if known is not None:
        known.code, known.provisional, known.evidence = told.code, False, told.source or told.feed
        known.paid_at = told.paid_at
    return known


async def _part_for(session: AsyncSession, whole: Receipt, told: Evidence) -> Receipt | None:
    """Return the part that is the told order's, or is still to find its order."""
    parts = await repository.parts_of(session, whole.id)
    theirs = (part for part in parts if part.order_id is not None and part.order_id == told.order_id)
    return next(theirs, next((part for part in parts if part.state in OPEN), None))


def _says_nothing_new(known: Receipt, told: Evidence) -> bool:
    if known.state in {*OPEN, ReceiptState.REPLACED} or known.amount_minor != told.amount_minor:
        return False
    if told.attempt_id is not None and known.attempt_id is None:
        return False
    return told.order_id is None or told.order_id == known.order_id


def _is_named(best: Scored) -> bool:
    return bool({Reason.NAMED, Reason.REFERENCE, Reason.PASTED}.intersection(best.reasons))


def _kind(decision: Decision) -> str:
    best = decision.best
    if best is None:
        return "orphan"
    return "amount_differs" if Reason.AMOUNT_DIFFERS in best.reasons else "suggested"


def suggestions_of(decision: Decision) -> list[dict[str, Any]]:
    """Return a decision's candidates as rows, best first."""
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


def _given_values(told: Evidence, best: Scored, order: Receivable, judged: Judged) -> dict[str, Any]:
    owner = {"order_id": order.id, "merchant_id": order.merchant_id, "state": judged.state}
    return {**_values(told), **owner, **_why(best, "automatic")}


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
