"""What orders do on a clock: an unpaid order's customer is reminded, then it ends, and its stock goes back."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.commands import CancelOrder, PaymentMode
from backend.orders.events import OrderPaymentAwaited, OrderState
from backend.orders.ports import OrderView, Outcome
from backend.orders.service import OrdersService
from backend.orders.service.timers import reminds_after_s
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, ActorKind, Source
from backend.platform.events import publish
from backend.platform.timers import ClaimedTimer, TimerHandler, TimerKind, arm, skip

EXPIRY: Final = Actor(ActorKind.TIMER, TimerKind.RESERVATION_EXPIRY)
UNPAID: Final = "unpaid"
_UNPAID_IN: Final = frozenset({OrderState.PENDING, OrderState.PARTIAL})


class ReservationExpiry:
    """Reminds of the payment, then cancels orders whose payment did not come in time; one that was paid stays.

    The first step is the reminder, the second the end; one so late that both are due is the end alone.
    """

    def __init__(self, orders: OrdersService, settings: OrdersSettings) -> None:
        self._orders = orders
        after_s = reminds_after_s(settings)
        self._left_s = float(settings.reservation_expiry_s - after_s) if after_s else 0.0

    async def __call__(self, session: AsyncSession, timers: Sequence[ClaimedTimer]) -> None:
        """Handle a batch, its orders' rows held, in the order of their ids."""
        orders = await self._orders.get_many(session, {timer.subject_id for timer in timers})
        for timer in sorted(timers, key=lambda claimed: claimed.subject_id):
            left_s = self._left_s - timer.late_s if timer.step == 0 else 0.0
            if left_s > 0:
                await self._remind(session, orders[timer.subject_id], left_s)
            else:
                await self._end(session, timer)

    async def _remind(self, session: AsyncSession, order: OrderView, left_s: float) -> None:
        """Have the customer told, where it is theirs to pay, and arm the end."""
        await arm(session, TimerKind.RESERVATION_EXPIRY, order.id, delay_s=left_s, step=1)
        if order.state in _UNPAID_IN and order.payment_mode is PaymentMode.PREPAID and order.due_minor:
            awaited = OrderPaymentAwaited(order.id, order.due_minor, order.currency, round(left_s))
            await publish(session, awaited, actor=EXPIRY, city=order.city)

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


def timer_handlers(orders: OrdersService, settings: OrdersSettings) -> Mapping[TimerKind, TimerHandler]:
    """Return the timers that orders handle."""
    return {TimerKind.RESERVATION_EXPIRY: ReservationExpiry(orders, settings)}
