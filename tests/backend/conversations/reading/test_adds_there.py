"""Goods that are added where the place is told change the order."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "and a <brown bread> too, deliver to Karen road, gate 4",
        "<brown bread> {moja|1} pia, leta Karen road, gate 4",
        "{ek|1} <brown bread> bhi, Karen road, gate 4 pe bhejna",
    ],
)
def test_a_good_beside_the_place_is_added(text: str) -> None:
    result = read(
        CORNER_SHOP,
        text,
        intent="change_address",
        history=READ_BACK,
        slots={"address": _slot(text, "Karen road, gate 4")},
    )
    assert (result.intent, lines(result), result.address) == ("modify_order", {"BREAD-B": 1}, "Karen road, gate 4")
    assert result.decision is Decision.ACCEPT


def test_a_place_alone_stays_one() -> None:
    text = "bring the <bread> to Karen road, gate 4"
    slots = {"address": _slot(text, "Karen road, gate 4")}
    assert read(CORNER_SHOP, text, intent="change_address", history=READ_BACK, slots=slots).intent == "change_address"


def _slot(text: str, place: str) -> dict[str, object]:
    plain = text.replace("<", "").replace(">", "").replace("{moja|1}", "moja").replace("{ek|1}", "ek")
    start = plain.index(place)
    return {"text": place, "start": start, "end": start + len(place), "vague": False}
