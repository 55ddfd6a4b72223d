"""Goods that the bot passed over: what a wish, an article or a word of wanting leads to."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.catalog.linking.folding import fold
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.item import ADD, Item
from backend.conversations.reading.pieces import Kind, Piece
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from backend.conversations.reading.unread import unread_goods
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, marked


@pytest.mark.parametrize(
    "text",
    [
        "{2} <milk> less <-cream> n {1} <-bread>",
        "{2} <maziwa> bila <-krimu> na {moja|1} <-mkate>",
        "{do|2} <milk> bina <-malai> aur {ek|1} <-bread>",
        "{2} <milk> without cream & {1} <bread>",
    ],
)
def test_a_number_behind_and_begins_a_good_though_the_one_before_comes_without(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"MILK": 2, "BREAD": 1}, Decision.ACCEPT)


def test_a_number_among_what_is_refused_begins_none() -> None:
    assert lines(read(CORNER_SHOP, "{3} <eggs>, not {2} <-milk> and {1} <-bread>")) == {"EGG": 3}


@pytest.mark.parametrize(
    ("text", "note", "kept"),
    [
        ("{2} <milk>, ring softly n 1 bread", "ring softly n 1 bread", "ring softly"),
        ("{2} <maziwa>, iwe baridi na mkate {1}", "iwe baridi na mkate", "iwe baridi"),
        ("{2} <milk>, ring and wait", "ring and wait", "ring and wait"),
    ],
)
def test_a_note_ends_where_the_next_good_is_counted(text: str, note: str, kept: str) -> None:
    plain = text.translate(str.maketrans("", "", "{}<>"))
    start = plain.index(note)
    slot = {"text": note, "start": start, "end": start + len(note)}
    result = read(CORNER_SHOP, text, slots={"note": slot})
    assert result.note == kept
    assert lines(result) == ({"MILK": 2} if kept == note else {"MILK": 2, "BREAD": 1})


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{1} <bread> and a milkshake", ""),
        ("{1} <bread> and a tall milkshake", ""),
        ("can you bring a <milkshake> and {1} <bread>", ""),
        ("please get me a <croissant> and {1} <bread>", ""),
        ("{1} <bread>, a croissant", "croissant"),
        ("{1} <bread>, <croissant>", ""),
        ("my son wants a croissant so give me {1} <bread>", "croissant"),
        ("dada anataka keki basi nipe <mkate> {moja|1}", "keki"),
        ("beti ko keki chahiye, mujhe {ek|1} <bread>", "keki"),
        ("mulila keki pahije, mala {ek|1} <bread>", "keki"),
    ],
)
def test_what_an_article_or_a_wish_leads_to_is_asked_about(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, unmet=(unmet,))
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.ITEM, {"BREAD": 1})
    assert len(result.unmatched) == 1


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{1} <bread> and a quick delivery please", "quick"),
        ("{1} <bread> with a bow", "bow"),
        ("nataka kuagiza <mkate> {moja|1}", "kuagiza"),
        ("mujhe abhi chahiye, {ek|1} <bread>", "abhi"),
    ],
)
def test_words_that_name_no_good_are_let_be(text: str, unmet: str) -> None:
    assert read(CORNER_SHOP, text, unmet=(unmet,)).decision is Decision.ACCEPT


def test_what_a_row_may_be_had_in_is_no_other_good() -> None:
    kinds = ((Kind.GOODS, 0, "pie"), (Kind.FOREIGN, 4, "lidless"), (Kind.OTHER, 12, "chahiye"))
    pieces = [Piece(kind, start, start + len(word), word, fold(word)) for kind, start, word in kinds]
    pie = Item(0, 3, "pie", ("pie",), frozenset(), (), Wanted(), Resolution(Status.SURE), ADD)
    assert [one.text for one in unread_goods(pieces, [pie], {})] == ["lidless"]
    assert unread_goods(pieces, [pie], {}, frozenset({fold("lidless")})) == []


def test_a_word_that_leads_to_a_place_is_no_good() -> None:
    result = read(CORNER_SHOP, "{1} <bread> n a <coke> im at Juja", unmet=("im",))
    assert not result.unmatched


def test_a_wish_of_somebody_else_is_no_note() -> None:
    text, said = "mtoto anataka keki na mimi <mkate> {moja|1}", "mtoto anataka keki na mimi"
    note = {"text": said, "start": 0, "end": len(said)}
    result = read(CORNER_SHOP, text, slots={"note": note}, unmet=("keki",))
    assert (result.decision, result.ask, result.note) == (Decision.CLARIFY, Slot.ITEM, None)


def test_one_of_them_that_is_to_be_otherwise_makes_them_no_one() -> None:
    result = read(CORNER_SHOP, "<maziwa> {tano|5}, {moja|1} iwe baridi kabisa")
    assert lines(result) == {"MILK": 5}


PAINTER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "piece", "price": "90", "stock": "40"}
        for sku, name, aliases in (
            ("ROLLER", "Paint Roller", "roller|rola|रोलर"),
            ("TRAY", "Paint Tray", "paint tray|tray|trei|ट्रे"),
        )
    ]
)


@pytest.mark.parametrize("text", ["{2} <roller>, tray", "<rola> {mbili|2}, trei", "<रोलर> {दो|2}, ट्रे"])
def test_a_list_that_ends_in_a_good_of_the_shop_loses_none(text: str) -> None:
    """The bot passed over it, as a word for what goods come in."""
    plain, reading = marked(text)
    start = plain.index(", ") + 2
    passed_over = {
        "start": start,
        "end": len(plain),
        "text": plain[start:],
        "norm": plain[start:],
        "tag": "O",
        "p": 0.99,
    }
    tokens = [*(one for one in reading["tokens"] if one["start"] < start), passed_over]
    result = read_message({**reading, "tokens": tokens}, PAINTER, ReadingContext(plain, thresholds=EVERYTHING))
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


@pytest.mark.parametrize("joint", ["na", "aur", "and"])
def test_an_and_refuses_no_good(joint: str) -> None:
    """The bot took the word between two goods for one that takes the first off."""
    plain, reading = marked(f"<-maziwa> {joint} <mkate> {{2}}")
    refusing = {"start": 7, "end": 7 + len(joint), "text": joint, "norm": joint, "tag": "REMOVE", "p": 0.8}
    tokens = [one for one in reading["tokens"] if one["start"] != refusing["start"]]
    tokens = sorted([*tokens, refusing], key=lambda one: int(one["start"]))
    result = read_message({**reading, "tokens": tokens}, CORNER_SHOP, ReadingContext(plain, thresholds=EVERYTHING))
    assert lines(result) == {"MILK": 1, "BREAD": 2}


@pytest.mark.parametrize(
    "text", ["<milk> {2}, ठेचा पण द्या", "<milk> {2}, thecha pan dya", "<milk> {2}, achaar bhi dena"]
)
def test_what_is_to_be_given_too_is_a_good(text: str) -> None:
    word = text.split(", ")[1].split(maxsplit=1)[0]
    result = read(CORNER_SHOP, text, unmet=(word,))
    assert (result.decision, result.unmatched) == (Decision.CLARIFY, (word,))
