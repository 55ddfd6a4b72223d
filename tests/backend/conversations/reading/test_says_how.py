"""Words that name no good: what is done with goods, whose something is, and a bundle that is not told."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP

MILL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "40", "stock": "90", "currency": "INR"}
        for sku, name, aliases, unit in (
            ("JOWAR", "Jowar Flour", "jowar|jwari|ज्वारी", "kg"),
            ("MURI", "Puffed Rice", "muri|मूरी", "packet"),
            ("COMBO-BREAD", "Bread Combo (jowar + ghee)", "bread combo", "combo"),
            ("COMBO-FAST", "Fasting Combo (sago + nuts)", "fasting combo|upvas combo", "combo"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<jowar> {2 kilo|2kg}, <bareek pisna>",
        "<jowar> {2 kilo|2kg}, <pisna>",
        "<jowar> {2 kilo|2kg} kam <chhilka>",
        "<ज्वारी> {दोन किलो|2kg} कमी <कोंडा>",
        "<ज्वारी> {दोन किलो|2kg}, बारीक <दळून> द्या",
        "<ज्वारी> {2 किलो|2kg}, <पीसकर> देना",
        "<jwari> {2 kilo|2kg} <dalun> dya",
    ],
)
def test_what_is_done_with_goods_is_no_good(text: str) -> None:
    result = read(MILL, text)
    assert (lines(result), result.decision) == ({"JOWAR": 2}, Decision.ACCEPT)


def test_what_is_counted_beside_it_is_asked_about() -> None:
    assert read(MILL, "<jowar> {2 kilo|2kg}, {1} <pisna>").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<jowar> {1 kilo|1kg} मेरी दीदी के यहाँ", "<jowar> {1 kilo|1kg} meri didi ke yahan"])
def test_whose_it_is_sounds_like_no_good(text: str) -> None:
    assert lines(read(MILL, text)) == {"JOWAR": 1}


@pytest.mark.parametrize("text", ["{1} combo", "<combo> {ek|1}", "{1} combo aur <jowar> {2 kilo|2kg}", "{1} कॉम्बो"])
def test_which_bundle_is_to_be_asked(text: str) -> None:
    result = read(MILL, text)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.VARIANT)


def test_a_bundle_that_is_told_is_booked() -> None:
    result = read(MILL, "<upvas combo> {2}")
    assert (lines(result), result.decision) == ({"COMBO-FAST": 2}, Decision.ACCEPT)


GRILL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "90"}
        for sku, name, aliases, unit in (
            ("LAMB", "Lamb Shoulder", "lamb|bakra", "kg"),
            ("LAMB-W", "Whole Lamb", "whole lamb", "piece"),
            ("TIKKI", "Potato Tikki (pack of 4)", "tikki", "packet"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<lamb> {2kg}, medium {pieces|1piece}", {"LAMB": 2}),
        ("{2kg} <bakra>, chhote {piece|1piece}. {1} <tikki>", {"LAMB": 2, "TIKKI": 1}),
        ("{2} <tikki> {ka packet|1packet}", {"TIKKI": 2}),
        ("{1kg} <lamb>, {tatu|3} <tikki> {za packet|1packet}", {"TIKKI": 3, "LAMB": 1}),
    ],
)
def test_how_it_is_cut_and_what_it_comes_in_count_nothing(text: str, expected: dict[str, int]) -> None:
    result = read(GRILL, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{2} <milk> kam <unga>, {3} <bread>", "{2} <milk> less <gas>, {3} <bread>"])
def test_what_goods_come_with_less_of_is_not_asked_about(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"MILK": 2, "BREAD": 3}, Decision.ACCEPT)
