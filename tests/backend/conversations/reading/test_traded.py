"""One thing for another and more besides, and some of an order that a cancellation takes off."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30"}
        for sku, name, aliases in (
            ("ROPE-R", "Nylon Rope Red", "red rope|kamba nyekundu"),
            ("ROPE-G", "Nylon Rope Green", "green rope|kamba ya kijani"),
            ("HOOK", "Fishing Hook", "hook|ndoano"),
            ("BAIT", "Bait Tin", "bait|chambo"),
        )
    ]
)
ORDER = (Turn("customer", "2 red rope, 1 bait"), Turn("bot", "2 x Nylon Rope Red, 1 x Bait Tin = 180. Book it?"))


@pytest.mark.parametrize(
    "text",
    [
        "swap the <red> for <green> and add {3} <hook>",
        "badilisha <kamba nyekundu> na <kamba ya kijani> na ongeza <ndoano> {tatu|3}",
        "replace <red rope> with <green rope>, add {3} <hook>",
    ],
)
def test_one_goes_for_another_and_more_comes_on(text: str) -> None:
    result = read(SHOP, text, intent="modify_order", history=ORDER)
    assert (lines(result), result.removed, result.decision) == (
        {"ROPE-G": 2, "HOOK": 3},
        ("ROPE-R",),
        Decision.ACCEPT,
    )


@pytest.mark.parametrize("text", ["<chambo> sitaki tena", "<bait> cancel"])
def test_a_row_that_is_refused_cancels_no_order(text: str) -> None:
    result = read(SHOP, text, intent="cancel_order", history=ORDER)
    assert (result.intent, result.removed, lines(result)) == ("modify_order", ("BAIT",), {})


@pytest.mark.parametrize("text", ["sitaki <kamba> na <chambo> tena", "cancel, nimepata <bait>", "sitaki tena"])
def test_a_whole_order_is_cancelled(text: str) -> None:
    assert read(SHOP, text, intent="cancel_order", history=ORDER).intent == "cancel_order"
