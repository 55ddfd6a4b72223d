"""Riders' cash: taken at doors, counted at the desk, and what is missing or too much, each side in the ledger."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.errors import CashLockedError, CountedMeanwhileError, NotTheirOrderError, WriteOffTooLargeError
from backend.payments.events import PaymentReviewClosed, PaymentReviewOpened
from backend.payments.models import CashCount, Receipt
from backend.payments.ports import CashHandIn, Evidence, Feed, Pocket
from backend.payments.repository import cash
from backend.payments.service.books import PAYMENTS_ACTOR, tell_short
from backend.payments.service.ledger import CASH, CASH_DIFFERENCES, Movement, Subject, clearing, pocket, post_for
from backend.payments.service.receipts import ReceiptsService
from backend.payments.settings import PaymentsSettings
from backend.platform.actors import Actor, ActorKind
from backend.platform.events import publish
from backend.platform.ids import new_id
from backend.platform.timers import TimerKind, arm, cancel

SUBJECT: Final = "pocket"


class RiderCashService:
    """Keeps each rider's cash. Orders' rows are held first, then the rider's pocket."""

    def __init__(self, orders: OrdersService, receipts: ReceiptsService, settings: PaymentsSettings) -> None:
        self._orders = orders
        self._receipts = receipts
        self._settings = settings

    async def collect(self, session: AsyncSession, order_id: str, amount_minor: int, rider_id: str) -> Receipt:
        """Book cash that a rider has taken at a door; told again it changes nothing.

        Raises:
            CashLockedError: A UPI code is open for this delivery.
        """
        order = await self._orders.get(session, order_id, lock=True)
        live = await repository.live_attempt(session, order.id)
        if live is not None and live.at_the_door:
            raise CashLockedError(order_id=order.id)
        await cash.hold_pocket(session, rider_id)
        receipt = await self._receipts.take(session, _told(order, amount_minor, rider_id))
        if await cash.add_count(session, _at_door(order, amount_minor, rider_id)):
            await self._await_hand_in(session, rider_id, order.currency, order.city, came_minor=amount_minor)
            await tell_short(session, order, order.due_minor - amount_minor, detail=f"rider:{rider_id}")
            await self._explain_surplus(session, order, amount_minor, rider_id)
        return receipt

    async def _await_hand_in(
        self, session: AsyncSession, rider_id: str, currency: str, city: str, *, came_minor: int | None = None
    ) -> None:
        """Watch what a rider carries, from the first of it until nothing is left; a count at the desk begins anew."""
        held = (await cash.held(session, [rider_id])).get((rider_id, currency), 0)
        books = _books_of(rider_id, currency)
        if held == 0:
            await cancel(session, books, [TimerKind.CASH_HAND_IN], by="nothing_left", subject_kind=SUBJECT)
        elif came_minor is None or held - came_minor <= 0:
            meta = {"rider_id": rider_id, "currency": currency, "city": city}
            delay_s = self._settings.cash_hand_in_s
            await arm(session, TimerKind.CASH_HAND_IN, books, delay_s=delay_s, meta=meta, subject_kind=SUBJECT)

    async def remind(self, session: AsyncSession, rider_id: str, currency: str, city: str) -> None:
        """Bring a person where a rider has carried cash for too long."""
        held = (await cash.held(session, [rider_id])).get((rider_id, currency), 0)
        if held == 0:
            return
        opened = PaymentReviewOpened(
            subject_id=_books_of(rider_id, currency),
            order_id=None,
            kind="cash_carried",
            amount_minor=abs(held),
            currency=currency,
            detail=f"rider:{rider_id}",
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=city)

    async def is_told(self, session: AsyncSession, order_id: str, rider_id: str) -> bool:
        """True where this rider has told of this order's cash."""
        return await cash.counted_at_door(session, order_id, rider_id)

    async def _explain_surplus(self, session: AsyncSession, order: OrderView, amount_minor: int, rider_id: str) -> None:
        """Close the card of cash that was too much, where this order's cash is what it was."""
        held = (await cash.held(session, [rider_id])).get((rider_id, order.currency), 0)
        if held - amount_minor < 0 <= held:
            closed = PaymentReviewClosed(_books_of(rider_id, order.currency), None, f"it was the cash of {order.id}")
            await publish(session, closed, actor=PAYMENTS_ACTOR, city=order.city)

    async def hand_in(self, session: AsyncSession, given: CashHandIn, actor: Actor) -> CashCount:
        """Take over what somebody counted of a rider's cash; a difference becomes the card of who counted.

        What is missing stays the rider's debt until it is handed in or written off; what is too much stays theirs
        until the cash of an order explains it.

        Raises:
            NotTheirOrderError: An order told of at the desk is not this rider's.
            CashLockedError: A UPI code is open for one of them.
            CountedMeanwhileError: The rider's cash was counted since whoever counts looked.
        """
        await self._collect_told(session, given)
        await cash.hold_pocket(session, given.rider_id)
        if given.seen is not None and given.seen != await cash.last_count(session, given.rider_id):
            raise CountedMeanwhileError(rider_id=given.rider_id)
        held = (await cash.held(session, [given.rider_id])).get((given.rider_id, given.currency), 0)
        await self._empty(session, given.rider_id, given.currency, given.counted_minor, clearing(CASH), "handed_in")
        count = await self._count(
            session,
            id=new_id("CC", 10),
            rider_id=given.rider_id,
            kind="desk",
            currency=given.currency,
            expected_minor=held - given.keeps_minor,
            counted_minor=given.counted_minor,
            moved_minor=-given.counted_minor,
            counted_by=str(actor),
            note=given.note,
        )
        await self._tell_difference(session, given, count, actor)
        await self._await_hand_in(session, given.rider_id, given.currency, given.city)
        return count

    async def _collect_told(self, session: AsyncSession, given: CashHandIn) -> None:
        for order_id in sorted(given.told):
            order = await self._orders.get(session, order_id, lock=True)
            if order.rider_id != given.rider_id or order.currency != given.currency:
                raise NotTheirOrderError(order_id=order_id, rider_id=given.rider_id)
        for order_id, amount_minor in sorted(given.told.items()):
            await self.collect(session, order_id, amount_minor, given.rider_id)

    async def _empty(
        self, session: AsyncSession, rider_id: str, currency: str, amount_minor: int, into: str, cause: str
    ) -> None:
        """Move cash out of a rider's pocket, merchant by merchant; what is too much is no merchant's."""
        left = amount_minor
        for merchant_id, held in await cash.held_by_merchant(session, rider_id, currency):
            part = max(min(held, left), 0)
            _post(session, Subject(currency, merchant_id), Movement(into, pocket(rider_id), part), cause)
            left -= part
        _post(session, Subject(currency), Movement(into, pocket(rider_id), left), cause)
        await session.flush()

    async def _count(self, session: AsyncSession, **values: object) -> CashCount:
        count = CashCount(**values)
        session.add(count)
        await session.flush()
        return count

    async def _tell_difference(self, session: AsyncSession, given: CashHandIn, count: CashCount, actor: Actor) -> None:
        subject, city, off = _books_of(given.rider_id, given.currency), given.city, count.difference_minor
        closed = PaymentReviewClosed(subject, None, f"counted again: {count.id}")
        await publish(session, closed, actor=PAYMENTS_ACTOR, city=city)
        if off == 0:
            return
        opened = PaymentReviewOpened(
            subject_id=subject,
            order_id=None,
            kind="cash_shortage" if off < 0 else "cash_surplus",
            amount_minor=abs(off),
            currency=given.currency,
            detail=f"rider:{given.rider_id}",
            merchant_id=given.merchant_id,
            owner=str(actor),
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=city)

    async def write_off(
        self, session: AsyncSession, rider_id: str, currency: str, amount_minor: int, note: str, actor: Actor, city: str
    ) -> CashCount:
        """Give up what a rider's pocket is out by, or take over what is too much in it, as the owner decided.

        Raises:
            WriteOffTooLargeError: More than that.
        """
        await cash.hold_pocket(session, rider_id)
        held = (await cash.held(session, [rider_id])).get((rider_id, currency), 0)
        if amount_minor > abs(held):
            raise WriteOffTooLargeError(rider_id=rider_id, held_minor=held)
        if held > 0:
            await self._empty(session, rider_id, currency, amount_minor, CASH_DIFFERENCES, "written_off")
        else:
            movement = Movement(pocket(rider_id), CASH_DIFFERENCES, amount_minor)
            _post(session, Subject(currency), movement, "written_off")
        closed = PaymentReviewClosed(_books_of(rider_id, currency), None, f"written off by {actor}")
        await publish(session, closed, actor=actor, city=city)
        await self._await_hand_in(session, rider_id, currency, city)
        return await self._count(
            session,
            id=new_id("CC", 10),
            rider_id=rider_id,
            kind="written_off",
            currency=currency,
            expected_minor=amount_minor,
            counted_minor=amount_minor,
            moved_minor=-amount_minor if held > 0 else amount_minor,
            counted_by=str(actor),
            note=note,
        )

    async def pockets(self, session: AsyncSession, rider_id: str) -> list[Pocket]:
        """Return what a rider carries, by currency."""
        found = await cash.held(session, [rider_id])
        caps = self._settings.rider_cash_cap_minor
        return [Pocket(rider_id, currency, minor, caps.get(currency)) for (_, currency), minor in found.items()]

    async def counts(
        self, session: AsyncSession, rider_id: str, *, limit: int, offset: int
    ) -> tuple[Sequence[CashCount], int]:
        """Return a page of a rider's counts, the newest first, and how many there are."""
        return await cash.counts_of(session, rider_id, limit=limit, offset=offset)

    async def carried(self, session: AsyncSession, rider_ids: Collection[str], currency: str) -> dict[str, int]:
        """Return what riders carry in a currency, in minor units, by rider; those without any are left out."""
        held = await cash.held(session, rider_ids)
        return {rider_id: minor for (rider_id, known), minor in held.items() if known == currency and minor > 0}

    async def full(self, session: AsyncSession, rider_ids: Collection[str], currency: str) -> frozenset[str]:
        """Return which of these riders carry so much that they are to hand in before they take more."""
        cap = self._settings.rider_cash_cap_minor.get(currency)
        if cap is None or not rider_ids:
            return frozenset()
        found = await cash.held(session, rider_ids)
        return frozenset(rider for (rider, told), minor in found.items() if told == currency and minor >= cap)


def _books_of(rider_id: str, currency: str) -> str:
    """Name what a card about a rider's pocket is about."""
    return f"cash:{rider_id}:{currency}"


def _told(order: OrderView, amount_minor: int, rider_id: str) -> Evidence:
    return Evidence(
        feed=Feed.CASH,
        rail=CASH,
        code=f"{order.id}:{rider_id}",
        amount_minor=amount_minor,
        currency=order.currency,
        order_id=order.id,
        source=f"rider:{rider_id}",
    )


def _at_door(order: OrderView, amount_minor: int, rider_id: str) -> dict[str, object]:
    return {
        "id": new_id("CC", 10),
        "rider_id": rider_id,
        "kind": "door",
        "order_id": order.id,
        "currency": order.currency,
        "expected_minor": order.due_minor,
        "counted_minor": amount_minor,
        "moved_minor": amount_minor,
        "counted_by": str(Actor(ActorKind.RIDER, rider_id)),
    }


def _post(session: AsyncSession, subject: Subject, movement: Movement, cause: str) -> None:
    if movement.amount_minor:
        post_for(session, subject, movement, cause)
