"""A good that the bot took for the head of an address is ordered, and the address begins behind it."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text", "address", "ordered", "expected"),
    [
        (
            KITCHEN,
            "{2} <poha> aur 6 chai office ke liye, Aundh road, gate 4",
            "6 chai office ke liye, Aundh road, gate 4",
            {"POHA": 2, "TEA": 6},
            "Aundh road, gate 4",
        ),
        (
            KITCHEN,
            "{2} <poha> ani 3 chaha office sathi, Aundh road, gate 4",
            "3 chaha office sathi, Aundh road, gate 4",
            {"POHA": 2, "TEA": 3},
            "Aundh road, gate 4",
        ),
        (
            CORNER_SHOP,
            "<milk> {2} na 3 bread Moi road, gate 4",
            "3 bread Moi road, gate 4",
            {"MILK": 2, "BREAD": 3},
            "Moi road, gate 4",
        ),
        (
            CORNER_SHOP,
            "<milk> {2}, bread moja. Moi road, gate 4",
            "moja. Moi road, gate 4",
            {"MILK": 2, "BREAD": 1},
            "Moi road, gate 4",
        ),
        (
            KITCHEN,
            "<पोहे> {2|2}, <chai> एक। गल्ली नं 4, शांती नगर",
            "एक। गल्ली नं 4, शांती नगर",
            {"TEA": 1},
            "गल्ली नं 4, शांती नगर",
        ),
        (CORNER_SHOP, "<milk> {2}, 3 Bread Lane, gate 4", "3 Bread Lane, gate 4", {"MILK": 2}, "3 Bread Lane, gate 4"),
        (CORNER_SHOP, "<milk> {2} na Kwa Chege, 4 Moi road", "4 Moi road", {"MILK": 2}, "4 Moi road"),
    ],
)
def test_an_address_begins_with_no_counted_good(
    shop: Catalogue, text: str, address: str, ordered: dict[str, int], expected: str
) -> None:
    result = read(shop, text, slots={"address": _slot(text, address)})
    assert ordered.items() <= lines(result).items()
    assert result.address == expected


def _slot(text: str, address: str) -> dict[str, object]:
    plain = text.translate(str.maketrans("", "", "<>{}")).replace("2|2", "2")
    start = plain.index(address)
    return {"text": address, "start": start, "end": start + len(address), "confidence": 0.9, "vague": False}


@pytest.mark.parametrize(
    ("shop", "text", "note", "ordered"),
    [
        (KITCHEN, "ek poha bina pyaz ke, {2} <chai>", "ek poha bina pyaz ke", {"POHA": 1, "TEA": 2}),
        (CORNER_SHOP, "two milk without sugar, {3} <bread>", "two milk without sugar", {"MILK": 2, "BREAD": 3}),
    ],
)
def test_a_counted_good_that_a_note_begins_with_is_ordered(
    shop: Catalogue, text: str, note: str, ordered: dict[str, int]
) -> None:
    result = read(shop, text, slots={"note": {"text": note, "start": 0, "end": len(note)}})
    assert lines(result) == ordered


@pytest.mark.parametrize(("note", "good"), [("satvik", "thali"), ("सात्विक", "थाली")])
def test_a_note_that_begins_a_whole_name_is_a_part_of_it(note: str, good: str) -> None:
    rows = [
        {"sku": sku, "name": name, "aliases": alias, "price": "90", "stock": "40"}
        for sku, name, alias in (
            ("THALI", "Big Thali", "thali|थाली"),
            ("SATVIK", "Satvik Thali", "satvik thali|सात्विक थाली"),
        )
    ]
    slots = {"note": {"text": note, "start": 0, "end": len(note)}}
    result = read(catalogue_from_rows(rows), f"{note} <{good}> {{2}}", slots=slots)
    assert (lines(result), result.note) == ({"SATVIK": 2}, None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<chai> {2}. पता: पोहे 5, गल्ली 4, शांती नगर", "पोहे 5, गल्ली 4, शांती नगर"),
        ("{2} <chai>, address: tea 14, gate 4, Aundh road", "tea 14, gate 4, Aundh road"),
        ("<chai> {2}. anwani - vada 5, gate 4, Moi road", "vada 5, gate 4, Moi road"),
    ],
)
def test_what_address_leads_to_is_no_good(text: str, address: str) -> None:
    result = read(KITCHEN, text, slots={"address": _slot(text, address)})
    assert (lines(result), result.address) == ({"TEA": 2}, address)


@pytest.mark.parametrize("house", ["ghar", "घर", "nyumba"])
def test_the_number_of_a_house_counts_no_good_that_sounds_so(house: str) -> None:
    rows = [
        {"sku": sku, "name": name, "aliases": alias, "price": "90", "stock": "40"}
        for sku, name, alias in (("TEA", "Tea", "chai"), ("CLOVE", "Gharr Nhyumba", "gharr|nhyumba"))
    ]
    text = f"{{2}} <chai>, {house} 23, Shanti nagar"
    result = read(catalogue_from_rows(rows), text, slots={"address": _slot(text, f"{house} 23, Shanti nagar")})
    assert (lines(result), result.address) == ({"TEA": 2}, f"{house} 23, Shanti nagar")
