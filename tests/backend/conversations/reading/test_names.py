"""Words that together are one name which no row has, though a part of them is known."""

import pytest

from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

BAR = shop_of(
    ("WATER", "Water 500ml", "maji|water|pani"),
    ("RICE", "Plain Rice", "rice|wali|chawal"),
    ("COLA", "Cola", "cola"),
)


@pytest.mark.parametrize(
    ("text", "unmet"),
    [
        ("{2} <zorblax water> and {1} <cola>", "zorblax water"),
        ("<mitzi wali> {mbili|2} na <cola> {moja|1}", "mitzi wali"),
        ("{do|2} <guldas chawal> aur {ek|1} <cola>", "guldas chawal"),
    ],
)
def test_a_word_never_met_makes_another_good_of_what_the_bot_takes_it_for(text: str, unmet: str) -> None:
    result = read(BAR, text, unmet=(unmet,))
    assert (lines(result), result.ask, result.decision) == ({"COLA": 1}, Slot.ITEM, Decision.CLARIFY)
