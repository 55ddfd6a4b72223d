"""Words beside an order that order nothing."""

import pytest

from backend.conversations.reading.types import Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "ek kaam karo <bread> bhi {2} daal do",
        "ek kaam kara, <bread> {don|2} taka",
        "एक काम करो <bread> भी {दो|2} डाल दो",
    ],
)
def test_to_do_one_thing_takes_none_off(text: str) -> None:
    history = (Turn("customer", "milk"), Turn("bot", "3 x Malisho Milk 500ml = KES 180. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=history)
    assert (lines(result), result.removed) == ({"BREAD": 2}, ())
