"""What geography needs from map services, in our own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Point(NamedTuple):
    """A position in degrees."""

    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Way:
    """A way to travel.

    Attributes:
        points: The line, for maps and off-route checks; at least its two ends.
        estimated: True where no road network was asked.
    """

    distance_m: float
    duration_s: float
    points: tuple[Point, ...]
    estimated: bool


class Pace(NamedTuple):
    """How riders of a city get on, where no road network is asked."""

    speed_ms: float
    road_factor: float


@dataclass(frozen=True, slots=True)
class Place:
    """A named place; `area` is the quarter, `distance_m` how far the point asked about is from it."""

    name: str
    area: str
    city: str
    at: Point
    distance_m: float = 0.0

    @property
    def label(self) -> str:
        """The name with its quarter and city, each once."""
        return ", ".join(dict.fromkeys(part for part in (self.name, self.area, self.city) if part))


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far a rider is from their line; `along_m` is how much of the line lies ahead of the nearest point."""

    off_route: bool
    distance_m: float
    tolerance_m: float
    nearest: Point
    ahead_m: float


class RoutePlanner(Protocol):
    """Finds ways.

    Raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def way(self, stops: Sequence[Point]) -> Way:
        """Return the way through the stops, in their order."""
        ...


class Geocoder(Protocol):
    """Names places.

    Raises ProviderRejectedError, ProviderUnavailableError or OutcomeUnknownError.
    """

    async def name_of(self, point: Point, language: str) -> Place | None:
        """Return the place at a point; None where nothing is known there."""
        ...
