"""Amounts that mean something else in one shop than in others."""

from typing import Any

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.amounts import as_meant
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

MILL = catalogue_from_rows(
    [{"sku": "NDOVU", "name": "Ndovu Maize Flour", "aliases": "ndovu", "price": "90", "currency": "KES", "stock": "40"}]
)


def money(text: str, said: str, value: float) -> dict[str, Any]:
    start = text.index(said)
    place = {"start": start, "end": start + len(said), "text": said}
    return {**place, "value": value, "unit": None, "kind": "money", "currency": None, "repeat": False}


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("flour ndovu", "ndovu", []),
        ("ngano ya ndovu mbili", "ya ndovu mbili", [("mbili", "count", 2.0)]),
        ("sukari ya mbao", "ya mbao", [("ya mbao", "money", 20.0)]),
    ],
)
def test_street_money_that_is_a_brand_here_is_no_money(text: str, said: str, expected: list[object]) -> None:
    """An elephant is a thousand shillings, but not where flour is called by it."""
    found = as_meant(text, [money(text, said, 20.0)], MILL)
    assert [(one["text"], one["kind"], one["value"]) for one in found] == expected


@pytest.mark.parametrize(
    ("text", "kept"),
    [("dahi ardha litre che kara", 0), ("dahi ek kilo che dya", 0), ("dahi 1 litre che packet", 1), ("dahi che", 1)],
)
def test_marathis_of_behind_a_unit_is_no_six(text: str, kept: int) -> None:
    """The bot takes "che", of, for Hindi's six."""
    six = {**money(text, "che", 6.0), "kind": "count"}
    assert len(as_meant(text, [six], MILL)) == kept


def test_a_number_said_twice_before_an_inch_counts_a_size() -> None:
    twice = {**money("2 2 inch brush", "2 2", 2.0), "kind": "count", "repeat": True}
    found = as_meant("2 2 inch brush", [twice], MILL)
    assert [(one["text"], one["start"], one["repeat"]) for one in found] == [("2", 0, False), ("2", 2, False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("room {5} <milk> {4}", {"MILK": 4}),
        ("meza {6}, <mkate> {2}", {"BREAD": 2}),
        ("कमरा {5}, <milk> {2}", {"MILK": 2}),
        ("{5} <milk>", {"MILK": 5}),
    ],
)
def test_the_number_of_a_place_counts_nothing(text: str, expected: dict[str, int]) -> None:
    assert lines(read(CORNER_SHOP, text)) == expected


@pytest.mark.parametrize("text", ["tuko watu {saba|7}, leta <mkate> {nne|4}", "tupo wanafunzi {9}, <mkate> {nne|4}"])
def test_how_many_we_are_counts_nothing(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"BREAD": 4}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["<bread> for my {8} yr old", "<mkate> kwa mtoto wa miaka {8}", "{8} saal ke bacche ke liye <bread>"]
)
def test_how_old_somebody_is_counts_nothing(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)) == {"BREAD": 1}


SODA = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "unit": "bottle", "stock": "20"}
        for sku, name, aliases in (
            ("SODA", "Fruit Soda 350ml", "soda"),
            ("SODA-L", "Fruit Soda 1.5L", "soda 1.5|soda kubwa"),
            ("RUSK", "Rusk", "rusk|toast"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <rusk>\n{1} <soda> {1.5}\n", {"RUSK": 2, "SODA-L": 1}),
        ("{mbili|2} <soda> {1.5}, <rusk> {moja|1}", {"SODA-L": 2, "RUSK": 1}),
    ],
)
def test_a_number_in_tenths_that_names_a_row_is_kept(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SODA, text)) == expected


BUTCHER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": price, "unit": unit, "stock": "20"}
        for sku, name, aliases, price, unit in (
            ("LIVER", "Goat Liver", "maini|liver", "800", "kg"),
            ("PIE", "Meat Pie (8 pc)", "pie nane|pies nane", "200", "plate"),
        )
    ]
)


@pytest.mark.parametrize("text", ["<maini> {ya mia nane|800money}", "<liver> {ya soo nane|800money} tafadhali"])
def test_a_number_of_a_name_is_one_of_a_sum_as_well(text: str) -> None:
    assert lines(read(BUTCHER, text)) == {"LIVER": 1}


SEEDS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": alias, "unit": "packet", "price": "90", "stock": "40", "options": size}
        for sku, name, alias, size in (
            ("K9-2", "K955 Sorghum Seed 2kg", "k955|955", "size=2kg"),
            ("K9-5", "K955 Sorghum Seed 5kg", "955 5kg", "size=5kg"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k{955 kilo|955kg} {saba|7} tafadhali", {"K9-5": 1, "K9-2": 1}),
        ("k{955 kilo|955kg} {do|2}", {"K9-2": 1}),
        ("k{955|955} {saba|7}", {"K9-2": 7}),
    ],
)
def test_a_unit_behind_a_name_in_digits_has_the_number_behind_it(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SEEDS, text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{2} <malisho> {500ml}. Not the {one litre|1l}.",
        "<malisho> {mbili|2} {500ml}, sio ya {lita moja|1l}",
    ],
)
def test_a_size_that_is_refused_in_its_own_clause_orders_nothing(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)) == {"MILK": 2}


@pytest.mark.parametrize(
    ("text", "kept"), [("black grams worth 80 bob", 0), ("sugar grams worth 80 bob", 1), ("black grams 2 kilo", 0)]
)
def test_grams_that_a_good_is_called_by_are_no_weight(text: str, kept: int) -> None:
    rows = [{"sku": "DENGU", "name": "Black Grams (loose)", "aliases": "dengu", "price": "170", "unit": "kg"}]
    start = text.index("grams")
    grams = {"start": start, "end": start + 5, "text": "grams", "value": 1.0, "unit": "g", "kind": "measure"}
    assert len(as_meant(text, [grams], catalogue_from_rows(rows))) == kept
