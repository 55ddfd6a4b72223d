"""Straight-line geometry: distances and Google's line encoding."""

import math
from collections.abc import Sequence
from typing import Final

EARTH_M: Final = 6_371_000
type Point = tuple[float, float]


def great_circle_m(a: Point, b: Point) -> float:
    """Return the metres between two (lat, lng) points."""
    lat_a, lng_a, lat_b, lng_b = (math.radians(v) for v in (*a, *b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lng_b - lng_a) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(half))


def encode_line(points: Sequence[Point], precision: int = 5) -> str:
    """Return (lat, lng) points as an encoded polyline."""
    factor, out, last = 10**precision, [], (0, 0)
    for lat, lng in points:
        now = (round(lat * factor), round(lng * factor))
        out += [_chunks(now[0] - last[0]), _chunks(now[1] - last[1])]
        last = now
    return "".join(out)


def _chunks(value: int) -> str:
    bits, out = (~(value << 1) if value < 0 else value << 1), ""
    while bits >= 0x20:  # noqa: PLR2004 - the format's five-bit groups
        out += chr((0x20 | (bits & 0x1F)) + 63)
        bits >>= 5
    return out + chr(bits + 63)
