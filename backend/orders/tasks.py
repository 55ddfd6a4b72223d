"""What orders do on a clock: an unpaid order's customer is reminded, then it ends, and its stock goes back."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import CancelOrder, PaymentMode
from backend.orders.events import OrderPaymentAwaited, OrderState
from backend.orders.ports import OrderLadder, OrderView, Outcome, WantedLadder
from backend.orders.service import OrdersService
from backend.orders.service.timers import OrderLadders
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import publish
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind, arm, skip, without_hold

EXPIRY: Final = Actor(ActorKind.TIMER, TimerKind.RESERVATION_EXPIRY)
UNPAID: Final = "unpaid"
_UNPAID_IN: Final = frozenset({OrderState.PENDING, OrderState.PARTIAL})


class ReservationExpiry:
    """Reminds of the payment, then cancels orders whose payment did not come in time; one that was paid stays.

    When it does is a ladder of the order's city and vendor tier; one that has begun keeps its version. One so late
    that its end is due too is the end alone.
    """

    def __init__(self, orders: OrdersService, ladders: OrderLadders) -> None:
        self._orders = orders
        self._ladders = ladders

    async def __call__(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle a batch, its orders' rows held, in the order of their ids."""
        orders = await self._orders.get_many(session, {timer.subject_id for timer in timers})
        begun = [(timer, orders[timer.subject_id]) for timer in sorted(timers, key=lambda timer: timer.subject_id)]
        wanted = [WantedLadder(timer.kind, order.vendor_id, timer.policy_id) for timer, order in begun]
        for (timer, order), ladder in zip(begun, await self._ladders.of(session, wanted, keep=True), strict=True):
            await self._take(session, timer, order, ladder)

    async def _take(self, session: AsyncSession, timer: ClaimedTimer, order: OrderView, ladder: OrderLadder) -> None:
        steps, begun = ladder.steps, min(timer.step, len(ladder.steps) - 1)
        so_far_s = steps[begun].after_s + timer.late_s
        place = max(index for index, step in enumerate(steps) if step.after_s <= so_far_s)
        if steps[place].ends:
            await self._end(session, timer)
            return
        await _arm_next(session, timer, ladder, place + 1, steps[place + 1].after_s - so_far_s)
        if steps[place].reminds:
            await _remind(session, order, steps[-1].after_s - so_far_s)

    async def _end(self, session: AsyncSession, timer: ClaimedTimer) -> None:
        result = await self._orders.handle(
            session,
            timer.subject_id,
            CancelOrder(UNPAID),
            actor=EXPIRY,
            source=Source.TIMER,
            command_id=f"timer:{timer.id}",
        )
        if result.outcome is Outcome.REFUSED:
            await skip(session, [timer], reason=result.code)


async def _arm_next(session: AsyncSession, timer: ClaimedTimer, ladder: OrderLadder, step: int, delay_s: float) -> None:
    await arm(
        session,
        timer.kind,
        timer.subject_id,
        delay_s=delay_s,
        step=step,
        meta=without_hold(timer.meta),
        policy_id=ladder.policy_id,
        policy_version=ladder.version,
    )


async def _remind(session: AsyncSession, order: OrderView, left_s: float) -> None:
    """Have the customer told, where it is theirs to pay."""
    if order.state in _UNPAID_IN and order.payment_mode is PaymentMode.PREPAID and order.due_minor:
        awaited = OrderPaymentAwaited(order.id, order.due_minor, order.currency, round(left_s))
        await publish(session, awaited, actor=EXPIRY, city=order.city)


def timer_handlers(orders: OrdersService, ladders: OrderLadders) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that orders handle."""
    return {TimerKind.RESERVATION_EXPIRY: ReservationExpiry(orders, ladders)}
