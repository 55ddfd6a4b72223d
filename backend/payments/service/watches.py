"""The watch over attempts that stay silent: when the provider is asked, and when a person gets them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.payments import repository
from backend.payments.events import PaymentReviewOpened
from backend.payments.models import PaymentAttempt, PaymentIntent
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.platform.events import publish
from backend.platform.sends import enqueue
from backend.platform.timers import OWNED_BY, ClaimedTimer, TimerKind, arm, cancel, pending, without_hold

SEND_CHANNEL: Final = {"daraja": "daraja", "upi_link": "upi", "upi_code": "upi"}
LIVE: Final = frozenset({"created", "sent", "unknown"})
_WITH_AN_END: Final = frozenset({"upi_link", "upi_code"})
_AFTER_END_S: Final = 60.0
_KINDS: Final = (TimerKind.PAYMENT_PENDING,)


@dataclass(frozen=True, slots=True)
class Look:
    """One step of the watch over a silent attempt; `after_s` counts from the begin of its silence.

    Attributes:
        asks: Whether its provider is asked.
        hands_over: Whether a person gets it, where it can't be paid any more.
    """

    after_s: float
    asks: bool
    hands_over: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """One version of the ladder that silent attempts are watched by; its last step hands over."""

    looks: tuple[Look, ...]
    policy_id: str
    version: int


class WatchLadders(Protocol):
    """Knows the versions, which operators keep by city and vendor tier."""

    async def of(self, session: AsyncSession, order: OrderView, policy_id: str | None = None) -> Watch:
        """Return the version that a watch began with, else the one that fits the order now."""
        ...


class AttemptWatches:
    """Watches attempts by the ladder of their city and vendor tier; a watch that has begun keeps its version.

    Nothing ends a watch but the attempt's own end, and it is the order's only one, since an order has one live attempt
    at most.
    """

    def __init__(self, orders: OrdersService, ladders: WatchLadders) -> None:
        self._orders = orders
        self._ladders = ladders

    async def begin(self, session: AsyncSession, attempt: PaymentAttempt, *, in_s: float = 0.0) -> None:
        """Begin the watch over a live attempt whose silence begins `in_s` seconds from now."""
        order = await self._orders.get(session, attempt.order_id)
        watch = await self._ladders.of(session, order)
        await _arm(session, attempt, watch, 0, in_s + watch.looks[0].after_s, {"attempt_id": attempt.id})

    async def anew(self, session: AsyncSession, attempt: PaymentAttempt) -> None:
        """Count the silence from now, where it was counted from the attempt's making."""
        await unwatch(session, attempt, attempt.state)
        await self.begin(session, attempt)

    async def look(self, session: AsyncSession, attempt: PaymentAttempt, timer: ClaimedTimer) -> None:
        """Take a due step for a silent attempt: ask about it, or give it to a person; and arm the next one."""
        watch = await self._ladders.of(session, await self._orders.get(session, attempt.order_id), timer.policy_id)
        step = min(timer.step, len(watch.looks) - 1)
        look, payable_s = watch.looks[step], _payable_s(attempt, timer.due_at)
        if look.hands_over and not payable_s:
            await _hand_over(session, attempt)
            return
        if look.asks or look.hands_over:
            await _ask(session, attempt, timer)
        following = step if look.hands_over else step + 1
        pause_s = payable_s if look.hands_over else watch.looks[following].after_s - look.after_s
        await _arm(session, attempt, watch, following, pause_s, without_hold(timer.meta))


def _payable_s(attempt: PaymentAttempt, at: datetime) -> float:
    """Return when to look again at a link or code that may still be paid, or whose end we have not asked about.

    So that it goes to a person only after it has ended and the provider has been asked once more: 0 then, and always
    for a prompt.
    """
    if attempt.provider not in _WITH_AN_END or attempt.expires_at is None:
        return 0.0
    left_s = (attempt.expires_at - at).total_seconds() + _AFTER_END_S
    return max(left_s, _AFTER_END_S) if left_s > -_AFTER_END_S else 0.0


async def _ask(session: AsyncSession, attempt: PaymentAttempt, timer: ClaimedTimer) -> None:
    if attempt.provider_ref is not None:
        await enqueue(
            session,
            f"{SEND_CHANNEL[attempt.provider]}.query",
            {"attempt_id": attempt.id},
            idem=f"query:{attempt.id}:{timer.id}",
            order_id=attempt.order_id,
        )


async def _hand_over(session: AsyncSession, attempt: PaymentAttempt) -> None:
    attempt.state = "review"
    await ask_about(session, attempt, await repository.intent(session, attempt.intent_id))


async def ask_about(
    session: AsyncSession, attempt: PaymentAttempt, intent: PaymentIntent, kind: str = "outcome_unknown"
) -> None:
    """Give an attempt to a person, who finds out what became of it."""
    opened = PaymentReviewOpened(
        attempt.id, attempt.order_id, kind, attempt.amount_minor, intent.currency, attempt.provider
    )
    await publish(session, opened, actor=PAYMENTS_ACTOR, city=None)


async def is_owned(session: AsyncSession, attempt: PaymentAttempt) -> bool:
    """Say whether a person has taken the matter over from the watch, and so has a card of it."""
    return any(OWNED_BY in timer.meta for timer in await pending(session, attempt.order_id, _KINDS))


async def unwatch(session: AsyncSession, attempt: PaymentAttempt, by: str) -> None:
    """End the watch over an attempt."""
    await cancel(session, attempt.order_id, _KINDS, by=by)


async def _arm(
    session: AsyncSession, attempt: PaymentAttempt, watch: Watch, step: int, delay_s: float, meta: Mapping[str, Any]
) -> None:
    await arm(
        session,
        TimerKind.PAYMENT_PENDING,
        attempt.order_id,
        delay_s=delay_s,
        step=step,
        meta=meta,
        policy_id=watch.policy_id,
        policy_version=watch.version,
    )
