"""By which versions of their ladders orders are waited for."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms.ladders import Ladder, Rung, Step
from backend.comms.service.versions import LadderVersions
from backend.orders.ports import OrderLadder, OrderStep, WantedLadder
from backend.platform.timers import TimerKind
from backend.vendors.service import VendorsService


class LaddersOfOrders:
    """Gives orders the versions that operators keep by city and vendor tier."""

    def __init__(self, vendors: VendorsService, versions: LadderVersions) -> None:
        self._vendors = vendors
        self._versions = versions

    async def of(
        self, session: AsyncSession, wanted: Sequence[WantedLadder], *, keep: bool = False
    ) -> list[OrderLadder]:
        """Return the version that each has begun with, else the one that fits its outlet now; in the order asked.

        With a few statements for each kind, however many are wanted. Only with `keep` is the built-in version stored:
        who places an order waits for nobody else who does.
        """
        find = self._versions.all_kept if keep else self._versions.fitting
        vendors = await self._vendors.get_many(session, {one.vendor_id for one in wanted})
        places = defaultdict[TimerKind, list[int]](list)
        for place, one in enumerate(wanted):
            places[one.kind].append(place)
        found = dict[int, Ladder]()
        for kind, of_kind in places.items():
            asked = [(vendors[wanted[place].vendor_id], wanted[place].policy_id) for place in of_kind]
            found |= zip(of_kind, await find(session, kind, asked), strict=True)
        return [_shown(found[place]) for place in range(len(wanted))]


def _shown(ladder: Ladder) -> OrderLadder:
    policy_id = None if ladder.policy_id is None else str(ladder.policy_id)
    return OrderLadder(tuple(map(_step, ladder.steps)), policy_id, ladder.version)


def _step(step: Step) -> OrderStep:
    return OrderStep(step.after_s, reminds=Rung.REMIND in step.rungs, ends=Rung.CANCEL in step.rungs)
