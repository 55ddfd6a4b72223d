"""What is said beside goods: the sort that they are to be, what they come without, and what makes others of them."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

BAKERY = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "9", "stock": "99", "options": ""}
        for sku, name, aliases in (
            ("BUN", "Plain Bun", "bun|buns"),
            ("BUN-S", "Sesame Bun", "sesame bun"),
            ("TOAST", "Sesame Toast", "toast"),
            ("ROTI", "Chapati", "poli|chapati"),
        )
    ]
)


@pytest.mark.parametrize("told", ["wo bhi sesame wale", "and that too sesame", "nazo ziwe sesame"])
def test_the_sort_may_be_told_behind(told: str) -> None:
    assert lines(read(BAKERY, f"<buns> {{6}} {told}, <toast> {{1}}")) == {"BUN-S": 6, "TOAST": 1}


def test_a_word_may_make_another_good_of_one() -> None:
    result = read(BAKERY, "puran <poli> {4} aur <toast> {1}")
    assert (lines(result), result.decision, result.ask) == ({"TOAST": 1}, Decision.CLARIFY, Slot.ITEM)
    assert lines(read(BAKERY, "garam <poli> {4}")) == {"ROTI": 4}


@pytest.mark.parametrize(
    "text",
    ["<mayai> {6}, yasiwe na <nyufa>", "<mayai> {6} bila <nyufa>, asante", "<mayai> {6}, usikuje na <pikipiki> kelele"],
)
def test_what_goods_come_without_is_no_good_of_the_list(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"EGG": 6}, Decision.ACCEPT)
    assert result.features["unread"] == 0


def test_what_is_refused_beside_an_order_was_read() -> None:
    result = read(CORNER_SHOP, "<-bread> nahi chahiye, <milk> {2}")
    assert (lines(result), result.features["unread"]) == ({"MILK": 2}, 0)


def test_a_reminder_in_the_same_form_forbids_nothing() -> None:
    result = read(CORNER_SHOP, "<mayai> {6}, usisahau <ugali>")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{1} <bread> and {3} <brioche>... sorry just {3} <milk> please", {"BREAD": 1, "MILK": 3}),
        ("<mkate> {moja|1} na <chapo> {mbili|2}, hapana <maziwa> {mbili|2}", {"BREAD": 1, "MILK": 2}),
        ("{1} <bread> aur {2} <paratha>, nahi {2} <milk>", {"BREAD": 1, "MILK": 2}),
        ("{1} <bread> nd {2} <milk>", {"BREAD": 1, "MILK": 2}),
        ("<bread> {1} <nd milk> {2}", {"BREAD": 1, "MILK": 2}),
        ("<mkate> {1}, si <juisi> nimekataa <juisi>", {"BREAD": 1}),
    ],
)
def test_a_good_that_the_shop_lacks_and_that_is_corrected_at_once_is_not_asked_about(
    text: str, expected: dict[str, int]
) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{1} <bread>, {3} <brioche> and {3} <milk>", "{3} <brioche>, sorry, {2} <milk>"])
def test_one_that_nothing_corrects_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text).decision is Decision.CLARIFY
