"""Any number that a language says is read back as that number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.normalise import fold
from bot.nlu.numbers import LANGUAGES, read, say

_LAST = 99_999


@pytest.mark.parametrize("lang", LANGUAGES)
@given(value=st.integers(min_value=0, max_value=_LAST))
@settings(max_examples=400, deadline=None)
def test_a_number_said_is_read_back(lang: str, value: int) -> None:
    words = fold(say(value, lang)).split()
    assert read(words, 0, lang) == (value, len(words))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_below_two_thousand_is_read_without_knowing_the_language(lang: str) -> None:
    for value in range(2_000):
        words = fold(say(value, lang)).split()
        assert read(words) == (value, len(words)), words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_number_outside_the_range_cannot_be_said(lang: str) -> None:
    with pytest.raises(ValueError, match="99999"):
        say(_LAST + 1, lang)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("kumi na miwili", 12), ("elfu mbili mia tano", 2500),
        ("mia mbili hamsini", 250), ("mia tano sita", 500), ("ishirini elfu na tano", 20_005),
        ("elfu ishirini na tano", 25_000), ("dhai", None), ("ekshe pach", 105), ("दोनशे पन्नास", 250), ("sau", 100),
        ("ek sau pachaas", 150), ("five hundred and six", 506), ("twenty - one", 21), ("sugar", None),
    ],
)  # fmt: skip
def test_spoken_forms(words: str, value: int | None) -> None:
    hit = read(words.split())
    assert (hit[0] if hit else None) == value
