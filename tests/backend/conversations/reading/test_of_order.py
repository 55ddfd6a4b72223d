"""Some of what is on the order, in another sort of it."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

_ROW = {"unit": "piece", "price": "600", "currency": "KES", "stock": "15"}
BOUTIQUE = catalogue_from_rows(
    [
        {**_ROW, "sku": "CROP-BLK", "name": "Black Crop Top", "aliases": "crop top nyeusi", "options": "colour=black"},
        {**_ROW, "sku": "CROP-WHT", "name": "White Crop Top", "aliases": "crop top nyeupe", "options": "colour=white"},
        {
            **_ROW,
            "sku": "TEE-WHT",
            "name": "Plain T-Shirt White",
            "aliases": "white tshirt|tshirt nyeupe",
            "options": "",
        },
    ]
)
ORDER = (Turn("customer", "2 black crop tops"), Turn("bot", "2 x Black Crop Top = KES 1200. Confirm?"))


@pytest.mark.parametrize(
    "text", ["make {one|1} of them <white>", "{moja|1} yao iwe <nyeupe>", "unme se {ek|1} <white> kar do"]
)
def test_one_of_them_in_another_colour_is_the_same_good(text: str) -> None:
    result = read(BOUTIQUE, text, intent="modify_order", history=ORDER)
    assert "TEE-WHT" not in lines(result)
    assert lines(result) == {"CROP-BLK": 1, "CROP-WHT": 1} or result.decision is Decision.CLARIFY


def test_another_good_that_is_named_is_that_good() -> None:
    result = read(BOUTIQUE, "make {one|1} of them a <white tshirt>", intent="modify_order", history=ORDER)
    assert "CROP-WHT" not in lines(result)
