"""Plane geometry for distances of a city: exact enough over some ten kilometres; pure."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from haversine import Unit, haversine

from backend.geo.ports import Deviation, Point

_METRES_A_DEGREE: Final = 111_195.0
type _Plane = tuple[float, float]


def great_circle_m(start: Point, end: Point) -> float:
    """Return the metres between two points, as the crow flies."""
    return float(haversine(start, end, unit=Unit.METERS))


def length_m(line: Sequence[Point]) -> float:
    """Return the length of a line."""
    return sum(great_circle_m(start, end) for start, end in pairwise(line))


def deviation(position: Point, line: Sequence[Point], tolerance_m: float) -> Deviation:
    """Return how far a position is from a line of at least one point."""
    corners = [_around(position, corner) for corner in line]
    feet = [_foot(start, end) for start, end in pairwise(corners)] or [corners[0]]
    index = min(range(len(feet)), key=lambda number: math.hypot(*feet[number]))
    nearest = _back(position, feet[index])
    distance = math.hypot(*feet[index])
    ahead = length_m([nearest, *line[index + 1 :]])
    return Deviation(distance > tolerance_m, distance, tolerance_m, nearest, ahead)


def _around(centre: Point, point: Point) -> _Plane:
    """Return a point in metres east and north of the centre."""
    squeeze = math.cos(math.radians(centre.lat))
    return (point.lng - centre.lng) * squeeze * _METRES_A_DEGREE, (point.lat - centre.lat) * _METRES_A_DEGREE


def _back(centre: Point, place: _Plane) -> Point:
    squeeze = math.cos(math.radians(centre.lat))
    return Point(centre.lat + place[1] / _METRES_A_DEGREE, centre.lng + place[0] / (_METRES_A_DEGREE * squeeze))


def _foot(start: _Plane, end: _Plane) -> _Plane:
    """Return the point of a segment that is nearest to the origin."""
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    squared = along_x**2 + along_y**2
    share = 0.0 if squared == 0 else -(start[0] * along_x + start[1] * along_y) / squared
    share = min(max(share, 0.0), 1.0)
    return start[0] + share * along_x, start[1] + share * along_y
