"""Sorts of a good: which is meant after one is refused, and what a row may be had with."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read

_ROWS = (
    ("LOAF-W", "White Loaf 400g", "loaf|white loaf", ""),
    ("LOAF-B", "Brown Loaf 400g", "brown loaf", ""),
    ("FLOUR-W", "White Flour 1kg", "flour", ""),
    ("WRAP", "Bean Wrap", "wrap", "with=butter,honey"),
    ("PIE-W", "White Pie", "pie|white pie", ""),
    ("PIE-B", "Brown Pie", "brown pie", ""),
    ("SOCK-W", "Sock white", "white sock", "colour=white"),
    ("SOCK-B", "Sock black", "black sock|kale sock", "colour=black"),
    ("FRIES-S", "Fries small", "fries|fries ndogo", "size=small"),
    ("FRIES-L", "Fries large", "fries kubwa", "size=large"),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<pie> {mbili|2}, {moja|1} <white> {moja|1} <brown>", {"PIE-W": 1, "PIE-B": 1}),
        ("{4} <sock>, {2} <white> {2} <kale>", {"SOCK-W": 2, "SOCK-B": 2}),
        ("{3} <pie>: {2} <white> and {1} <brown>", {"PIE-W": 2, "PIE-B": 1}),
        ("<pie> {mbili|2} na <brown pie> {moja|1} na <wrap> {moja|1}", {"PIE-W": 2, "PIE-B": 1, "WRAP": 1}),
        ("{2} <pie>, {1} <brown pie>, {2} <wrap>", {"PIE-W": 2, "PIE-B": 1, "WRAP": 2}),
        ("<fries> {mbili|2}, {moja|1} kubwa na moja ndogo", {"FRIES-L": 1, "FRIES-S": 1}),
        ("<fries> {mbili|2}, moja kubwa {moja|1} ndogo, na <wrap> {moja|1}", {"FRIES-L": 1, "FRIES-S": 1, "WRAP": 1}),
    ],
)
def test_a_number_that_its_sorts_make_up_counts_once(text: str, expected: dict[str, int]) -> None:
    """Also where the word alone means one row to the shop; what an "and" adds is counted besides."""
    result = read(SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_container_chooses_no_size_that_nobody_asked_for() -> None:
    """Both come in packets, though only one is called by the bare word and a size."""
    rows = (("PADS-R", "Rosa Pads regular", "pads regular", "regular"), ("PADS-X", "Rosa Pads XL", "pads xl", "XL"))
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": alias, "unit": "packet", "price": "35", "stock": "40",
             "options": f"size={size}"}
            for sku, name, alias, size in rows
        ]
    )  # fmt: skip
    result = read(shop, "<pads> {don packet|2packet}")
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.VARIANT)


def test_a_number_told_again_by_sorts_makes_no_order_doubtful() -> None:
    assert read(SHOP, "<fries> {mbili|2}, {moja|1} kubwa {moja|1} ndogo").features["unread"] == 0
