"""A size alone behind a good in another size, in a shop where a row is called by that size."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

SHOP = shop_of(
    ("BOWL-S", "Clay Bowl Small", "bowl|bakuli ndogo|katori chhoti", "size=small"),
    ("BOWL-L", "Clay Bowl Large", "large bowl|bakuli kubwa|katori badi", "size=large"),
    ("PAN-L", "Iron Pan", "pan kubwa|large pan|pan badi", ""),
    ("COMB", "Comb", "comb|kanghi|kitana", ""),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<bakuli ndogo> {mbili|2} na kubwa {moja|1}", {"BOWL-S": 2, "BOWL-L": 1}),
        ("<katori chhoti> {do|2} aur badi {ek|1}", {"BOWL-S": 2, "BOWL-L": 1}),
        ("{2} <small bowls> and {1} large", {"BOWL-S": 2, "BOWL-L": 1}),
        ("<kitana> {mbili|2} na <pan kubwa> {moja|1}", {"COMB": 2, "PAN-L": 1}),
        ("<bakuli ndogo> {mbili|2} na <pan kubwa> {moja|1}", {"BOWL-S": 2, "PAN-L": 1}),
    ],
)
def test_it_is_of_the_good_before_it(text: str, expected: dict[str, int]) -> None:
    result = read(SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
