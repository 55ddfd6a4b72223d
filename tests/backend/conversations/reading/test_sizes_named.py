"""A good of an order named in another size takes the place of the one that is there, in its number."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30", "options": options}
        for sku, name, aliases, options in (
            ("FRIES-R", "Fries (regular)", "fries|viazi", "size=regular"),
            ("FRIES-L", "Fries (large)", "large fries|viazi kubwa|bada fries", "size=large"),
            ("FISH-S", "Fried Fish (small)", "fish|samaki|samaki mdogo", "size=small"),
            ("FISH-L", "Fried Fish (large)", "large fish|samaki mkubwa|bada fish", "size=large"),
            ("SODA", "Soda", "soda", ""),
        )
    ]
)
ORDER = (
    Turn("customer", "samaki mdogo na fries mbili"),
    Turn("bot", "1 x Fried Fish (small), 2 x Fries (regular) = KES 180. Sawa?"),
)


@pytest.mark.parametrize(
    "text", ["make that a <large fish> and the <fries large>", "fanya <samaki mkubwa> na <viazi kubwa>"]
)
def test_a_size_that_the_name_says_of_its_row_is_exchanged_with_its_count(text: str) -> None:
    result = read(SHOP, text, intent="modify_order", history=ORDER)
    assert (lines(result), result.decision) == ({"FISH-L": 1, "FRIES-L": 2}, Decision.ACCEPT)
    assert set(result.removed) == {"FISH-S", "FRIES-R"}


@pytest.mark.parametrize("text", ["<bada fries> wala kar do", "<fries bada> wala kar do"])
def test_a_word_for_big_that_may_raise_a_number_tells_the_size(text: str) -> None:
    result = read(SHOP, text, intent="modify_order", history=ORDER)
    assert (lines(result), result.removed, result.decision) == ({"FRIES-L": 2}, ("FRIES-R",), Decision.ACCEPT)


def test_a_size_that_is_added_leaves_the_other() -> None:
    result = read(SHOP, "<bada fries> wala bhi {ek|1} add karo", intent="modify_order", history=ORDER)
    assert (lines(result), result.removed) == ({"FRIES-L": 1}, ())
