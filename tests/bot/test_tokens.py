"""Tokens cover a message in code points, whatever the script."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.normalise import fold, sound
from bot.nlu.tokens import tokenise

_ALPHABET = "ab Zé2₹½½/-.,!?\n'’कखाि्ंँ़४दो नुक्ता👍🏽😂\u200b\u200d+254"


@given(text=st.text(alphabet=_ALPHABET, max_size=60))
@settings(max_examples=300, deadline=None)
def test_offsets_count_code_points_of_the_raw_text(text: str) -> None:
    tokens = tokenise(text)
    for token in tokens:
        assert text[token.start : token.end] == token.text
    assert all(left.end <= right.start for left, right in itertools.pairwise(tokens))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2kg sukari,x2", ["2", "kg", "sukari", ",", "x", "2"]),
        ("३ किलो चावल", ["3", "किलो", "चावल"]),
        ("3rd floor B12", ["3rd", "floor", "b", "12"]),
        ("a\nb", ["a", "\n", "b"]),
        ("don't", ["don't"]),
        ("दो दे दी", ["दो", "दे", "दी"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [token.norm for token in tokenise(text)] == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("चावल", "chawal"),
        ("समोसे", "samose"),
        ("chahiye", "chaiye"),
        ("मिसळपाव", "misalpav"),
        ("दोन", "don"),
        ("mirchi", "मिर्ची"),
    ],
)
def test_spellings_of_a_word_share_their_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


def test_folding_keeps_meaning_and_drops_form() -> None:
    assert fold("ＳOOO CAFÉ ४२ ज़रा") == "soo cafe 42 जरा"
