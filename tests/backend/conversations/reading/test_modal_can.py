"""English "can", which asks and holds nothing."""

import pytest

from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of


@pytest.mark.parametrize("lead", ["can i get", "Can we have", "hi, can you send"])
def test_can_asks_and_holds_nothing(lead: str) -> None:
    shop = shop_of(
        ("MILK-L", "Fresh Milk 1L", "milk|fresh milk", "size=1L"),
        ("MILK-H", "Fresh Milk 500ml", "milk 500ml", "size=500ml"),
        ("BEER", "Lager Can", "lager can"),
    )
    assert lines(read(shop, f"{lead} {{4}} <milk> {{500ml|500ml}}")) == {"MILK-H": 4}
    assert lines(read(shop, f"{lead} {{4}} <lager> can")) == {"BEER": 4}
