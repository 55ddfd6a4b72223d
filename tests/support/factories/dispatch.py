"""Riders for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.ports import RiderView
from backend.dispatch.service import BatchService, DispatchService, RidersService
from backend.dispatch.settings import DispatchSettings
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.platform.clock import Clock
from tests.support.factories.orders import orders_service
from tests.support.factories.payments import cash_service, payments_service


def riders_service(clock: Clock) -> RidersService:
    """The service."""
    return RidersService(clock)


def dispatch_service(clock: Clock, **settings: object) -> DispatchService:
    """The riders' desk with its neighbours, all real."""
    return DispatchService(
        riders_service(clock),
        orders_service(),
        payments_service(clock),
        cash_service(clock),
        DispatchSettings(**settings),  # type: ignore[arg-type]
    )


def batch_service(clock: Clock, **settings: object) -> BatchService:
    """Batches of a city, with a desk of their own."""
    desk, wanted = dispatch_service(clock, **settings), DispatchSettings(**settings)  # type: ignore[arg-type]
    geo = GeoService(OfflineMaps(GeoSettings()), GeoSettings(), clock)
    return BatchService(riders_service(clock), orders_service(), desk, cash_service(clock), wanted, geo)


async def make_rider(
    session: AsyncSession,
    clock: Clock,
    rider_id: str = "R-1",
    *,
    phone: str = "+254700000301",
    city: str = "Nairobi",
    language: str = "sw",
    lat: float | None = -1.2900,
    lng: float | None = 36.7850,
    merchant_id: str | None = None,
) -> RiderView:
    """A rider on shift, a few hundred metres from outlet V-1."""
    return await riders_service(clock).register(
        session,
        rider_id,
        name=f"Rider {rider_id}",
        phone=phone,
        language=language,
        city=city,
        on_shift=True,
        lat=lat,
        lng=lng,
        merchant_id=merchant_id,
    )
