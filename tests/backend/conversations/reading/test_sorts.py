"""Sorts of a good: which is meant after one is refused, and what a row may be had with."""

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

_ROWS = (
    ("LOAF-W", "White Loaf 400g", "loaf|white loaf", ""),
    ("LOAF-B", "Brown Loaf 400g", "brown loaf", ""),
    ("FLOUR-W", "White Flour 1kg", "flour", ""),
    ("WRAP", "Bean Wrap", "wrap", "with=butter,honey"),
)
SHOP = catalogue_from_rows(
    [
        {
            "sku": sku,
            "name": name,
            "aliases": aliases,
            "price": "90",
            "currency": "KES",
            "stock": "40",
            "options": options,
        }
        for sku, name, aliases, options in _ROWS
    ]
)


def test_the_sort_that_is_not_refused_is_the_one_meant_before() -> None:
    """Behind the refused brown loaf "white" only says again which loaf is meant, though it fits two rows."""
    result = read(SHOP, "<loaf> {ek|1}, <-brown> nahi <white> wali")
    assert (lines(result), result.ask) == ({"LOAF-W": 1}, None)


def test_what_a_row_may_be_had_with_is_no_good_that_the_shop_lacks() -> None:
    result = read(SHOP, "{3} <wrap> with <butter>")
    assert (lines(result), result.decision, result.unmatched) == ({"WRAP": 3}, Decision.ACCEPT, ())


def test_what_no_row_may_be_had_with_is_asked_about() -> None:
    assert read(SHOP, "{3} <wrap> and {1} <jam>").decision is Decision.CLARIFY
