"""Counts and houses that the bot was not sure of, as the catalogue puts them right."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, marked


def test_a_number_said_twice_before_a_good_is_of_each() -> None:
    """The bot took both for Hindi's "give"; before no good they are that."""
    assert lines(read(CORNER_SHOP, "do do <milk> aur <coke>")) == {"MILK": 2, "COKE": 2}
    assert lines(read(CORNER_SHOP, "do do na, {1} <milk>")) == {"MILK": 1}


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("<milk> वीस, <bread> {एक|1}", "वीस", {"MILK": 20, "BREAD": 1}),
        ("<maziwa> nane, <mkate> {mmoja|1}", "nane", {"MILK": 8, "BREAD": 1}),
    ],
)
def test_a_higher_number_that_the_bot_was_unsure_of_counts(text: str, number: str, expected: dict[str, int]) -> None:
    plain, reading = marked(text)
    for token in reading["tokens"]:
        token["p"] = 0.7 if token["text"].strip(",") == number else token["p"]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == expected


@pytest.mark.parametrize(
    ("address", "rest", "expected"),
    [
        ("mkate 4, no 6", ", <maziwa> {2}", {"BREAD": 6, "MILK": 2}),
        ("bread 2, sorry 3", " and <milk> {1}", {"BREAD": 3, "MILK": 1}),
    ],
)
def test_a_corrected_count_is_no_address(address: str, rest: str, expected: dict[str, int]) -> None:
    slot = {"text": address, "start": 0, "end": len(address), "confidence": 0.95, "vague": False}
    result = read(CORNER_SHOP, address + rest, slots={"address": slot})
    assert (lines(result), result.address) == (expected, None)


@pytest.mark.parametrize("place", ["flat 302, Sai Residency", "Flat 4, Kilimani"])
def test_a_house_that_only_sounds_like_a_good_stays_in_the_address(place: str) -> None:
    wicks = catalogue_from_rows(
        [
            {"sku": "WICK", "name": "Cotton Wick", "aliases": "phulvat|फुलवात", "price": "20", "stock": "900"},
            {"sku": "LAMP", "name": "Clay Lamp", "aliases": "lamp|taa", "price": "20", "stock": "900"},
        ]
    )
    plain, reading = marked(f"{{2}} <lamp>, {place}")
    start = plain.index(place)
    reading["slots"] = {
        "address": {"text": place, "start": start, "end": len(plain), "confidence": 0.97, "vague": False}
    }
    result = read_message(reading, wicks, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"LAMP": 2}, place)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<maziwa> {tatu|3} na <mkate> nne tafadhali", {"MILK": 3, "BREAD": 4}),
        ("<bread> paanch, <milk> {do|2}", {"BREAD": 5, "MILK": 2}),
        ("<bread> छह, <milk> {do|2}", {"BREAD": 6, "MILK": 2}),
        ("<maziwa> {tatu|3} na <mkate> moja kwa moja", {"MILK": 3, "BREAD": 1}),
        ("{2} <milk> na <mkate> nne tafadhali", {"MILK": 2, "BREAD": 1}),
    ],
)
def test_a_number_at_the_end_of_an_entry_counts_as_those_of_the_other_entries_do(
    text: str, expected: dict[str, int]
) -> None:
    assert lines(read(CORNER_SHOP, text)) == expected


@pytest.mark.parametrize("place", ["मकान नं 27, गांधी नगर", "house number 27, Gandhi Nagar"])
def test_the_number_of_a_house_counts_no_good_that_sounds_like_one(place: str) -> None:
    ovens = catalogue_from_rows(
        [
            {"sku": "NAAN", "name": "Makan Naan", "aliases": "makan naan|house number", "price": "20", "stock": "90"},
            {"sku": "LAMP", "name": "Clay Lamp", "aliases": "lamp|taa", "price": "20", "stock": "900"},
        ]
    )
    plain, reading = marked(f"{{2}} <lamp>, {place}")
    start = plain.index(place)
    reading["slots"] = {
        "address": {"text": place, "start": start, "end": len(plain), "confidence": 0.97, "vague": False}
    }
    result = read_message(reading, ovens, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"LAMP": 2}, place)
