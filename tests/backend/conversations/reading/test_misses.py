"""A word matters for where it stands, and is asked about where it may be a slip."""

from typing import Any

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, marked


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{2} <milk> and <sugar> {kilo|1kg} taqu", ""),
        ("{2} <milk>, dedo {kilo|1kg} <sugar>", ""),
        ("{2} <milk>, on <bread>", ""),
        ("{2} <milk>, <a fw bread>", "fw"),
    ],
)
def test_a_slip_in_a_place_that_matters_is_asked_about(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, unmet=(unmet,))
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{2} <milk>, the <bread>", "{2} <milk> and <bread> {1} please"])
def test_small_words_beside_goods_are_no_slips(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (result.decision, lines(result)) == (Decision.ACCEPT, {"MILK": 2, "BREAD": 1})


@pytest.mark.parametrize(
    ("text", "word", "tag", "p", "decision"),
    [
        ("{2} <milk>, cxke please", "cxke", "O", 0.5, Decision.CLARIFY),
        ("{2} <milk>, cxke please", "cxke", "O", 0.98, Decision.ACCEPT),
        ("{2} <milk>, zurko kubwa", "zurko", "ITEM", 0.7, Decision.CLARIFY),
    ],
)
def test_a_word_that_the_bot_was_of_two_minds_about_may_be_a_good(
    text: str, word: str, tag: str, p: float, decision: Decision
) -> None:
    plain, reading = marked(text)
    start = plain.index(word)
    token = {"start": start, "end": start + len(word), "text": word, "tag": tag, "p": p, "met": tag == "O"}
    said = {**reading, "tokens": [token, *(one for one in reading["tokens"] if one["start"] != start)]}
    result = read_message(said, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is decision


@pytest.mark.parametrize(
    ("text", "decision"), [("ondoa <-milk>, bread ubki", Decision.CLARIFY), ("ondoa <-milk>", Decision.ACCEPT)]
)
def test_a_word_of_keeping_mistyped_is_asked_about(text: str, decision: Decision) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK, unmet=("ubki",))
    assert result.decision is decision


def at(text: str, place: str) -> tuple[str, dict[str, Any]]:
    """A marked message that ends in an address, and its reading."""
    plain, reading = marked(text)
    start = plain.index(place)
    address = {"text": plain[start:], "start": start, "end": len(plain), "confidence": 0.95, "vague": False}
    return plain, {**reading, "slots": {"address": address}}


@pytest.mark.parametrize(
    ("place", "decision"),
    [
        ("breead twoo. Moi Avenue 4", Decision.CLARIFY),
        ("white bread 4 bia, Moi Avenue", Decision.CLARIFY),
        ("Moi Avenue, near the breead shop", Decision.ACCEPT),
        ("Moi Avenue, maziwa 4", Decision.CLARIFY),
        ("Moi Avenue, bread two", Decision.CLARIFY),
        ("Maziwa Road 4, Moi Avenue", Decision.ACCEPT),
    ],
)
def test_an_address_that_begins_with_a_good_mistyped_is_asked_about(place: str, decision: Decision) -> None:
    plain, reading = at("{2} <milk>, " + place, place)
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is decision


@pytest.mark.parametrize(
    ("led", "place", "decision"),
    [
        ("and", "a tray. Moi Avenue 4", Decision.CLARIFY),
        ("na", "mayai, Moi Avenue", Decision.CLARIFY),
        ("to", "tray corner, Moi Avenue", Decision.ACCEPT),
    ],
)
def test_a_good_behind_an_and_that_went_to_the_address_is_asked_about(led: str, place: str, decision: Decision) -> None:
    plain, reading = at(f"{{2}} <milk> {led} {place}", place)
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is decision
