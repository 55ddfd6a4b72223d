"""Messages of ladders that reach nobody: the ladder does not wait for an answer to what can't be read."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import KINDS
from backend.comms.policies import CALLS
from backend.comms.service.plans import LadderPlans
from backend.orders.service import OrdersService
from backend.platform.sends import ClaimedSend, SendOutcome, Sent, Unknown
from backend.platform.timers import HOLD, TimerKind, move, pending


class Undelivered:
    """Hears what becomes of messages, and lets a ladder go on where one of its own was refused."""

    def __init__(self, orders: OrdersService, plans: LadderPlans) -> None:
        self._orders = orders
        self._plans = plans

    async def objection(self, session: AsyncSession, send: ClaimedSend) -> str | None:
        """Nothing speaks against any message."""
        del session, send
        return None

    async def settled(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Go on where the message was refused, or given up."""
        if not isinstance(outcome, Sent | Unknown):
            await self.go_on(session, send.idem)

    async def stopped(self, session: AsyncSession, send: ClaimedSend) -> None:
        """Go on where the message waits for its account, unless its step called instead, since that was known."""
        if not await repository.calls_with(session, send.idem):
            await self.go_on(session, send.idem)

    async def go_on(self, session: AsyncSession, idem: str) -> None:
        """Take the step after a ladder's message at once; not where it rang too, or where a person holds the ladder."""
        line = await repository.ladder_line(session, idem)
        if line is None:
            return
        kind = TimerKind(line.ladder)
        order = await self._orders.get(session, line.order_id, lock=True)
        following = next(iter(await pending(session, order.id, (kind,), lock=True)), None)
        chased = await self._plans.chased(session, KINDS[kind], order)
        if chased is None or following is None or following.step != line.step + 1 or HOLD in following.meta:
            return
        ladder = await self._plans.ladder(session, kind, chased.contact, following.policy_id)
        if CALLS.isdisjoint(ladder.steps[line.step].rungs):
            await move(session, following.id, delay_s=0, meta=following.meta)
