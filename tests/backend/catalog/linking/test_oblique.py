"""Marathi's nouns before "of" are found under the noun itself."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.catalog.linking.oblique import plain_forms
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read


@pytest.mark.parametrize(
    ("word", "noun"),
    [("पापड्याचे", "पापडा"), ("कारल्याचं", "कारले"), ("चकलीची", "चकली"), ("भोपळ्याच्या", "भोपळा"), ("लसणाचा", "लसण")],
)
def test_a_noun_is_among_its_forms(word: str, noun: str) -> None:
    assert noun in plain_forms(word)


@pytest.mark.parametrize("word", ["पापडी", "चहासाठी", "पोळीला", "papadichi", "च्या"])
def test_other_words_and_other_cases_have_no_form(word: str) -> None:
    assert plain_forms(word) == ()


@pytest.mark.parametrize("text", ["<भोपळ्याचं> {एक|1}", "<चकलीचं> {एक|1}", "<शेंगदाण्याचे> {2}"])
def test_a_good_is_read_in_the_form_before_of(text: str) -> None:
    rows = [
        {"sku": "PUMPKIN", "name": "Bhopla Powder", "aliases": "bhopla", "unit": "packet", "price": "60", "stock": "9"},
        {"sku": "CHAKLI", "name": "Chakli", "unit": "packet", "price": "60", "stock": "9"},
        {"sku": "PEANUT", "name": "Shengdana", "unit": "packet", "price": "60", "stock": "9"},
    ]
    result = read(catalogue_from_rows(rows), text)
    assert (len(lines(result)), result.decision) == (1, Decision.ACCEPT)


def test_a_long_u_comes_back_in_the_form_by_itself() -> None:
    assert "लसूण" in plain_forms("लसणाची")


def test_a_just_that_is_written_to_a_noun_is_none_of_it() -> None:
    assert plain_forms("केशरच") == ("केशर",)
