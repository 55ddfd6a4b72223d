"""Words that a catalogue writes in two scripts."""

from fractions import Fraction

import pytest

from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import terms_of
from tests.support.shops import shop_of

PANTRY = shop_of(
    ("NAPKIN-S", "Napkin 25cm (50 pc)", "napkin chhota", "size=25cm"),
    ("NAPKIN-L", "Napkin 40cm (50 pc)", "napkin 40cm|मोठा नॅपकीन", "size=40cm"),
    ("CUP-S", "Rubber Cup 60ml (20 pc)", "", "size=60ml"),
    ("CUP-L", "Rubber Cup 90ml (20 pc)", "rubber cup 90ml|बड़ा रबर कप", "size=90ml"),
    ("BALL", "Cricket Ball", "ball|बॉल", ""),
    unit="pack",
)


def _resolved(words: str) -> Resolution:
    return resolve(PANTRY, terms_of(words, wares=PANTRY.wares), Wanted(count=Fraction(2)))


@pytest.mark.parametrize("words", ["नॅपकीन", "napkin", "रबर कप", "rubber cup"])
def test_a_word_of_another_script_leaves_all_sizes_open(words: str) -> None:
    """The rows that write it in Latin letters alone are meant as well as the one that has it in Devanagari."""
    assert _resolved(words).status is Status.OPEN


@pytest.mark.parametrize(
    ("words", "sku"), [("छोटा रबर कप", "CUP-S"), ("बड़ा रबर कप", "CUP-L"), ("मोठा नॅपकीन", "NAPKIN-L"), ("बॉल", "BALL")]
)
def test_a_size_tells_the_row_in_either_script(words: str, sku: str) -> None:
    assert _resolved(words).sku == sku
