"""English words of a shop in Devanagari, and words of Hindi and Marathi that only look near."""

from fractions import Fraction

import pytest

from backend.catalog.linking.loanwords import by_skeleton, loan_of
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

SHOP = by_skeleton(
    [
        "sky", "boys", "girls", "nappy", "uniform", "voucher", "night", "light", "water", "wire", "oil", "diaper",
        "combo", "compass", "eraser", "register", "lotion", "pen", "pan", "soap", "tie", "toys", "sandals", "wings",
        "apple", "orange", "white", "knife", "juice", "home", "cover", "masala", "salon", "wall", "number",
    ]
)  # fmt: skip
OUTFITTER = shop_of(
    ("SKY-26", "Shirt Sky Blue (size 26)", "sky shirt 26", "size=26"),
    ("SKY-28", "Shirt Sky Blue (size 28)", "sky shirt 28", "size=28"),
    ("NIGHTIE", "Nightie Cotton", "nightie", ""),
    unit="piece",
)


@pytest.mark.parametrize(
    ("word", "spelling"),
    [
        ("स्काई", "sky"), ("बॉयज", "boys"), ("नैपी", "nappy"), ("नॅपी", "nappy"), ("यूनिफॉर्म", "uniform"),
        ("युनिफॉर्म", "uniform"), ("वाउचर", "voucher"), ("नाइट", "night"), ("वॉटर", "water"), ("वायर", "wire"),
        ("ऑयल", "oil"), ("ऑइल", "oil"), ("डायपर", "diaper"), ("कॉम्बो", "combo"), ("कंपास", "compass"),
        ("इरेज़र", "eraser"), ("रजिस्टर", "register"), ("लोशन", "lotion"), ("पेन", "pen"), ("टाय", "tie"), ("टाई", "tie"),
        ("सैंडल", "sandals"), ("विंग", "wings"), ("एप्पल", "apple"), ("ऑरेंज", "orange"), ("व्हाइट", "white"),
        ("नाइफ", "knife"), ("जूस", "juice"), ("कव्हर", "cover"),
    ],
)  # fmt: skip
def test_an_english_word_is_known_by_its_sound(word: str, spelling: str) -> None:
    assert loan_of(word, SHOP) == spelling


@pytest.mark.parametrize("word", ["पान", "हम", "मजला", "झालं", "वेळ", "साबण", "पाई", "बेकार", "दे", "तेल", "पानी", "night"])
def test_a_word_of_our_own_languages_is_no_english_one(word: str) -> None:
    assert loan_of(word, SHOP) is None


def test_a_sound_that_two_spellings_have_is_neither() -> None:
    assert loan_of("रोज़", by_skeleton(["rose", "roze"])) is None


@pytest.mark.parametrize(
    ("text", "sku", "quantity"),
    [("{दो|2} <स्काई शर्ट> {26}", "SKY-26", 2), ("<नाइटी> {तीन|3} पाठवा", "NIGHTIE", 3)],
)
def test_an_order_in_devanagari_names_rows_in_latin_letters(text: str, sku: str, quantity: int) -> None:
    result = read(OUTFITTER, text)
    assert (lines(result), result.decision) == ({sku: Fraction(quantity)}, Decision.ACCEPT)
