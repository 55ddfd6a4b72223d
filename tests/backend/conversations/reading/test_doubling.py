"""Whether "double" doubles an order, or is the size that it is to come in."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

BEDDING = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "900", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("NET-S", "Single Mosquito Net", "single net|neti ya single", "size=single"),
            ("NET-D", "Double Mosquito Net", "double net|neti ya double", "size=double"),
            ("PILLOW", "Pillow", "pillow|mto|takiya", ""),
        )
    ]
)
NETS = "2 x Single Mosquito Net = KES 1800"
PILLOWS = "2 x Pillow = KES 1800"
BOTH = "1 x Single Mosquito Net, 2 x Pillow = KES 2700"


def _changed(text: str, order: str) -> tuple[dict[str, float], Decision]:
    history = (Turn("customer", "hizi"), Turn("bot", f"{order}. Shall I book it?"))
    flags = {"everything": True}
    result = read(BEDDING, text, intent="modify_order", history=history, flags=flags)
    return lines(result), result.decision


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("single nako, donhi double kara", NETS, {"NET-D": 2}),
        ("si single, weka double", NETS, {"NET-D": 2}),
        ("single ki jagah <double net>", BOTH, {"NET-D": 1}),
        ("instead of single make it double", BOTH, {"NET-D": 1}),
        ("sab double kar do", PILLOWS, {"PILLOW": 4}),
        ("zidisha kila kitu times two", BOTH, {"NET-S": 2, "PILLOW": 4}),
        ("everything times 2 please", BOTH, {"NET-S": 2, "PILLOW": 4}),
    ],
)
def test_double_is_the_size_that_takes_the_place_of_the_single_one(
    text: str, order: str, expected: dict[str, int]
) -> None:
    assert _changed(text, order) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["double kar do", "make it double", "<net> double karo"])
def test_double_that_may_be_a_size_is_asked_about(text: str) -> None:
    assert _changed(text, BOTH)[1] is Decision.CLARIFY
