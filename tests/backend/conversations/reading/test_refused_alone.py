"""Changes that refuse a good and say no more, or name what is to come in its place."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import READ_BACK, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("<-bread> nahi chahiye, baaki theek", Decision.ACCEPT),
        ("<-bread> नको, बाकी ठीक", Decision.ACCEPT),
        ("<-bread> sitaki, zingine sawa", Decision.ACCEPT),
        ("<-bread> nahi, okay", Decision.ACCEPT),
        ("<-bread> nahi, makhana", Decision.CLARIFY),
    ],
)
def test_that_the_rest_is_well_is_no_other_good(text: str, decision: Decision) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.removed, result.decision) == (("BREAD",), decision)
