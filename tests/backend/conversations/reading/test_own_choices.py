"""Words that only choose what a good comes in, though they stand in the name of another row."""

import pytest

from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

FLORIST = shop_of(
    ("ROSE-R", "Red Rose", "red rose|lal gulab", "colour=red"),
    ("GERBERA", "Gerbera", "gerbera|जरबेरा", "colour=red,yellow,pink"),
    ("LILY", "Lily", "lily", ""),
    ("CARD-LOVE", "Love Card", "love card", ""),
    ("BALLOON", "Foil Balloon", "balloon|puto", "print=love,plain"),
    ("RIBBON", "Curling Ribbon", "ribbon|utepe", "colour=white,green"),
    ("DIGIT", "Digit Candle", "digit candle", "digit=1,2,3,4,5"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <red gerbera>", {"GERBERA": 2}),
        ("<gerbera red> {3}", {"GERBERA": 3}),
        ("<lal> <gerbera> {do|2}, <lily> {ek|1}", {"GERBERA": 2, "LILY": 1}),
        ("<लाल> <जरबेरा> {दो|2}", {"GERBERA": 2}),
        ("<balloon> {3} <love> wala", {"BALLOON": 3}),
        ("<puto> <love> {tatu|3}", {"BALLOON": 3}),
        ("<gerbera> {tatu|3}, zile za <red>", {"GERBERA": 3}),
        ("{3} <gerbera>, the <red> ones", {"GERBERA": 3}),
        ("{2} <gerbera red>, <red rose> {5}", {"GERBERA": 2, "ROSE-R": 5}),
        ("<gerbera> {4} ({2} <laal> {2} <peele>), <lily> {1}", {"GERBERA": 4, "LILY": 1}),
        ("<gerbera> {4}, {3} <red> {1} pink", {"GERBERA": 4}),
        ("{2} <gerbera>, {ek|1} lal {ek|1} pink", {"GERBERA": 2}),
        ("<gerbera> red {2} yellow {1} pink {1}, <lily> {1}", {"GERBERA": 4, "LILY": 1}),
        ("<utepe> {2} green {1} white", {"RIBBON": 3}),
        ("{5} <digit candle>", {"DIGIT": 5}),
    ],
)
def test_a_choice_of_a_good_is_no_good_by_itself(text: str, expected: dict[str, int]) -> None:
    result = read(FLORIST, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "<gerbera> {4}, {2} <red> {3} <pink>",
        "<red> aur <pink> <gerbera> {2}",
        "{2} <red>, {1} <gerbera>",
        "{4} <gerbera>, {ek|1} lal {ek|1} pink",
        "<gerbera> white {2}",
        "<ribbon> {2} lal",
        "<digit candle> {3}",
    ],
)
def test_a_choice_that_may_be_meant_otherwise_is_asked_about(text: str) -> None:
    assert read(FLORIST, text).decision is Decision.CLARIFY


def test_the_whole_name_of_another_row_is_ordered_beside_it() -> None:
    result = read(FLORIST, "<balloon> {2} <love card> {1}")
    assert lines(result) == {"BALLOON": 2, "CARD-LOVE": 1}


def test_a_change_to_choices_alone_is_asked_about() -> None:
    history = (Turn("customer", "2 gerbera"), Turn("bot", "2 x Gerbera = 60. Shall I book it?"))
    result = read(FLORIST, "{ek|1} lal {ek|1} pink", intent="modify_order", history=history)
    assert result.decision is Decision.CLARIFY


CLUB = shop_of(
    ("BIB", "Training Bib", "bib|kizibao", "team=red,blue"),
    ("BALL-B", "Blue Handball", "blue ball|mpira wa bluu", "colour=blue"),
    ("CONE", "Marker Cone", "cone|koni", ""),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <bib> also, blue team", {"BIB": 2}),
        ("<bib> {do|2}, team blue, <cone> {ek|1}", {"BIB": 2, "CONE": 1}),
        ("<kizibao> {mbili|2}, bluu team, na <koni> {moja|1}", {"BIB": 2, "CONE": 1}),
        ("{2} <bib>, {1} <blue ball>", {"BIB": 2, "BALL-B": 1}),
    ],
)
def test_the_name_of_its_kind_makes_a_choice_of_a_colour(text: str, expected: dict[str, int]) -> None:
    result = read(CLUB, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
