"""Mistyped numbers are read where only one number can have been meant."""

import pytest

from backend.conversations.reading.slips import meant, strangers


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("mblii", 2),
        ("moa", 1),
        ("tow", 2),
        ("hamsni", 50),
        ("mmmoja", 1),
        ("चाालीस", 40),
        ("kmui", 10),
        ("aaddha", 0.5),
    ],
)
def test_one_slip_leaves_a_number_readable(typed: str, value: float) -> None:
    assert meant(typed, strange=True) == value


@pytest.mark.parametrize("typed", ["tan", "xx", "mbuzi", "na", "bamba"])
def test_what_may_be_another_word_or_two_numbers_is_left(typed: str) -> None:
    assert meant(typed, strange=True) is None


@pytest.mark.parametrize("typed", ["fine", "mbl", "tens"])
def test_a_word_that_the_bot_has_met_is_left(typed: str) -> None:
    assert meant(typed, strange=False) is None


def test_doubled_letters_are_read_in_words_that_the_bot_has_met() -> None:
    """The bot hears "mbbili" as a word that it knows, and yet reads no number in it."""
    assert meant("mbbili", strange=False) == 2


def test_a_word_torn_from_its_first_letter_is_strange() -> None:
    text = "औरब ारह अंडे"
    assert text.index("रह") in strangers(text, {"tokens": []})


def test_whole_words_are_not_torn() -> None:
    assert strangers("बारह किलो, साढ़े तीन लीटर", {"tokens": []}) == frozenset()


@pytest.mark.parametrize("word", ["file", "there", "form", "beef", "chair"])
def test_everyday_words_are_no_slips(word: str) -> None:
    """A word that people write every day stands for itself, however near it is to a number."""
    assert meant(word, strange=True) is None
