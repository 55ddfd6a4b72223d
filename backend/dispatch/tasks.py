"""What dispatch does on a clock and in the background: batches of cities, and riders' ways."""

import asyncio
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.planning.ports import Aim
from backend.dispatch.service.batch import BATCH_FLAG, FEW_RIDERS_FLAG, BatchService
from backend.dispatch.service.following import PLAN_CHANNEL, RouteWatch
from backend.dispatch.service.riders import RidersService
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.loops import ErrorPause
from backend.platform.observability.logging import get_logger
from backend.platform.sends import ClaimedSend, SendOutcome, SendPolicy, Sent

log = get_logger(__name__)


class BatchLoop:
    """Assigns what is packed, every few seconds, in each city whose flag is on; safe to run in every worker."""

    def __init__(
        self, database: Database, flags: Flags, batches: BatchService, riders: RidersService, *, every_s: float
    ) -> None:
        self._database = database
        self._flags = flags
        self._batches = batches
        self._riders = riders
        self._every_s = every_s

    async def run(self, stop: asyncio.Event) -> None:
        """Assign until told to stop."""
        pause = ErrorPause("dispatch.batch_failed")
        while not stop.is_set():
            async with pause.around():
                await self.step()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._every_s)

    async def step(self) -> int:
        """Run one batch of each city; return how many orders were offered."""
        async with self._database.transaction() as session:
            cities = await self._riders.cities_on_shift(session)
        return sum([await self._batch(city) for city in cities if self._flags.enabled(BATCH_FLAG, city=city)])

    async def _batch(self, city: str) -> int:
        aim = Aim.FEW_RIDERS if self._flags.enabled(FEW_RIDERS_FLAG, city=city) else Aim.FAST
        result = await self._batches.run(self._database, city, aim)
        if result.applied or result.refused:
            log.info(
                "dispatch.batch",
                city=city,
                aim=aim,
                offered=len(result.applied),
                refused=len(result.refused),
                left=len(result.plan.left),
            )
        return len(result.applied)


class WayPlanner:
    """Asks the map service for riders' ways; asking twice does no harm."""

    channel = PLAN_CHANNEL
    policy = SendPolicy(concurrency=4, lease_s=30, max_attempts=3, resend_after_unknown=True)

    def __init__(self, database: Database, watch: RouteWatch) -> None:
        self._database = database
        self._watch = watch

    async def deliver(self, send: ClaimedSend) -> SendOutcome:
        """Ask for the way."""
        line = await self._watch.plan(self._database, str(send.order_id), send.payload["rider_id"])
        return Sent("way" if line else "no_way", line)

    async def investigate(self, send: ClaimedSend) -> SendOutcome:
        """Ask again."""
        return await self.deliver(send)

    async def settle(self, session: AsyncSession, send: ClaimedSend, outcome: SendOutcome) -> None:
        """Keep it."""
        if isinstance(outcome, Sent) and outcome.detail:
            await self._watch.keep(session, str(send.order_id), send.payload["rider_id"], outcome.detail)
