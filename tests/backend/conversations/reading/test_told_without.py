"""A number of the good before it that come without something is a note, and orders nothing."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text", "expected", "note"),
    [
        (KITCHEN, "<chai> {chaar|4}, {एक|1} बिना चीनी की", {"TEA": 4}, "एक बिना चीनी की"),
        (KITCHEN, "{3} <chai>, {don|2} vina sakhar. {1} <poha>", {"TEA": 3, "POHA": 1}, "don vina sakhar"),
        (CORNER_SHOP, "<mayai> {sita|6}, {mbili|2} bila chumvi", {"EGG": 6}, "mbili bila chumvi"),
    ],
)
def test_some_without_something_are_a_note(shop: Catalogue, text: str, expected: dict[str, int], note: str) -> None:
    result = read(shop, text)
    assert (lines(result), result.note, result.decision) == (expected, note, Decision.ACCEPT)


def test_a_good_that_comes_without_something_is_none() -> None:
    assert read(KITCHEN, "{2} <poha> bina pyaz").note is None


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (KITCHEN, "{3} <poha>, {1} <poha> without onions", {"POHA": 3}),
        (KITCHEN, "{3} <poha>, {1} <poha> without onions and {2} <chai>", {"POHA": 3, "TEA": 2}),
        (KITCHEN, "<पोहा> {5}, {दो|2} <पोहा> बिना प्याज", {"POHA": 5}),
        (KITCHEN, "<पोहे> {पाच|5}, त्यातले {दोन|2} <बिनकांद्याचे>", {"POHA": 5}),
        (KITCHEN, "{4} <idli>, unme se {do|2} bina chutney", {"IDLI": 4}),
        (CORNER_SHOP, "<mayai> sita, {moja|1} isiwe na chumvi", {"EGG": 6}),
        (CORNER_SHOP, "<mayai> {sita|6}, sahani {moja|1} bila chumvi", {"EGG": 6}),
        (KITCHEN, "<poha> {2} and <vada> {2}, no chutney on {one plate|1}", {"POHA": 2, "VADA": 2}),
    ],
)
def test_some_of_the_goods_before_are_no_more_of_them(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <poha>, {1} <chai> without sugar", {"POHA": 2, "TEA": 1}),
        ("{2} <chai> and {1} <chai> without sugar", {"TEA": 3}),
        ("{1} <chai>, {2} <poha> bina pyaz", {"TEA": 1, "POHA": 2}),
    ],
)
def test_what_is_another_good_or_added_is_ordered(text: str, expected: dict[str, int]) -> None:
    assert lines(read(KITCHEN, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <poha> and {1} <vada>, cut the <vada> into {4}", {"POHA": 2, "VADA": 1}),
        ("<poha> {2}, <vada> {1}. ikatwe vipande {vinne|4}", {"POHA": 2, "VADA": 1}),
        ("<vada> {1}, uske {chaar|4} tukde kar dena", {"VADA": 1}),
        ("{1} <vada>, {चार|4} तुकडे करून द्या", {"VADA": 1}),
    ],
)
def test_what_goods_are_cut_into_counts_none(text: str, expected: dict[str, int]) -> None:
    result = read(KITCHEN, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
