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
