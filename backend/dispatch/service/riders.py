"""Riders themselves: who they are, where they are, whether they work."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.errors import RiderNotFoundError
from backend.dispatch.models import Rider
from backend.dispatch.ports import Contact, RiderFigures, RiderView
from backend.dispatch.settings import DispatchSettings
from backend.platform.clock import Clock
from backend.platform.db.types import blind_index


def rider_view(row: Rider, load: int) -> RiderView:
    """Return what others see of a rider."""
    return RiderView(
        id=row.id,
        name=row.name,
        phone=row.phone,
        language=row.language,
        city=row.city,
        active=row.active,
        on_shift=row.on_shift,
        capacity=row.capacity,
        load=load,
        lat=row.lat,
        lng=row.lng,
        merchant_id=row.merchant_id,
    )


def on_time_s() -> float:
    """Return the seconds from pick-up within which a delivery counts as on time."""
    return DispatchSettings().on_time_s


class RidersService:
    """Looks up riders and keeps their shift and position."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def register(
        self,
        session: AsyncSession,
        rider_id: str,
        *,
        name: str,
        phone: str,
        language: str,
        city: str,
        merchant_id: str | None = None,
        on_shift: bool = False,
        lat: float | None = None,
        lng: float | None = None,
    ) -> RiderView:
        """Take a rider on; one who is known stays as they are."""
        known = await repository.rider(session, rider_id)
        if known is not None:
            return rider_view(known, await repository.load_of(session, rider_id))
        row = Rider(
            id=rider_id,
            name=name,
            phone=phone,
            phone_index=blind_index(phone),
            language=language,
            city=city,
            merchant_id=merchant_id,
            active=True,
            on_shift=on_shift,
            capacity=3,
            lat=lat,
            lng=lng,
        )
        repository.add(session, row)
        await session.flush()
        return rider_view(row, 0)

    async def get(self, session: AsyncSession, rider_id: str) -> RiderView:
        """Return a rider.

        Raises:
            RiderNotFoundError: There is none of this id.
        """
        return rider_view(await self._row(session, rider_id), await repository.load_of(session, rider_id))

    async def _row(self, session: AsyncSession, rider_id: str, *, lock: bool = False) -> Rider:
        row = await repository.rider(session, rider_id, lock=lock)
        if row is None:
            raise RiderNotFoundError(rider_id=rider_id)
        return row

    async def by_phone(self, session: AsyncSession, phone: str) -> RiderView | None:
        """Find the rider who answers on this number (E.164)."""
        row = await repository.rider_by_phone(session, phone)
        return rider_view(row, await repository.load_of(session, row.id)) if row else None

    async def contact(self, session: AsyncSession, rider_id: str) -> Contact:
        """Return how to reach a rider."""
        return (await self.contacts(session, (rider_id,)))[rider_id]

    async def contacts(self, session: AsyncSession, rider_ids: Collection[str]) -> dict[str, Contact]:
        """Return how to reach several riders, by their ids, with one statement.

        Raises:
            RiderNotFoundError: One of them is not there.
        """
        found = {
            row.id: Contact(f"rider:{row.id}", row.name, row.phone, row.language, row.city, active=row.active)
            for row in await repository.contacts(session, rider_ids)
        }
        for rider_id in rider_ids:
            if rider_id not in found:
                raise RiderNotFoundError(rider_id=rider_id)
        return found

    async def set_shift(self, session: AsyncSession, rider_id: str, *, on_shift: bool) -> RiderView:
        """Begin or end a rider's shift; what they carry stays with them."""
        row = await self._row(session, rider_id, lock=True)
        row.on_shift = on_shift
        await session.flush()
        return await self.get(session, rider_id)

    async def set_position(self, session: AsyncSession, rider_id: str, lat: float, lng: float) -> RiderView:
        """Record where a rider is."""
        row = await self._row(session, rider_id, lock=True)
        row.lat, row.lng, row.seen_at = lat, lng, self._clock.now()
        await session.flush()
        return await self.get(session, rider_id)

    async def figures(self, session: AsyncSession, rider_id: str, *, on_time_s: float, days: int = 30) -> RiderFigures:
        """Return how a rider did over the last days."""
        await self._row(session, rider_id)
        found = await self.figures_of(session, (rider_id,), on_time_s=on_time_s, days=days)
        return found.get(rider_id, RiderFigures())

    async def figures_of(
        self, session: AsyncSession, rider_ids: Collection[str], *, on_time_s: float, days: int = 30
    ) -> dict[str, RiderFigures]:
        """Return the same of several riders, with one statement; who was offered nothing is left out."""
        found = await repository.figures_of(session, rider_ids, on_time_s, days)
        return {rider_id: RiderFigures(**figures) for rider_id, figures in found.items()}

    async def available(self, session: AsyncSession, city: str, merchant_id: str | None) -> list[RiderView]:
        """Return the riders on shift in a city, with their load."""
        return [rider_view(row, load) for row, load in await repository.riders_on_shift(session, city, merchant_id)]

    async def all_on_shift(self, session: AsyncSession, city: str) -> list[RiderView]:
        """Return all riders on shift in a city, whoever they carry for, with their load."""
        return [rider_view(row, load) for row, load in await repository.all_on_shift(session, city)]

    async def cities_on_shift(self, session: AsyncSession) -> list[str]:
        """Return the cities in which somebody is on shift."""
        return await repository.cities_on_shift(session)
