"""A mat that the shop does not have is asked about, and is no Hindi "do not" of what stands around it."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.types import Decision, Slot
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (CORNER_SHOP, "{1} <-yoga> mat and {1} <bread>", {"BREAD": 1}),
        (CORNER_SHOP, "<bread> {moja|1} na <yoga> mat {moja|1}", {"BREAD": 1}),
        (KITCHEN, "<gym> mat {1}, <poha> {1}", {"POHA": 1}),
        (KITCHEN, "{2} <-prayer> mat, {1} <poha>", {"POHA": 1}),
    ],
)
def test_a_counted_mat_is_asked_about(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision, result.ask) == (expected, Decision.CLARIFY, Slot.ITEM)


def test_before_a_verb_it_refuses() -> None:
    result = read(KITCHEN, "<poha> {1} aur <-vada> mat bhejna")
    assert (lines(result), result.decision) == ({"POHA": 1}, Decision.ACCEPT)
