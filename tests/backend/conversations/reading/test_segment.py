"""Numbers that are part of a name, sizes behind an "and", and words that only look like amounts or corrections."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Turn
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER, marked

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "99", "options": options}
        for sku, name, aliases, unit, options in (
            ("SHOT-12", "Sky Shot 12", "12 shot", "piece", "shots=12"),
            ("SHOT-30", "Sky Shot 30", "30 shot", "piece", "shots=30"),
            ("ROW-1000", "Cracker Row 1000", "hazar ki ladi", "piece", "size=1000"),
            ("ROW-100", "Cracker Row 100", "sau ki ladi", "piece", "size=100"),
            ("WIRE-1", "Cable 1.5mm", "waya 1.5", "metre", "gauge=1.5mm"),
            ("WIRE-2", "Cable 2.5mm", "waya 2.5", "metre", "gauge=2.5mm"),
            ("SYR-2", "Syringe 2ml", "2ml syringe", "piece", "size=2ml"),
            ("SYR-5", "Syringe 5ml", "5ml syringe", "piece", "size=5ml"),
            ("BALL", "Ball", "ball", "piece", ""),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{30} <shot> {ek|1} aur <ball> {2}", {"SHOT-30": 1, "BALL": 2}),
        ("{30} <shot> wala {ek|1} aur {12} <shot> wale do", {"SHOT-30": 1, "SHOT-12": 2}),
        ("{hazar ki|1000money} <ladi> {6}", {"ROW-1000": 6}),
        ("<waya> {1.5 mita|1.5m} {ishirini|20} na <waya> {2.5 mita|2.5m} {kumi|10}", {"WIRE-1": 20, "WIRE-2": 10}),
        ("{5ml|5ml} <syringe> {20}, {2ml|2ml} bhi {30}", {"SYR-5": 20, "SYR-2": 30}),
        ("{2} <ball>, {30} <shot> {1}", {"BALL": 2, "SHOT-30": 1}),
        ("do <ball> aur <shot> {12} {3}", {"BALL": 2, "SHOT-12": 3}),
    ],
)
def test_a_number_may_belong_to_a_name(text: str, expected: dict[str, int]) -> None:
    assert lines(read(STALL, text)) == expected


def test_two_sizes_share_an_amount_that_is_said_twice() -> None:
    assert lines(read(FURNISHER, "<kikombe> ndogo na kubwa {moja moja|1each}")) == {"CUP-S": 1, "CUP-L": 1}


def test_which_of_two_sizes_a_single_amount_counts_is_asked() -> None:
    result = read(FURNISHER, "<kikombe> ndogo na kubwa {3}")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.QTY)


def test_how_goods_are_packed_is_no_amount_of_them() -> None:
    result = read(CORNER_SHOP, "<milk> {tatu|3} please, naomba ziwe packed kwa box")
    assert (lines(result), result.decision) == ({"MILK": 3}, Decision.ACCEPT)


def test_an_and_corrects_nothing() -> None:
    """Swahili's "and" folds to the key of "nah"; the amount behind it belongs to a word that was not read."""
    result = read(CORNER_SHOP, "<milk> {3}, na chungwa {mbili|2}")
    assert (lines(result), result.decision) == ({"MILK": 3}, Decision.CLARIFY)


def test_a_little_of_it_too_is_vague() -> None:
    result = read(CORNER_SHOP, "{2} <milk>, <sugar> pan thodi")
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.QTY, {"MILK": 2})


def test_what_comes_to_another_weight_does_not_come_off() -> None:
    """The bot took the first for what goes and the second for what comes; the words say otherwise."""
    plain, reading = marked("change the <bread> to {4}, and take out the <milk>", "modify_order")
    for mention, role in zip(reading["mentions"], ("from", "to"), strict=True):
        mention["role"] = role
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING))
    assert (set(result.removed), lines(result)) == ({"BREAD", "MILK"}, {"BREAD": 4})


def test_not_that_size_but_this_is_an_exchange() -> None:
    """What is not wanted goes, in the amount that was on the order."""
    history = (Turn("customer", "{2} small cups", None), Turn("bot", "2 x Enamel Cup Small = KES 1800. Sawa?"))
    result = read(FURNISHER, "chhota <-cup> nako, bada dya", intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("CUP-S",), {"CUP-L": 2})


def test_half_an_inch_is_a_size() -> None:
    shop = catalogue_from_rows(
        [
            {"sku": "PIPE-05", "name": "Pipe half inch", "aliases": "half inch pipe", "price": "180", "stock": "90"},
            {"sku": "PIPE-1", "name": "Pipe 1 inch", "aliases": "1 inch pipe", "price": "380", "stock": "50"},
        ]
    )
    assert lines(read(shop, "aadha inch <pipe> {4}")) == {"PIPE-05": 4}


def test_those_at_a_number_are_put_to_it() -> None:
    """Swahili's "weka" adds what it names, and puts "those" at a number."""
    result = read(CORNER_SHOP, "hizo <eggs> weka {nane|8}", intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result)) == ({"EGG"}, {"EGG": 8})


def test_one_good_off_an_order_cancels_no_order() -> None:
    result = read(CORNER_SHOP, "take the <-bread> off my order", intent="cancel_order", history=READ_BACK)
    assert (result.intent, set(result.removed), lines(result)) == ("modify_order", {"BREAD"}, {})


def test_a_number_that_the_bot_doubted_and_nothing_took_is_asked_about() -> None:
    plain, reading = marked("<milk> na <bread>, tatu tatu")
    reading["tokens"] = [one | {"p": 0.7} if one["text"] == "tatu" else one for one in reading["tokens"]]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is Decision.CLARIFY


RAISINS = catalogue_from_rows(
    [
        {
            "sku": f"R{grade}",
            "name": f"Raisins G{grade}",
            "aliases": f"raisins {grade}",
            "unit": "kg",
            "price": "500",
            "stock": "40",
        }
        for grade in ("8", "12", "16")
    ]
)


@pytest.mark.parametrize("text", ["<raisins> {12} {half a kilo|0.5kg}", "<raisins> {12} {500g}"])
def test_a_number_names_what_is_weighed_before_its_weight(text: str) -> None:
    result = read(RAISINS, text)
    assert (lines(result), result.decision) == ({"R12": Fraction(1, 2)}, Decision.ACCEPT)


def test_a_number_that_names_no_sort_stays_a_question() -> None:
    assert read(RAISINS, "<raisins> {14} {half a kilo|0.5kg}").decision is not Decision.ACCEPT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<sugar> {500g|500g} {3}, {1kg|1kg} {2}", {"SUGAR-H": 3, "SUGAR-1": 2}),
        ("<sukari> {kilo moja|1kg} {mbili|2} na {nusu kilo|0.5kg} {moja|1}", {"SUGAR-1": 2, "SUGAR-H": 1}),
        ("<mkate> {400g|400g} {2}, {800g|800g} {1}", {"BREAD": 2, "BREAD-8": 1}),
        ("<sukari> ya {1kg|1kg} {2}, hapana {500g|500g}", {"SUGAR-H": 2}),
        ("<sugar> {1kg|1kg} {3}, no sorry {500g|500g} {2}", {"SUGAR-H": 2}),
    ],
)
def test_sizes_of_one_good_have_counts_of_their_own(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("shop", "text"),
    [
        (CORNER_SHOP, "<brown bread> {2} kubwa {1}"),
        (CORNER_SHOP, "<brown bread> {2}, large {1}"),
        (FURNISHER, "<kikombe> kubwa, ndogo {mbili|2}"),
        (FURNISHER, "<cup> large, small {2}"),
    ],
)
def test_a_size_behind_another_is_asked_about_where_it_may_be_lost(shop: Catalogue, text: str) -> None:
    """It is no more of the row before it, and does not take its place."""
    assert read(shop, text).decision is Decision.CLARIFY
