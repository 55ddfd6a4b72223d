"""Hindi's "do", which is two and gives."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Turn
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import marked

DHABA = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "30", "stock": "60", "currency": "INR"}
        for sku, name, aliases, unit in (
            ("PARATHA", "Paratha", "paratha|पराठा", "plate"),
            ("DAL", "Dal Bowl", "dal|दाल", "plate"),
            ("SALAD", "Salad", "salad|सलाद", "plate"),
            ("COMBO-1", "Combo 1: Paratha and Dal", "combo 1", "combo"),
            ("COMBO-2", "Combo 2: Paratha and Salad", "combo 2", "combo"),
            ("KIT-4", "Spice Kit 4", "kit 4", "packet"),
        )
    ]
)
FOUR = (Turn("customer", "chaar paratha"), Turn("bot", "4 x Paratha = 120. Theek hai?"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<paratha> {char|4} <dal> do <salad> {ek|1} bhej do", {"PARATHA": 4, "DAL": 2, "SALAD": 1}),
        ("<पराठा> {चार|4} <दाल> दो <सलाद> {एक|1}", {"PARATHA": 4, "DAL": 2, "SALAD": 1}),
        ("{ek|1} <dal> do <paratha> {ek|1} <salad>", {"PARATHA": 2, "DAL": 1, "SALAD": 1}),
    ],
)
def test_it_counts_among_counts(text: str, expected: dict[str, int]) -> None:
    result = read(DHABA, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<paratha> chaar, <dal> do, jaldi", "<पराठा> चार, <दाल> दो, जल्दी"])
def test_it_counts_where_a_number_in_letters_ends_the_entry_before(text: str) -> None:
    plain, reading = marked(text)
    doubted = [{**one, "p": 0.7} if one["tag"] == "O" else one for one in reading["tokens"]]
    result = read_message({**reading, "tokens": doubted}, DHABA, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"PARATHA": 4, "DAL": 2}


@pytest.mark.parametrize("text", ["<paratha> do aur jod do", "<पराठा> दो और जोड़ दो"])
def test_it_counts_where_a_second_one_gives(text: str) -> None:
    result = read(DHABA, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.removed, result.decision) == ({"PARATHA": 2}, (), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["<paratha> {6} aur daal do", "<पराठा> {6} और डाल दो"])
def test_it_counts_no_verb_that_sounds_like_a_good(text: str) -> None:
    result = read(DHABA, text, intent="modify_order", history=FOUR)
    assert (lines(result), result.decision) == ({"PARATHA": 6}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<paratha> ke do aur {ek|1} <dal>", {"PARATHA": 2, "DAL": 1}),
        ("<दाल> के दो और {एक|1} <सलाद>", {"DAL": 2, "SALAD": 1}),
        ("<combo> {2} ke do aur {ek|1} <dal>", {"COMBO-2": 2, "DAL": 1}),
        ("<combo> {2} {che|6} {don|2} ani {ek|1} <dal>", {"COMBO-2": 2, "DAL": 1}),
        ("<kit> {4} ke do de do", {"KIT-4": 2}),
    ],
)
def test_it_counts_behind_of(text: str, expected: dict[str, int]) -> None:
    result = read(DHABA, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["bhaiya <paratha> do dena", "<पराठा> दो चाहिए", "<paratha> do bhejna please"])
def test_it_counts_where_another_verb_gives_behind_it(text: str) -> None:
    assert lines(read(DHABA, text)) == {"PARATHA": 2}


@pytest.mark.parametrize("text", ["<paratha> pack kar ke do", "<combo> {2} bhej do"])
def test_it_gives_behind_what_is_done_first(text: str) -> None:
    assert 2 not in lines(read(DHABA, text)).values()


@pytest.mark.parametrize("text", ["<paratha> do", "<paratha> {ek|1} aur <dal> do bhaiya"])
def test_it_may_give_behind_a_good_alone(text: str) -> None:
    assert read(DHABA, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text", ["Please do <paratha> bhej do aur {ek|1} <dal>", "kripya do <paratha> dena aur {ek|1} <dal>"]
)
def test_it_counts_behind_a_please_where_a_verb_gives(text: str) -> None:
    result = read(DHABA, text)
    assert (lines(result), result.decision) == ({"PARATHA": 2, "DAL": 1}, Decision.ACCEPT)


def test_an_english_do_counts_nothing() -> None:
    assert lines(read(DHABA, "please do <paratha> and {one|1} <dal>")) == {"PARATHA": 1, "DAL": 1}
