"""A good of the shop that only tells what another is for is not ordered."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

GARAGE = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "90", "stock": "20", "currency": "INR"}
        for sku, name, aliases in (
            ("CHAIN", "Bike Chain", "chain|चेन"),
            ("OIL", "Chain Oil", "chain oil|oil|तेल"),
            ("BOTTLE", "Water Bottle", "bottle"),
            ("HOLDER", "Bottle Holder", "holder"),
        )
    ]
)


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (GARAGE, "{1} <chain oil> for <bike chain>", {"OIL": 1}),
        (GARAGE, "<chain oil> {ek|1}, <chain> ke liye", {"OIL": 1}),
        (GARAGE, "<bike chain> ke liye <chain oil> {ek|1}", {"OIL": 1}),
        (GARAGE, "<चेन> साठी <तेल> {एक|1}", {"OIL": 1}),
        (CORNER_SHOP, "<sukari> {mbili|2} kwa ajili ya <maziwa>", {"SUGAR-1": 2}),
        (CORNER_SHOP, "{2} <milk> for <eggs>", {"MILK": 2}),
    ],
)
def test_what_a_good_is_for_is_not_ordered(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{1} <holder> for <bottle>", {"HOLDER": 1}),
        ("<bottle> ke liye <holder> {ek|1}", {"HOLDER": 1}),
        ("i want to order for <chain> and <bottle>", {"CHAIN": 1, "BOTTLE": 1}),
        ("{2} <holder> for {2} <bottle>", {"HOLDER": 2, "BOTTLE": 2}),
        ("<chain> ke liye bolna tha", {"CHAIN": 1}),
    ],
)
def test_what_is_counted_or_one_name_or_alone_is(text: str, expected: dict[str, int]) -> None:
    assert lines(read(GARAGE, text)) == expected


def test_a_count_of_what_goods_are_for_counts_no_other_good() -> None:
    assert lines(read(GARAGE, "hamare {6} <bottle> ke liye {3} <holder>"))["HOLDER"] == 3
