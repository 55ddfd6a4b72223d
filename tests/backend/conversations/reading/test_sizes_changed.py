"""Sizes that a change of a running order names: none of them is lost."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER

THREE_MILKS = (Turn("customer", "3 milk"), Turn("bot", "3 Malisho Milk 500ml = KES 180. Shall I book it?"))
TWO_CUPS = (
    Turn("customer", "2 small cups"),
    Turn("bot", "2 Enamel Cup Small = KES 1800. Shall I book it?"),
)


@pytest.mark.parametrize("text", ["large kara {ek|1}", "लार्ज करा {एक|1}", "{1} large kar do"])
def test_one_in_another_size_may_leave_the_others_as_they_are(text: str) -> None:
    assert read(FURNISHER, text, intent="modify_order", history=TWO_CUPS).decision is Decision.CLARIFY


def test_all_in_another_size_are_exchanged() -> None:
    result = read(FURNISHER, "make it the large one", intent="modify_order", history=TWO_CUPS)
    assert (result.removed, lines(result), result.decision) == (("CUP-S",), {"CUP-L": 2}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{1} {12} inch ka bhi", "{moja|1} ya {12} inch"])
def test_a_size_that_no_row_of_the_order_has_is_not_lost(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="modify_order", history=THREE_MILKS).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["lahan <-enamel cup> nako", "usiweke small <-enamel cup>"])
def test_a_size_that_is_not_on_the_order_takes_nothing_off(text: str) -> None:
    large = (Turn("customer", "2 large cups"), Turn("bot", "2 Enamel Cup Large = KES 1800. Shall I book it?"))
    assert read(FURNISHER, text, intent="modify_order", history=large).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<-bread> hatao aur <coke> rakho", "<-bread> toa, na <coke> ibaki"])
def test_what_is_to_stay_and_is_not_on_the_order_comes_on(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.removed, lines(result)) == (("BREAD",), {"COKE": 1})


@pytest.mark.parametrize("text", ["<sukari> {2kg|2kg} wali", "<sugar> {2kg|2kg} one"])
def test_a_weight_that_tells_which_one_takes_the_others_place(text: str) -> None:
    sugar = (Turn("customer", "2 sugar"), Turn("bot", "2 Tamu Sugar 1kg = KES 300. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=sugar)
    assert (result.removed, lines(result)) == (("SUGAR-1",), {"SUGAR-2": 2})


def test_a_change_that_leaves_all_as_it_was_is_asked_about() -> None:
    result = read(CORNER_SHOP, "<milk> {3} kar do", intent="modify_order", history=THREE_MILKS)
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text",
    [
        "make the <sugar> {2kg|2kg} instead of {1kg|1kg}",
        "<sukari> iwe {2kg|2kg} badala ya {1kg|1kg}",
        "<sugar> {2kg|2kg}, not {1kg|1kg}, change it",
        "can you swap the <sugar> {1kg|1kg} for the {2kg|2kg}",
        "change <sukari> {1kg|1kg} to {2kg|2kg}",
    ],
)
def test_a_size_instead_of_the_one_on_the_order_takes_its_place(text: str) -> None:
    sugar = (Turn("customer", "1 sugar"), Turn("bot", "1 Tamu Sugar 1kg = KES 150. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=sugar)
    assert (result.removed, lines(result), result.decision) == (("SUGAR-1",), {"SUGAR-2": 1}, Decision.ACCEPT)


BRUSHES = catalogue_from_rows(
    [
        {"sku": f"BRUSH-{size}", "name": f"Wall Brush {size} inch", "aliases": f"brush {size} inch|brashi {size} inch",
         "price": "9", "stock": "90", "options": f"size={size} inch"}
        for size in (4, 6)
    ]
)  # fmt: skip
THREE_BRUSHES = (Turn("customer", "3 brush"), Turn("bot", "3 Wall Brush 4 inch = KES 27. Shall I book it?"))


@pytest.mark.parametrize("text", ["{4} inch ki jagah {6} inch kar do", "{4} inch ऐवजी {6} inch"])
def test_a_size_in_inches_takes_the_place_of_another(text: str) -> None:
    """The six counts nothing: there are three brushes still."""
    result = read(BRUSHES, text, intent="modify_order", history=THREE_BRUSHES)
    assert (result.removed, lines(result), result.decision) == (("BRUSH-4",), {"BRUSH-6": 3}, Decision.ACCEPT)


def test_a_size_that_is_exchanged_beside_another_change_is_not_lost() -> None:
    """The sugar went, and none came in its place."""
    sugar = (Turn("customer", "1 sugar, 2 milk"), Turn("bot", "1 Tamu Sugar 1kg, 2 Malisho Milk 500ml. Book it?"))
    text = "replace <-sugar> {1kg|1kg} with {2kg|2kg} and <milk> {3}"
    assert read(CORNER_SHOP, text, intent="modify_order", history=sugar).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["badilisha iwe ya 5x7", "naomba iwe ya 5x7 tafadhali", "make it 5x7"])
def test_a_size_behind_a_genitive_is_nobody_whom_it_is_for(text: str) -> None:
    rug = (Turn("customer", "1 rug 4x6"), Turn("bot", "1 Woven Rug 4x6 = KES 900. Shall I book it?"))
    result = read(FURNISHER, text, intent="modify_order", history=rug)
    assert (result.removed, lines(result), result.decision) == (("RUG-46",), {"RUG-57": 1}, Decision.ACCEPT)


def test_a_word_of_size_behind_a_genitive_changes_the_size_too() -> None:
    result = read(FURNISHER, "badilisha ziwe za kubwa", intent="modify_order", history=TWO_CUPS)
    assert (result.removed, lines(result), result.decision) == (("CUP-S",), {"CUP-L": 2}, Decision.ACCEPT)
