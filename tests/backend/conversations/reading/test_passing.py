"""Goods that are only spoken of are not ordered; those beside them are."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "I have <sugar> already, send only {2} <milk>",
        "<sugar> I already have, so {2} <milk>",
        "we have enough <sugar> and <bread>, just {2} <milk>",
        "niko na <sukari>, leta <maziwa> {mbili|2}",
        "<sukari> niko nayo, leta <maziwa> {mbili|2}",
        "<sugar> hai mere paas, bas <milk> {2} bhejo",
        "mere paas <sugar> hai, <milk> {2}",
        "माझ्याकडे <sugar> आहे, <milk> {2} पाठवा",
        "for the <sugar> I bought last week, send me {2} <milk>",
        "<sugar> niliyonunua jana iko, sasa <maziwa> {mbili|2}",
        "<sugar> kal liya tha, aaj <milk> {2}",
        "<sugar> परवा घेतली होती, <milk> {2} द्या",
        "yesterday I bought {3} <bread>, today {2} <milk>",
        "{2} <milk>, if not available bring {1} <bread>",
        "<maziwa> {mbili|2}, kama hamna leta <mkate>",
        "<milk> {do|2}, nahi to <bread> bhej do",
        "{2} <milk>, if not then <bread>",
        "{2} <milk>, otherwise {1} <bread>",
        "<milk> {do|2}, warna <bread> {ek|1}",
        "<maziwa> {mbili|2}, kama hakuna kubwa {moja|1}",
    ],
)
def test_what_is_there_already_is_not_ordered(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"MILK": 2}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the <sugar> I bought last week, send {2} more", {"SUGAR-1": 2}),
        ("could I have <sugar> and {2} <milk>", {"SUGAR-1": 1, "MILK": 2}),
        ("may we have {3} <bread>, {2} <milk>", {"BREAD": 3, "MILK": 2}),
        ("I have guests, send {2} <milk> and {1} <bread>", {"MILK": 2, "BREAD": 1}),
        ("niko na njaa, <mkate> {1} na <maziwa> {2}", {"BREAD": 1, "MILK": 2}),
        ("niko na order ya <mkate> {1} na <maziwa> {2}", {"BREAD": 1, "MILK": 2}),
    ],
)
def test_what_is_ordered_all_the_same_stays(text: str, expected: dict[str, int]) -> None:
    assert lines(read(CORNER_SHOP, text)) == expected


def test_a_change_speaks_of_the_running_order() -> None:
    """What the customer has may be what is on the order; a change is read against it."""
    result = read(CORNER_SHOP, "I have <bread> on it, add {2} <milk>", intent="modify_order")
    assert lines(result)["MILK"] == 2


@pytest.mark.parametrize("wish", ["<brown bread> if available", "<brown bread> kama iko", "<brown bread> ho to"])
def test_what_is_wished_for_in_its_place_is_asked_about(wish: str) -> None:
    assert read(CORNER_SHOP, f"{{2}} <bread> ({wish}) and {{1}} <milk>").decision is Decision.CLARIFY


STEWS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "plate", "price": "90", "stock": "20", "options": size}
        for sku, name, aliases, size in (
            ("MUTHOKOI-F", "Muthokoi (full plate)", "muthokoi full", "size=full"),
            ("MUTHOKOI-H", "Muthokoi (half plate)", "muthokoi half|muthokoi nusu", "size=half"),
        )
    ]
)


def test_an_hour_sharp_is_no_full_plate() -> None:
    assert lines(read(STEWS, "<muthokoi> [nusu] {mbili|2}, zifike saa nane kamili")) == {"MUTHOKOI-H": 2}
