"""What a customer shared beside words: a place, or a cart from the channel's own catalogue; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A place on the map: its words as a rider reads them, and (latitude, longitude) in degrees."""

    words: str
    point: Point


@dataclass(frozen=True, slots=True)
class SharedCart:
    """Goods that were picked from the channel's catalogue, each once with how many; prices are ours to say."""

    goods: Mapping[str, Decimal]
    note: str = ""


def place_of(attachments: Sequence[Mapping[str, Any]]) -> SharedPlace | None:
    """Return the place that was shared last; None where there was none."""
    places = [shared for shared in attachments if shared.get("kind") == "location"]
    if not places:
        return None
    place = places[-1]
    point = float(place["lat"]), float(place["lng"])
    named = ", ".join(str(place[part]) for part in ("name", "address") if place.get(part))
    return SharedPlace(named or f"Pin {point[0]:.5f}, {point[1]:.5f}", point)


def cart_of(attachments: Sequence[Mapping[str, Any]]) -> SharedCart | None:
    """Return the cart that was sent last; None where there was none."""
    carts = [shared for shared in attachments if shared.get("kind") == "cart"]
    if not carts:
        return None
    goods: dict[str, Decimal] = {}
    for line in carts[-1]["lines"]:
        goods[line["sku"]] = goods.get(line["sku"], Decimal(0)) + Decimal(str(line["quantity"]))
    return SharedCart({sku: qty for sku, qty in goods.items() if qty > 0}, str(carts[-1].get("note") or ""))
