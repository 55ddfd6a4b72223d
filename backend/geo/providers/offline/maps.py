"""Ways and names from straight lines and our own list of places."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

from backend.geo.geometry import great_circle_m
from backend.geo.ports import Place, Point, Way
from backend.geo.settings import GeoSettings

_LIST: Final = Path(__file__).parent / "places.csv"
_KMH_TO_MS: Final = 3.6


@cache
def places() -> tuple[Place, ...]:
    """Return the places that we know; a city's centre has no area."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        return tuple(
            Place(row["name"], row["area"], row["city"], Point(float(row["lat"]), float(row["lng"])))
            for row in csv.DictReader(file)
        )


class OfflineMaps:
    """Plans ways and names places without asking anybody."""

    def __init__(self, settings: GeoSettings) -> None:
        self._settings = settings

    async def way(self, stops: Sequence[Point]) -> Way:
        """Return the way through the stops by straight lines, lengthened as roads are."""
        metres = sum(great_circle_m(start, end) for start, end in pairwise(stops)) * self._settings.road_factor
        seconds = metres / (self._speed_kmh(stops[0]) / _KMH_TO_MS)
        return Way(round(metres, 1), round(seconds, 1), tuple(stops), estimated=True)

    def _speed_kmh(self, point: Point) -> float:
        return self._settings.city_speeds_kmh.get(self.city_of(point).lower(), self._settings.speed_kmh)

    def city_of(self, point: Point) -> str:
        """Return the city that is nearest."""
        return min(places(), key=lambda place: great_circle_m(point, place.at)).city

    async def name_of(self, point: Point, language: str) -> Place | None:
        """Return the nearest named place, where one is near enough."""
        del language
        measured = [replace(place, distance_m=round(great_circle_m(point, place.at), 1)) for place in places()]
        nearest = min((place for place in measured if place.area), key=lambda place: place.distance_m)
        return nearest if nearest.distance_m <= self._settings.place_within_m else None

    def find(self, name: str) -> Place | None:
        """Return the place, area or city of this name, in any case; None where it is none of ours."""
        wanted = name.strip().casefold()
        by_name = (place for place in places() if place.name.casefold() == wanted)
        by_area = (place for place in places() if place.area.casefold() == wanted)
        return next(chain(by_name, by_area), None) if wanted else None
