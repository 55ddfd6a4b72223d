"""As many of something else, and a number that is refused for an amount."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

CART = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "kg", "price": "60", "stock": "50", "currency": "INR"}
        for sku, name, aliases in (
            ("GUAVA", "Guava", "peru|amrud"),
            ("CHIKU", "Chiku", "chiku"),
            ("BEET", "Beet", "beet"),
        )
    ]
)
GUAVAS = (Turn("customer", "3 kilo peru"), Turn("bot", "3kg Guava = ₹180. Theek hai?"))
TWO_LOAVES = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Shall I book it?"))


@pytest.mark.parametrize("text", ["<-peru> rehne do, uski jagah <chiku> utna hi", "<-amrud> nako, <chiku> titkech dya"])
def test_as_many_come_of_something_else(text: str) -> None:
    result = read(CART, text, intent="modify_order", history=GUAVAS)
    assert (lines(result), result.removed, result.decision) == ({"CHIKU": 3}, ("GUAVA",), Decision.ACCEPT)


def test_as_many_of_what_is_sold_otherwise_are_as_many_or_asked_about() -> None:
    result = read(
        CORNER_SHOP, "drop the <-bread>, the same number of <milk>", intent="modify_order", history=TWO_LOAVES
    )
    assert lines(result) == {"MILK": 2} or result.decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<peru> 2 nahi {3 kilo|3kg} kar do", "<peru> 2 nako {3 kilo|3kg} kara"])
def test_a_number_that_is_refused_counts_nothing(text: str) -> None:
    history = (Turn("customer", "2 kilo peru, 1 kilo beet"), Turn("bot", "2kg Guava, 1kg Beet = ₹180. Theek hai?"))
    result = read(CART, text, intent="modify_order", history=history)
    assert (lines(result), result.removed, result.decision) == ({"GUAVA": 3}, ("GUAVA",), Decision.ACCEPT)
    assert lines(read(CART, text)) == {"GUAVA": 3}


@pytest.mark.parametrize("text", ["<mkate> iwe {mbili|2} sio tatu", "make the <bread> {2} not {3}"])
def test_what_there_was_before_counts_nothing(text: str) -> None:
    history = (Turn("customer", "3 bread"), Turn("bot", "3 White Bread 400g = KES 195. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (lines(result), result.removed, result.decision) == ({"BREAD": 2}, ("BREAD",), Decision.ACCEPT)
