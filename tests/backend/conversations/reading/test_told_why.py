"""What goods are for, told behind them in a clause of its own, is no good that the shop lacks."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "<sukari> {mbili|2} na <maziwa> {moja|1}, <tunapika mandazi mengi>",
        "{do|2} <sugar> aur {ek|1} <milk>, <kheer banani> hai",
        "{दो|2} <sugar> और {एक|1} <milk>, <खीर बनानी> है",
        "{don|2} <sugar>, {ek|1} <milk>. <basundi karaychi> aahe",
        "{दोन|2} <sugar>, {एक|1} <milk>. <उपवासाचं> आहे",
        "{do|2} <sugar> aur {ek|1} <milk>, <ghar pe shaadi> hai",
    ],
)
def test_the_goods_before_it_are_ordered(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"SUGAR-1": 2, "MILK": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "{do|2} <sugar> aur {ek|1} <milk>, <paneer> chahiye hai",
        "<sukari> {mbili|2} na <maziwa> {moja|1}, <nanasi tamu>",
        "{do|2} <sugar>, {ek|1} <milk>, {ek|1} <kheer banani> hai",
    ],
)
def test_a_good_that_is_wanted_or_counted_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<coke> {moja|1} ya mdogo wangu", "<coke> {moja|1} kwa mkubwa wake"])
def test_the_young_and_the_old_of_a_family_are_no_sizes(text: str) -> None:
    rows = [
        {"sku": sku, "name": name, "aliases": alias, "price": "90", "stock": "40", "options": size}
        for sku, name, alias, size in (
            ("COKE", "Coke Glass", "coke", ""),
            ("SET-S", "Party Set small (Coke, cup)", "small set", "size=small"),
            ("SET-L", "Party Set large (Coke, cup)", "large set", "size=large"),
        )
    ]
    result = read(catalogue_from_rows(rows), text)
    assert (lines(result), result.decision) == ({"COKE": 1}, Decision.ACCEPT)
