"""A count that is taken back in the same breath is the number that comes in its place."""

import pytest

from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, marked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <milk> no no {3} and {1} <bread>", {"MILK": 3, "BREAD": 1}),
        ("<maziwa> {mbili|2} hapana hapana {tatu|3}", {"MILK": 3}),
        ("do <milk> nahi nahi {teen|3} kar do aur {ek|1} <bread>", {"MILK": 3, "BREAD": 1}),
        ("<दूध> {दो|2} नहीं नहीं {तीन|3} कर दो", {"MILK": 3}),
        ("<maziwa> {moja|1}, aah si moja, {tatu|3}", {"MILK": 3}),
        ("<milk> {2}, not 2, {4} and {1} <bread>", {"MILK": 4, "BREAD": 1}),
    ],
)
def test_the_last_number_counts(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<milk> {2}, no, no onions. {3} <bread>", "<milk> {2}. not 4, {3} <bread>",
    "{2} <milk>, no no {1} <bread>",
])  # fmt: skip
def test_a_no_without_a_number_of_its_own_takes_no_count_back(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)).get("MILK", 2) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<mkate> {moja|1} na <mayai> {tano|5}, samahani sio {tano|5} ni {sita|6}", {"BREAD": 1, "EGG": 6}),
        ("<bread> {3}, not {3}, but {4}", {"BREAD": 4}),
        ("<mayai> {nne|4}, si {tano|5}, ni {nne|4} tu", {"EGG": 4}),
        ("<mkate> {moja|1} na <mayai> {nne|4}, si {tano|5}", {"BREAD": 1, "EGG": 4}),
        ("<mayai> {sita|6}... ah wacha nichukue {nne|4} tu", {"EGG": 4}),
        ("<mayai> {sita|6}, ama wacha {nne|4} tu. na <mkate> {mbili|2}", {"EGG": 4, "BREAD": 2}),
        ("{6} <eggs> or wait {4} only", {"EGG": 4}),
        ("{3} <bread>, actually let me just have {two|2}", {"BREAD": 2}),
        ("{2} <brown bread> aur {1} <milk>, arre do nahi {teen|3} bread karo", {"BREAD-B": 3, "MILK": 1}),
        ("{दो|2} <brown bread> और {एक|1} <milk>, अरे दो नहीं {तीन|3} bread", {"BREAD-B": 3, "MILK": 1}),
    ],
)
def test_a_number_that_corrects_another_counts_in_its_stead(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_good_of_its_own_behind_such_a_number_comes_on() -> None:
    assert lines(read(CORNER_SHOP, "{2} <milk>, wacha nichukue {3} <bread>")) == {"MILK": 2, "BREAD": 3}


@pytest.mark.parametrize(
    ("text", "count"), [("<mayai> {nne|4}, si {tano|5}, ni nne tu", 4), ("{3} <eggs>, not {4}, it's three", 3)]
)
def test_a_count_said_again_behind_the_refused_one_is_the_count(text: str, count: int) -> None:
    plain, reading = marked(text)
    doubted = [{**one, "p": 0.5} if one["tag"] == "O" else one for one in reading["tokens"]]
    result = read_message(
        {**reading, "tokens": doubted}, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING)
    )
    assert (lines(result), result.decision) == ({"EGG": count}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "count"),
    [("<milk> mara mbili", 2), ("<maziwa> mara {tatu|3}", 3), ("<mkate> {moja|1} na <milk> twice", 2)],
)
def test_times_so_many_is_a_count(text: str, count: int) -> None:
    assert lines(read(CORNER_SHOP, text))["MILK"] == count


@pytest.mark.parametrize(
    "text", ["<milk> {mbili|2}, za wasee {wawili|2}", "<milk> {mbili|2} za <madem> {wawili|2} na mimi"]
)
def test_those_whom_goods_are_for_count_none(text: str) -> None:
    assert lines(read(CORNER_SHOP, text)) == {"MILK": 2}
