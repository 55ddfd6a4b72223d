"""So many of a good come in the sort that is said behind "in one"; what only goes with them is ordered beside."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

DOSA_STALL = catalogue_from_rows(
    [
        {"sku": "PLAIN", "name": "Sada Dosa", "aliases": "dosa|डोसा", "unit": "plate", "price": "50", "stock": "40"},
        {
            "sku": "MASALA",
            "name": "Masala Dosa",
            "aliases": "मसाला डोसा",
            "unit": "plate",
            "price": "70",
            "stock": "40",
        },
        {"sku": "IDLI", "name": "Idli", "unit": "plate", "price": "40", "stock": "40"},
        {"sku": "CHUTNEY", "name": "Extra Chutney", "unit": "cup", "price": "10", "stock": "40"},
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{4} <dosa>, ek me <masala>", {"PLAIN": 3, "MASALA": 1}),
        ("{4} <dosa>, do mein <masala> wala", {"PLAIN": 2, "MASALA": 2}),
        ("{4} <डोसा>, एक में <मसाला>", {"PLAIN": 3, "MASALA": 1}),
        ("{4} <डोसा>, दोन मध्ये <मसाला>", {"PLAIN": 2, "MASALA": 2}),
        ("{4} <dosa>, ek me <masala dosa>, <idli> {2}", {"PLAIN": 3, "MASALA": 1, "IDLI": 2}),
        ("{4} <dosa>, ek me <extra chutney>", {"PLAIN": 4, "CHUTNEY": 1}),
        ("{1} <dosa>, ek me <extra chutney>", {"PLAIN": 1, "CHUTNEY": 1}),
        ("<dosa> {4}, {ek|1} <masala> wala", {"PLAIN": 3, "MASALA": 1}),
        ("{4} <डोसा>, {दोन|2} <मसाला> वाले आणि <idli> {1}", {"PLAIN": 2, "MASALA": 2, "IDLI": 1}),
        ("<dosa> {4}, {ek|1} <masala dosa>", {"PLAIN": 4, "MASALA": 1}),
    ],
)
def test_some_of_a_good_come_in_another_sort(text: str, expected: dict[str, int]) -> None:
    result = read(DOSA_STALL, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_as_many_as_there_are_in_another_sort_are_asked_about() -> None:
    """Two of two would be said otherwise."""
    assert read(DOSA_STALL, "{2} <dosa>, do me <masala>").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{4} <dosa>, ek me <chutney> nahi dalna", "{4} <डोसा>, दोन मध्ये <chutney> नको"])
def test_what_some_come_without_is_not_ordered(text: str) -> None:
    assert lines(read(DOSA_STALL, text)) == {"PLAIN": 4}


GIFTS = shop_of(
    ("MUG-W", "Tin Mug White", "tin mug white", "colour=white"),
    ("MUG-G", "Tin Mug Green", "tin mug green", "colour=green"),
    ("VASE-G", "Glass Vase Green", "vase green", "colour=green"),
    ("CARD", "Card", "card"),
)


@pytest.mark.parametrize(
    "text",
    [
        "<tin mug white> {2}, nahi yaar <green> kar do, <card> {1}",
        "{2} <tin mug white>, sorry, <green>. {1} <card>",
        "<tin mug white> {mbili|2}, hapana <green>, <card> {moja|1}",
    ],
)
def test_a_sort_that_corrects_another_takes_its_place(text: str) -> None:
    result = read(GIFTS, text)
    assert (lines(result), result.decision) == ({"MUG-G": 2, "CARD": 1}, Decision.ACCEPT)
