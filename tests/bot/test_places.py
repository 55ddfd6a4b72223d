"""A place that is asked about, or that is any door at which the rider does something, is no address."""

import pytest

from bot.nlu.features import prepare
from bot.nlu.places import brings, names_none
from bot.nlu.spans import Span


def none_named(text: str, place: str, *, ordered: bool = False) -> bool:
    """Whether `place` in `text` names no place to deliver to."""
    message = prepare(text)
    start, end = text.index(place), text.index(place) + len(place)
    inside = [at for at, token in enumerate(message.tokens) if start <= token.start < end]
    return names_none(message, Span("ADDRESS", inside[0], inside[-1] + 1, 0.9), ordered=ordered)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("do you people deliver to Limuru town", "Limuru town"),
        ("mnafika Ngong road?", "Ngong road"),
        ("delivery charges to Limuru town", "Limuru town"),
        ("is this the branch near Moi avenue? i want one cake", "near Moi avenue"),
        ("kya aap Wakad chowk tak delivery karte ho", "Wakad chowk"),
        ("कोथरूड डेपो पर्यंत डिलिव्हरी देता का", "कोथरूड डेपो"),
        ("is your shop near Moi avenue", "near Moi avenue"),
        ("ask him not to ring at the gate, baby sleeps", "the gate, baby sleeps"),
        ("rider aweke mzigo mlangoni", "mlangoni"),
        ("mwenye duka anipigie", "duka anipigie"),
        ("tell him to wait at the petrol station", "the petrol station"),
        ("mambo, ni Mama Faith. nataka mkate", "Mama Faith"),
        ("mkate moja. Zilete tu nyumbani", "Zilete"),
    ],
)
def test_what_names_no_place_to_deliver_to(text: str, place: str) -> None:
    """Questions of how far the shop goes, and words for the rider."""
    assert none_named(text, place)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("could you bring it to Limuru town instead", "Limuru town"),
        ("do you open early? send to Limuru town", "Limuru town"),
        ("leave it at Sunrise court gate", "Sunrise court gate"),
        ("niko kwa gate", "gate"),
        ("ni Mama Ngina road, gate 4", "Mama Ngina road, gate 4"),
    ],
)
def test_what_names_one(text: str, place: str) -> None:
    """A polite wish, another sentence's question, and a door that has a name."""
    assert not none_named(text, place)


def test_an_order_beside_the_question_goes_there() -> None:
    """Who asks and orders in one breath wants it there."""
    assert not none_named("do you deliver to Limuru town, then two teas", "Limuru town", ordered=True)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("nipelekee", True),
        ("mniletee", True),
        ("deliver", True),
        ("gate", False),
        ("mnaniletea", True),
        ("nishushie", True),
    ],
)
def test_verbs_of_bringing(word: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Swahili's in all persons."""
    assert brings(word) is expected
