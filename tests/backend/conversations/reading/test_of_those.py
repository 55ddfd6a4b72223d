"""A count behind what an answer chooses ("medium, 2 of them")."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked, shop_of

SHOP = shop_of(
    ("TENT-S", "Camping Tent Small (2-3 people)", "tent small|hema ndogo", "size=S"),
    ("TENT-M", "Camping Tent Medium (4-5 people)", "tent medium|hema ya kati", "size=M"),
    ("LAMP", "Camping Lamp", "lamp|taa", ""),
)
QUESTION = "Camping Tent Small (2-3 people) or Medium (4-5 people)?"


def _asked(text: str) -> tuple[Turn, Turn]:
    return (Turn("customer", marked(text)[0], marked(text)[1]), Turn("bot", QUESTION))


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("a <tent> please", "medium, {2} of them", {"TENT-M": 2}),
        ("a <tent> please", "the small one, {three|3} of those", {"TENT-S": 3}),
        ("nataka <hema>", "ya kati, {mbili|2} za hizo", {"TENT-M": 2}),
        ("nataka <hema>", "medium {tatu|3} hizo", {"TENT-M": 3}),
        ("a <tent> please", "medium, tatu", {"TENT-M": 3}),
        ("nataka <hema>", "ile ndogo, nne.", {"TENT-S": 4}),
        ("a <tent> please", "{2} small, {1} medium", {"TENT-S": 2, "TENT-M": 1}),
    ],
)
def test_so_many_of_what_is_chosen(asked: str, text: str, expected: dict[str, int]) -> None:
    result = read(SHOP, text, history=_asked(asked))
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


BAKERY = shop_of(
    ("BUN-8", "Cream Bun (8 pc)", "bun 8|bun nane|ath bun"),
    ("BUN-15", "Cream Bun (15 pc)", "bun 15|bun kumi na tano|pandhra bun"),
    unit="box",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{kumi na tano|15}", {"BUN-15": 1}),
        ("{nane|8}", {"BUN-8": 1}),
        ("{pandhra|15} wala", {"BUN-15": 1}),
        ("{15} wala {2}", {"BUN-15": 2}),
    ],
)
def test_a_number_in_words_chooses_a_pack_as_digits_do(text: str, expected: dict[str, int]) -> None:
    plain, reading = marked("nataka <bun>")
    history = (Turn("customer", plain, reading), Turn("bot", "Cream Bun za pc 8 ama za pc 15?"))
    result = read(BAKERY, text, history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


SODA = shop_of(
    ("FANTA-350", "Fanta 350ml", "fanta 350", "size=350ml"),
    ("FANTA-500", "Fanta 500ml", "fanta 500", "size=500ml"),
    ("FANTA-2L", "Fanta 2L", "fanta 2l", "size=2L"),
)


@pytest.mark.parametrize("text", ["{500}, two of them", "{500}, tatu hizo"])
def test_a_size_that_is_no_count_may_stand_before_the_count(text: str) -> None:
    plain, reading = marked("<fanta> please")
    result = read(SODA, text, history=(Turn("customer", plain, reading), Turn("bot", "350ml, 500ml or 2L?")))
    assert lines(result) == {"FANTA-500": 2 if "two" in text else 3}
