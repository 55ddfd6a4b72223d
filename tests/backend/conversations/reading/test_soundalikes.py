"""Words that sound like goods of the shop and are none."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import marked

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "40", "stock": "30"}
        for sku, name, aliases in (
            ("WATER", "Water Bottle", "maji"),
            ("BEET", "Beetroot Kilo", "beet|beeta"),
            ("SOAP", "Soap", "sabuni|साबण"),
            ("SALT", "Salt", "mitha"),
        )
    ]
)


@pytest.mark.parametrize("text", ["niaje mazee, <sabuni> {2}", "mazeh <sabuni> {2}", "beta, {2} <sabuni>"])
def test_a_word_of_address_orders_nothing(text: str) -> None:
    result = read(SHOP, text)
    assert (lines(result), result.decision) == ({"SOAP": 2}, Decision.ACCEPT)


def test_the_shop_s_own_spelling_is_its_good() -> None:
    assert lines(read(SHOP, "<sabuni> {2}, <maji> {1}")) == {"SOAP": 2, "WATER": 1}


@pytest.mark.parametrize("text", ["meetha ho, <sabuni> {2}", "beeetaa <साबण> {दोन|2}"])
def test_what_only_sounds_like_a_good_and_is_not_counted_is_asked_about(text: str) -> None:
    """The bot takes it for no good, and is not quite sure of that."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.93} if one["tag"] == "O" else one for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    assert read_message({**reading, "tokens": tokens}, SHOP, context).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<mwanangu> niletee <sabuni> {2}", "<बेटा> <साबण> {दोन|2} हव्यात"])
def test_a_word_of_address_is_no_good_that_the_shop_lacks(text: str) -> None:
    """The bot may take it for one."""
    result = read(SHOP, text)
    assert (lines(result), result.decision) == ({"SOAP": 2}, Decision.ACCEPT)
