"""Versions of ladders: the one that a running ladder keeps, the one that fits a city and tier, and new ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from backend.comms import repository
from backend.comms.ladders import DEFAULT_STEPS, Ladder, steps_from_json, steps_to_json
from backend.comms.models import EscalationPolicy
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.timers import TimerKind


class Placed(Protocol):
    """What a version is chosen by: a person who is chased, or an outlet."""

    @property
    def city(self) -> str:
        """Where it is."""

    @property
    def tier(self) -> str:
        """The vendor tier that it goes by."""


@dataclass(frozen=True, slots=True)
class LadderBook:
    """The versions of one kind of ladder: those that running ladders keep, and the active ones by city and tier."""

    kind: TimerKind
    kept: Mapping[str, Ladder]
    active: Mapping[tuple[str | None, str | None], Ladder]

    def ladder(self, whose: Placed, policy_id: str | None) -> Ladder:
        """Return the version that a ladder began with, else the best that fits: of city and tier, of one, of all."""
        if policy_id is not None:
            return self.kept[policy_id]
        city, tier = whose.city.lower(), whose.tier
        places = ((city, tier), (city, None), (None, tier), (None, None))
        fitting = (self.active[place] for place in places if place in self.active)
        return next(fitting, Ladder(DEFAULT_STEPS[self.kind]))


def may_change(who: Principal, city: str | None) -> bool:
    """Say whether somebody may make a version for a city, or for all where None.

    It holds for every shop there, so no shop's people may: it is for the house's admins, of a city for the city's own.
    """
    if Role.ADMIN not in who.roles or who.merchant_id is not None:
        return False
    return who.serves(city) if city else who.cities == ALL_CITIES


class LadderVersions:
    """Looks ladders up, and makes new versions of them."""

    async def ladder(
        self, session: AsyncSession, kind: TimerKind, whose: Placed, policy_id: str | None = None
    ) -> Ladder:
        """Return the version that a ladder runs by: the one it began with, or the one that fits now."""
        return (await self._book(session, kind, {policy_id})).ladder(whose, policy_id)

    async def kept(self, session: AsyncSession, kind: TimerKind, whose: Placed, policy_id: str | None) -> Ladder:
        """Return the same, as a row that a running ladder can keep."""
        return (await self.all_kept(session, kind, ((whose, policy_id),)))[0]

    async def fitting(
        self, session: AsyncSession, kind: TimerKind, wanted: Sequence[tuple[Placed, str | None]]
    ) -> list[Ladder]:
        """Return the versions of several ladders of a kind, in their order; the built-in one has no row of its own."""
        book = await self._book(session, kind, {policy_id for _, policy_id in wanted})
        return [book.ladder(*one) for one in wanted]

    async def all_kept(
        self, session: AsyncSession, kind: TimerKind, wanted: Sequence[tuple[Placed, str | None]]
    ) -> list[Ladder]:
        """Return the same, each as a row that a running ladder can keep; the built-in one is stored when needed."""
        ladders = await self.fitting(session, kind, wanted)
        if all(ladder.policy_id is not None for ladder in ladders):
            return ladders
        book = await self._book_with_default(session, kind, {policy_id for _, policy_id in wanted})
        return [book.ladder(*one) for one in wanted]

    async def _book(self, session: AsyncSession, kind: TimerKind, policy_ids: Collection[str | None]) -> LadderBook:
        ids = {int(policy_id) for policy_id in policy_ids if policy_id is not None}
        kept = await repository.policies_by_id(session, ids) if ids else ()
        active = await repository.policies(session, kind) if None in policy_ids else ()
        return LadderBook(
            kind,
            {str(row.id): ladder_of(row) for row in kept},
            {(row.city.lower() if row.city else None, row.tier): ladder_of(row) for row in active},
        )

    async def _book_with_default(
        self, session: AsyncSession, kind: TimerKind, policy_ids: Collection[str | None]
    ) -> LadderBook:
        """Store the built-in version, unless another has done so while we waited for our turn."""
        await repository.hold_policies(session, kind)
        if (None, None) not in (await self._book(session, kind, {None})).active:
            await self.save(session, kind, Ladder(DEFAULT_STEPS[kind]), by="default")
        return await self._book(session, kind, policy_ids)

    async def save(
        self,
        session: AsyncSession,
        kind: TimerKind,
        ladder: Ladder,
        *,
        by: str,
        city: str | None = None,
        tier: str | None = None,
    ) -> Ladder:
        """Make a new version of a ladder for a city and tier; running ladders keep theirs."""
        await repository.hold_policies(session, kind)
        version = await repository.replace_policy(session, kind, city, tier)
        quiet_from, quiet_until = ladder.quiet or (None, None)
        row = EscalationPolicy(
            kind=kind,
            city=city,
            tier=tier,
            version=version,
            steps=steps_to_json(ladder.steps),
            quiet_from=quiet_from,
            quiet_until=quiet_until,
            max_calls_hour=ladder.max_calls_hour,
            created_by=by,
            active=True,
        )
        session.add(row)
        await session.flush()
        return ladder_of(row)


def ladder_of(row: EscalationPolicy) -> Ladder:
    """Read a stored version."""
    quiet = None if row.quiet_from is None or row.quiet_until is None else (row.quiet_from, row.quiet_until)
    return Ladder(steps_from_json(row.steps), quiet, row.max_calls_hour, row.id, row.version)
