"""A person steers a running ladder: holds it, lets it go on, skips a step, takes it now, or takes the matter over."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.errors import LadderRefusedError
from backend.comms.events import LadderSteered
from backend.comms.ladders import KINDS, Ladder
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.plans import LadderPlans
from backend.orders.ports import OrderView
from backend.orders.service import OrdersService
from backend.platform.actors import Actor
from backend.platform.events import publish
from backend.platform.timers import HOLD, OWNED_BY, PendingTimer, TimerKind, arm, move, pending, skip, without_hold


class Steer(StrEnum):
    """What a person may do with a running ladder."""

    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    FIRE = "fire"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Wish:
    """Who steers which ladder, why, and for how many seconds where that matters."""

    act: Steer
    kind: TimerKind
    actor: Actor
    reason: str
    for_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """A ladder's next step, locked with its order."""

    order: OrderView
    timer: PendingTimer
    ladder: Ladder

    @property
    def left_s(self) -> float:
        """Seconds that the ladder still had to wait, not counting a hold; never below 0."""
        held: Mapping[str, Any] = self.timer.meta.get(HOLD, {})
        return max(float(held.get("left_s", self.timer.due_s)), 0.0)


class LadderControl:
    """Steers ladders. The order's row is locked first, as every writer does, so a step that fires waits or has gone."""

    def __init__(self, orders: OrdersService, plans: LadderPlans, calls: CallsService, cards: CardsService) -> None:
        self._orders = orders
        self._plans = plans
        self._calls = calls
        self._cards = cards

    async def steer(self, session: AsyncSession, order_id: str, wish: Wish) -> None:
        """Do what is asked, and note who asked it and why.

        Raises:
            LadderRefusedError: The ladder has no step ahead, is not held, or stands at its last step.
        """
        held = await self._held(session, order_id, wish.kind)
        acts: Mapping[Steer, Callable[[AsyncSession, Held, Wish], Awaitable[None]]] = {
            Steer.PAUSE: self._pause,
            Steer.RESUME: self._resume,
            Steer.SKIP: self._skip,
            Steer.FIRE: self._fire,
            Steer.OWN: self._own,
        }
        await acts[wish.act](session, held, wish)
        await self._note(session, held, wish)

    async def _held(self, session: AsyncSession, order_id: str, kind: TimerKind) -> Held:
        order = await self._orders.get(session, order_id, lock=True)
        timers = await pending(session, order_id, (kind,), lock=True)
        chased = await self._plans.chased(session, KINDS[kind], order) if timers else None
        if chased is None:
            raise LadderRefusedError(reason="comms.ladder_not_running", order_id=order_id, ladder=str(kind))
        return Held(order, timers[0], await self._plans.kept(session, kind, chased.contact, timers[0].policy_id))

    async def _pause(self, session: AsyncSession, held: Held, wish: Wish) -> None:
        """Let the ladder stand still; it goes on by itself, so that no order is forgotten."""
        hold = {"by": str(wish.actor), "reason": wish.reason, "for_s": wish.for_s, "left_s": held.left_s}
        await move(session, held.timer.id, delay_s=held.left_s + wish.for_s, meta={**held.timer.meta, HOLD: hold})

    async def _resume(self, session: AsyncSession, held: Held, wish: Wish) -> None:
        if HOLD not in held.timer.meta:
            raise LadderRefusedError(reason="comms.ladder_not_held", order_id=held.order.id, ladder=str(wish.kind))
        await move(session, held.timer.id, delay_s=held.left_s, meta=without_hold(held.timer.meta))

    async def _fire(self, session: AsyncSession, held: Held, _: Wish) -> None:
        await move(session, held.timer.id, delay_s=0, meta=without_hold(held.timer.meta))

    async def _skip(self, session: AsyncSession, held: Held, wish: Wish) -> None:
        following = held.timer.step + 1
        if following >= len(held.ladder.steps):
            raise LadderRefusedError(reason="comms.last_step", order_id=held.order.id, ladder=str(wish.kind))
        wait_s = held.ladder.steps[following].after_s - held.ladder.steps[held.timer.step].after_s
        await self._jump(session, held, wish, following, held.left_s + wait_s, without_hold(held.timer.meta))

    async def _own(self, session: AsyncSession, held: Held, wish: Wish) -> None:
        """Stop the chase and keep its last step as a reminder: the card is free again if nothing has come of it."""
        meta = {**without_hold(held.timer.meta), OWNED_BY: str(wish.actor)}
        await self._calls.cancel_ladder(session, held.order.id, str(wish.kind))
        await self._jump(session, held, wish, len(held.ladder.steps) - 1, wish.for_s, meta)
        order = held.order
        await self._cards.own(
            session,
            KINDS[wish.kind].exception,
            order.id,
            wish.actor,
            subject_id=held.timer.meta.get("attempt_id", order.id),
            city=order.city,
            merchant_id=order.merchant_id,
            money_minor=order.amount_minor,
            currency=order.currency,
            detail={"ladder": str(wish.kind), "step": held.timer.step, "reason": wish.reason},
        )

    async def _jump(
        self, session: AsyncSession, held: Held, wish: Wish, step: int, delay_s: float, meta: Mapping[str, Any]
    ) -> None:
        await skip(session, [held.timer], reason=f"{wish.act} by {wish.actor}: {wish.reason}"[:500])
        await arm(
            session,
            wish.kind,
            held.order.id,
            delay_s=delay_s,
            step=step,
            meta=meta,
            policy_id=str(held.ladder.policy_id),
            policy_version=held.ladder.version,
        )

    async def _note(self, session: AsyncSession, held: Held, wish: Wish) -> None:
        detail = {"ladder": str(wish.kind), "step": held.timer.step, "reason": wish.reason}
        await self._orders.note_timeline(
            session, held.order.id, channel="admin", actor=wish.actor, what=f"ladder_{wish.act}", detail=detail
        )
        steered = LadderSteered(
            held.order.id, str(wish.kind), str(wish.act), held.timer.step, str(wish.actor), wish.reason
        )
        await publish(session, steered, actor=wish.actor, city=held.order.city)
