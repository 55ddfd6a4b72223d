"""An amount that is said to be of each good is of each, in the words of all our languages."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Turn
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER, marked

STOOL = (Turn("customer", "a stool", marked("{1} <bar stool>")[1]), Turn("bot", "Bar stool: pine or chicken wire?"))
STOOLS = (Turn("customer", "5 stools", marked("{5} <bar stool>")[1]), Turn("bot", "Bar stool: pine or chicken wire?"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{two|2} of each: <milk>, <bread>", 2),
        ("<milk> and <bread>, {two|2} of each", 2),
        ("<milk> and <bread>, both {3}", 3),
        ("<maziwa> na <mkate>, kila {moja|1} {kumi|10}", 10),
        ("<maziwa> na <mkate> {tatu|3} kila {moja|1}", 3),
        ("<maziwa> na <mkate>, zote {mbili|2} {tano|5}", 5),
        ("<milk>, <bread> har {ek do|1each}", 2),
        ("<milk> aur <bread> <dono> {teen teen|3each}", 3),
        ("<milk>, <bread> <pratyeki> {don|2}", 2),
        ("<milk>, <bread> <प्रत्येकी> {दोन|2}", 2),
    ],
)
def test_what_is_given_to_each_is_of_each(text: str, count: int) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"MILK": count, "BREAD": count}, Decision.ACCEPT)


def test_a_good_that_is_called_so_is_no_such_word() -> None:
    """A shop may sell something that is called as "both" is elsewhere."""
    shop = catalogue_from_rows(
        [
            {"sku": "DONO", "name": "Dono Biscuit", "aliases": "dono", "price": "10", "stock": "50"},
            {"sku": "TEA", "name": "Tea", "aliases": "chai", "price": "20", "stock": "50"},
        ]
    )
    assert lines(read(shop, "<chai> {2} aur <dono> {3}")) == {"TEA": 2, "DONO": 3}


def test_goods_behind_one_of_each_are_no_address() -> None:
    plain, reading = marked("{one|1} of each: milk, bread, eggs")
    start = plain.index("milk")
    reading["slots"] = {"address": {"text": plain[start:], "start": start, "end": len(plain), "confidence": 0.9}}
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"MILK": 1, "BREAD": 1, "EGG": 1}, None)


@pytest.mark.parametrize(
    "answer", ["both", "both please", "{one|1} of each", "dono", "दोन्ही", "zote {mbili|2}", "{ek ek|1each}"]
)
def test_both_takes_the_two_rows_that_were_offered(answer: str) -> None:
    assert lines(read(FURNISHER, answer, history=STOOL)) == {"STOOL-P": 1, "STOOL-C": 1}


def test_both_with_a_count_takes_that_many_of_each() -> None:
    assert lines(read(FURNISHER, "both, {3 each|3each}", history=STOOL)) == {"STOOL-P": 3, "STOOL-C": 3}


def test_how_five_are_shared_between_two_is_asked() -> None:
    result = read(FURNISHER, "both", history=STOOLS)
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.QTY, {})


def test_both_takes_no_row_that_was_not_offered() -> None:
    """Three sizes are open, and the question names two of them."""
    asked = (Turn("customer", "lamp oil", marked("<lamp oil>")[1]), Turn("bot", "Lamp oil: 250ml or 1L?"))
    assert lines(read(FURNISHER, "both", history=asked)) == {"OIL-S": 1, "OIL-L": 1}


def test_one_each_beside_another_count_is_asked_about() -> None:
    """Two loaves and a milk for each of them are two milks; one milk may be meant as well."""
    result = read(CORNER_SHOP, "{2} <bread>, and {one each|1each} <milk>")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.QTY)
