"""A size that all goods of an order are to have."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30", "options": options}
        for sku, name, aliases, options in (
            ("BAG-S", "Gift Bag Small", "gift bag small|mfuko ndogo", "size=small"),
            ("BAG-L", "Gift Bag Large", "gift bag|mfuko", "size=large"),
            ("BOX-S", "Gift Box Small", "gift box small|dibbi chhoti", "size=small"),
            ("BOX-L", "Gift Box Large", "gift box|dibbi", "size=large"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<gift bag> {2} and <gift box> {1}, all small", {"BAG-S": 2, "BOX-S": 1}),
        ("<gift bag> {2} na <gift box> {1}, zote ndogo", {"BAG-S": 2, "BOX-S": 1}),
        ("<gift bag large> {2} aur <gift box> {1}, sab chhote", {"BAG-L": 2, "BOX-S": 1}),
        ("<gift bag> {2} and <gift box small> {1}", {"BAG-L": 2, "BOX-S": 1}),
    ],
)
def test_goods_without_a_size_of_their_own_have_that_of_all(text: str, expected: dict[str, int]) -> None:
    assert lines(read(SHOP, text)) == expected
