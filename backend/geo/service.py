"""Use cases of geography: a map service where one answers, our own estimate where none does."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import polyline
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from backend.geo.errors import BadLineError, UnknownPlaceError
from backend.geo.geometry import deviation, great_circle_m
from backend.geo.ports import Deviation, Geocoder, Pace, Place, Point, RoutePlanner, Way
from backend.geo.settings import GeoSettings
from backend.platform.clock import Clock
from backend.platform.errors import ProviderError, ProviderRejectedError
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

_KMH_TO_MS: Final = 3.6
_FAILURES: Final = 3
_REST_S: Final = 30.0


class OwnMaps(RoutePlanner, Geocoder, Protocol):
    """What answers when no map service does; it also knows places by name."""

    def find(self, name: str) -> Place | None:
        """Return the place, area or city of this name."""
        ...


class GeoService:
    """Answers where, how far and how long; never fails for want of a map service."""

    def __init__(
        self,
        own: OwnMaps,
        settings: GeoSettings,
        clock: Clock,
        *,
        planner: RoutePlanner | None = None,
        geocoder: Geocoder | None = None,
    ) -> None:
        self._own = own
        self._settings = settings
        self._clock = clock
        self._planner = planner or own
        self._geocoder = geocoder or own
        # Each report of a rider may ask: a service that is away is left alone for a while, not waited for each time.
        self._breakers = AsyncCircuitBreakerFactory(_FAILURES, _REST_S, exclude=[ProviderRejectedError])

    async def way(self, stops: Sequence[Point]) -> Way:
        """Return the way through at least two stops; an estimate where the map service does not answer."""
        try:
            async with await self._breakers.get_breaker("planner"):
                return await self._planner.way(stops)
        except (ProviderError, OpenedState) as error:
            log.warning("geo.estimated", error=str(error))
            return await self._own.way(stops)

    def arrival(self, way: Way) -> datetime:
        """Return when one who leaves now arrives."""
        return self._clock.now() + timedelta(seconds=way.duration_s)

    async def name_of(self, point: Point, language: str = "en") -> Place:
        """Return the place at a point, for texts that confirm an address.

        Raises:
            UnknownPlaceError: Nothing is known there.
        """
        found = None
        try:
            async with await self._breakers.get_breaker("geocoder"):
                found = await self._geocoder.name_of(point, language)
        except (ProviderError, OpenedState) as error:
            log.warning("geo.estimated", error=str(error))
        found = found or await self._own.name_of(point, language)
        if found is None:
            raise UnknownPlaceError(lat=round(point.lat, 3), lng=round(point.lng, 3))
        return found

    def find(self, name: str) -> Place | None:
        """Return the place, area or city of this name; None where it is none that we know."""
        return self._own.find(name)

    def pace(self, city: str) -> Pace:
        """Return how fast riders of a city are, and how much longer roads are than straight lines."""
        kmh = self._settings.city_speeds_kmh.get(city.lower(), self._settings.speed_kmh)
        return Pace(kmh / _KMH_TO_MS, self._settings.road_factor)

    def check_route(self, position: Point, line: Sequence[Point], tolerance_m: float | None = None) -> Deviation:
        """Return how far a rider is from their line.

        Raises:
            BadLineError: The line has no point.
        """
        if not line:
            raise BadLineError
        return deviation(position, line, self._settings.off_route_m if tolerance_m is None else tolerance_m)


def decode_line(encoded: str) -> list[Point]:
    """Read an encoded polyline of precision 5.

    Raises:
        BadLineError: It can't be read.
    """
    try:
        points = [Point(lat, lng) for lat, lng in polyline.decode(encoded)]
    except (IndexError, ValueError, TypeError) as error:
        raise BadLineError from error
    if not points or any(abs(point.lat) > 90 or abs(point.lng) > 180 for point in points):  # noqa: PLR2004 - degrees
        raise BadLineError
    return points


def encode_line(points: Sequence[Point]) -> str:
    """Write a line as an encoded polyline of precision 5."""
    return str(polyline.encode([(point.lat, point.lng) for point in points]))


__all__ = ["GeoService", "Point", "decode_line", "encode_line", "great_circle_m"]
