"""What may be a slip for a good, a count or a size is asked about, and not passed over."""

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, marked, shop_of


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{2} <milk>, 1 bresd", "bresd"),
        ("<mkate> {1}, <maziwa> mbil hapa", ""),
        ("{2} <milk>, onionns", "onionns"),
        ("<maziwa> kubaw {2}", "kubaw"),
        ("<mayai> {3} na <mkate> kidoo", "kidoo"),
        ("{2} <milk>, ो <bread>", ""),
        ("<maziwa> {2} na <mkate> blorp", "blorp"),
    ],
)
def test_what_may_be_mistyped_is_asked_about(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, unmet=(unmet,))
    assert result.decision is Decision.CLARIFY


def test_hindis_do_behind_a_good_is_two_or_asks_for_it() -> None:
    assert read(CORNER_SHOP, "<milk> do, thanda wala").decision is Decision.CLARIFY
    assert lines(read(CORNER_SHOP, "<milk> {1} de do")) == {"MILK": 1}


def test_an_order_that_is_hardly_one_is_not_booked() -> None:
    """Two hours for a loaf of bread are a complaint, whatever was read in it."""
    plain, reading = marked("two hours for <bread> {1}, you are champions")
    reading["intent"] = {"name": "place_order", "confidence": 0.55}
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.decision, result.rule) == (Decision.CLARIFY, "unsure what is wanted")


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{2} <milk>, Otieno here", "Otieno"),
        ("mniletee {2} <milk>", "mniletee"),
        ("{2} <milk> for the graduation", "graduation"),
        ("{2} <milk>, bind it well", "bind"),
        ("{2} <milk>, sina change", "sina"),
    ],
)
def test_other_words_never_met_are_let_be(text: str, unmet: str) -> None:
    result = read(CORNER_SHOP, text, unmet=(unmet,))
    assert (lines(result), result.decision) == ({"MILK": 2}, Decision.ACCEPT)


def test_a_change_with_a_word_one_slip_from_the_shops_is_asked_about() -> None:
    result = read(
        CORNER_SHOP, "make the <milk> {4} and drop the eggd", intent="modify_order", history=READ_BACK, unmet=("eggd",)
    )
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<maziwa> {2}, leteni saa tano", "<mkate> moja, <maziwa> {2}"])
def test_an_unsure_number_that_changes_no_line_is_let_be(text: str) -> None:
    """The hour counts nothing, and one loaf is what a loaf without a count comes to."""
    plain, reading = marked(text)
    for token in reading["tokens"]:
        token["p"] = 0.6 if plain[token["start"] : token["end"]] in {"tano", "moja"} else token["p"]
    assert read_message(reading, CORNER_SHOP, ReadingContext(plain, thresholds=EVERYTHING)).decision is Decision.ACCEPT


@pytest.mark.parametrize(
    ("text", "unmet", "decision"),
    [
        ("hafi is my sister. {2} <milk>", "hafi", Decision.ACCEPT),
        ("{2} <milk>, call the papi, thanks", "papi", Decision.ACCEPT),
        ("{2} <milk> hafi", "hafi", Decision.CLARIFY),
    ],
)
def test_a_slip_for_a_size_stands_in_the_clause_of_a_good(text: str, unmet: str, decision: Decision) -> None:
    assert read(CORNER_SHOP, text, unmet=(unmet,)).decision is decision


def test_how_many_people_there_are_counts_no_good() -> None:
    result = read(CORNER_SHOP, "wasee tuko {kumi|10}, leta <maziwa> {tano|5}")
    assert ({line.sku: line.quantity for line in result.lines}, result.decision) == ({"MILK": 5}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("ek garam <milk> bhejna", Decision.ACCEPT),
        ("one nice <bread> please", Decision.ACCEPT),
        ("ek, garam <milk> aur <bread> {2}", Decision.CLARIFY),
    ],
)
def test_an_unsure_one_before_a_good_that_comes_once_says_no_more(text: str, decision: Decision) -> None:
    plain, reading = marked(text)
    reading["tokens"] = [{**one, "p": 0.5} if one["start"] == 0 else one for one in reading["tokens"]]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert result.decision is decision


@pytest.mark.parametrize(
    ("said", "told"), [("ek mein", "malai kam"), ("एक में", "मलाई कम"), ("doghanmadhe", "malai kami")]
)
def test_a_number_of_those_that_a_note_is_about_counts_nothing(said: str, told: str) -> None:
    plain, reading = marked(f"{{2}} <milk>, {said} {told}")
    start, note = plain.index(said), plain.index(told)
    reading["slots"] = {"note": {"text": plain[note:], "start": note, "end": len(plain)}}
    reading["tokens"] = [{**one, "p": 0.5} if one["start"] == start else one for one in reading["tokens"]]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, history=(), thresholds=EVERYTHING))
    assert (lines(result), result.decision) == ({"MILK": 2}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["udya padwa ahe, {2} <lily>", "kal holi hai, {2} <lily>"])
def test_a_feast_is_no_slip_for_a_good(text: str) -> None:
    shop = shop_of(("PADMA", "Padma", "padma", ""), ("HOLDI", "Holdi", "holdi", ""), ("LILY", "Lily", "lily", ""))
    assert read(shop, text, unmet=("padwa", "holi")).decision is Decision.ACCEPT
