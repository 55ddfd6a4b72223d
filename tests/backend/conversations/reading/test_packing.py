"""What a weight is to be packed in multiplies nothing."""

from typing import Any

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.amounts import as_meant

SHOP = catalogue_from_rows([{"sku": "RICE", "name": "Rice (loose)", "aliases": "", "price": "90", "unit": "kg"}])


def _amount(text: str, said: str, value: float, kind: str) -> dict[str, Any]:
    start = text.index(said)
    place = {"start": start, "end": start + len(said), "text": said}
    return {**place, "value": value, "unit": None, "kind": kind, "currency": None, "repeat": False}


@pytest.mark.parametrize(
    ("text", "weight", "packed", "kind", "expected"),
    [
        ("rice 3 kilo, teen packet me", "3 kilo", "teen packet", "pack", "vague"),
        ("3 kg rice in 3 bags", "3 kg", "3 bags", "pack", "vague"),
        ("mchele kilo 3 katika mifuko 3", "kilo 3", "mifuko 3", "pack", "vague"),
        ("तांदूळ तीन किलो दोन पाकिटात", "तीन किलो", "दोन", "count", "vague"),
        ("tandul don kilo teen pakitat", "don kilo", "teen", "count", "vague"),
        ("rice 3 kilo 2 packet", "3 kilo", "2 packet", "pack", "pack"),
        ("3 kg rice 2 salt", "3 kg", "2", "count", "count"),
    ],
)
def test_a_number_of_packs_behind_in_is_no_count(text: str, weight: str, packed: str, kind: str, expected: str) -> None:
    amounts = [_amount(text, weight, 3.0, "measure"), _amount(text, packed, 3.0, kind)]
    assert [one["kind"] for one in as_meant(text, amounts, SHOP)] == ["measure", expected]


@pytest.mark.parametrize(
    ("text", "unit", "said"), [("chai ka dabba 3 dena", "ka dabba", "3"), ("चहाचा chi box 2", "chi box", "2")]
)
def test_a_count_behind_of_a_container_counts_containers(text: str, unit: str, said: str) -> None:
    amounts = [{**_amount(text, unit, 1.0, "pack"), "unit": "box"}, _amount(text, said, float(said), "count")]
    told = [(one["kind"], one["value"], one["text"]) for one in as_meant(text, amounts, SHOP)]
    assert told == [("pack", float(said), f"{unit.split()[1]} {said}")]
