"""What the ladders of an order do now, and what one would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.errors import NobodyToChaseError
from backend.comms.ladders import KINDS, Ladder
from backend.comms.policies import Expected, forecast
from backend.comms.service.plans import LadderPlans
from backend.orders.ports import OrderView
from backend.orders.service.timers import due_in_s
from backend.platform.timers import PendingTimer, TimerKind, pending


@dataclass(frozen=True, slots=True)
class LadderOutlook:
    """A ladder of an order and what it will do if nobody answers.

    Attributes:
        kind: Which ladder.
        callee: Whom it chases, such as `vendor:V-42`.
        version: The version it runs by; None for steps tried out and for the built-in ones.
        waits: Whether the order is in a state that the ladder chases for.
        due_at: When its next step comes; None where it does not run.
        hold: Who stopped it for now, why, and until when; empty where nobody did.
        steps: What comes, in order.
    """

    kind: TimerKind
    callee: str
    version: int | None
    waits: bool
    due_at: datetime | None
    hold: Mapping[str, Any]
    steps: tuple[Expected, ...]


class LadderForecasts:
    """Foretells ladders by the very rules that they run by."""

    def __init__(self, plans: LadderPlans) -> None:
        self._plans = plans

    async def running(self, session: AsyncSession, order: OrderView) -> list[LadderOutlook]:
        """Return the ladders of an order that have a step ahead, the most urgent first."""
        timers = await pending(session, order.id, tuple(KINDS))
        return [outlook for timer in timers if (outlook := await self.of_timer(session, order, timer)) is not None]

    async def of_timer(self, session: AsyncSession, order: OrderView, timer: PendingTimer) -> LadderOutlook | None:
        """Return what a running ladder will do; None where there is nobody to chase any more."""
        chased = await self._plans.chased(session, KINDS[timer.kind], order)
        if chased is None:
            return None
        ladder = await self._plans.ladder(session, timer.kind, chased.contact, timer.policy_id)
        conditions = await self._plans.conditions(session, chased, timer.kind, ladder)
        return LadderOutlook(
            kind=timer.kind,
            callee=chased.contact.actor,
            version=ladder.version,
            waits=order.state in KINDS[timer.kind].waits_in,
            due_at=timer.due_at,
            hold=timer.meta.get("hold", {}),
            steps=forecast(ladder.steps, timer.step, timer.due_s, conditions),
        )

    async def preview(
        self, session: AsyncSession, order: OrderView, kind: TimerKind, tried: Ladder | None = None
    ) -> LadderOutlook:
        """Say what a ladder would do to an order if it began now; nothing is sent or stored for it.

        Args:
            session: The transaction.
            order: The order.
            kind: Which ladder.
            tried: A ladder to try out; the version that fits the order where None.

        Raises:
            NobodyToChaseError: It chases a rider, and the order has none.
        """
        chased = await self._plans.chased(session, KINDS[kind], order)
        if chased is None:
            raise NobodyToChaseError(order_id=order.id, ladder=str(kind))
        ladder = tried or await self._plans.ladder(session, kind, chased.contact)
        conditions = await self._plans.conditions(session, chased, kind, ladder)
        due_s = due_in_s(kind, order, conditions.at, ladder.steps[0].after_s) or 0.0
        steps = forecast(ladder.steps, 0, due_s, conditions)
        waits = order.state in KINDS[kind].waits_in
        return LadderOutlook(kind, chased.contact.actor, ladder.version, waits, None, {}, steps)
