"""Words for goods that also stand behind a time or a place."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "40", "stock": "30", "currency": "INR"}
        for sku, name, aliases in (
            ("TAAK", "Buttermilk", "taak|tak|ताक|तक"),
            ("KADE", "Silver Bracelet", "kade|kada|कडे"),
            ("SOAP", "Soap", "sabun|साबण"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "{2} <sabun>, sham 7 baje tak",
        "{2} <sabun>, shaam tak bhej dena",
        "<साबण> {दोन|2}, घर तक",
        "<साबण> {दोन|2}, ऑफिस कडे द्या",
    ],
)
def test_a_postposition_behind_a_time_or_a_place_orders_nothing(text: str) -> None:
    result = read(SHOP, text)
    assert (lines(result), result.decision) == ({"SOAP": 2}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<tak> {ek|1}, <sabun> {do|2}", {"TAAK": 1, "SOAP": 2}),
        ("<sabun> {do|2} aur <tak>", {"TAAK": 1, "SOAP": 2}),
        ("<साबण> {दोन|2} आणि <कडे> {एक|1}", {"KADE": 1, "SOAP": 2}),
        ("aaj <tak> {ek|1}", {"TAAK": 1}),
    ],
)
def test_it_is_a_good_where_it_is_counted_or_listed(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected


CLOCKS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "40", "stock": "30"}
        for sku, name, aliases in (("CLOCK", "Wall Clock", "saa|clock"), ("SOAP", "Soap", "sabuni"))
    ]
)


@pytest.mark.parametrize(
    "text", ["<sabuni> {2} kabla ya saa {kumi|10}", "<sabuni> {2}, nitakuwa hapo saa {nne|4} usiku"]
)
def test_a_clock_that_tells_an_hour_is_not_ordered(text: str) -> None:
    assert lines(read(CLOCKS, text)) == {"SOAP": 2}


def test_a_clock_is_ordered_by_its_number() -> None:
    assert lines(read(CLOCKS, "<saa> {mbili|2} na <sabuni> {2}")) == {"CLOCK": 2, "SOAP": 2}


def test_all_that_a_row_is_called_before_a_number_is_asked_about_where_it_was_taken_for_talk() -> None:
    assert read(CLOCKS, "saa moja ya ukuta na <sabuni> {2}").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{2} <bread> I am in town", "{mbili|2} <bread>, i am hapa stage"])
def test_i_am_orders_no_mango(text: str) -> None:
    names = (("BREAD", "Bread", "bread"), ("MANGO", "Ripe Mango", "embe|mango|aam"))
    shop = catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, "price": "40", "stock": "30"} for sku, name, aliases in names]
    )
    result = read(shop, text)
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)
