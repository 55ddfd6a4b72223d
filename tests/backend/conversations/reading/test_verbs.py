"""Swahili's verbs of what is to be done with goods are told from goods that the shop lacks."""

import pytest

from backend.conversations.reading.types import Decision
from backend.conversations.reading.verbs import asks_to_treat
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "word",
    [
        "uwaoshe",
        "Uikate",
        "uzipakie",
        "muipakie",
        "mzifunge",
        "zikatwe",
        "ipikwe",
        "yachemshwe",
        "ukikate",
        "uzifungeni",
        "zilizoiva",
        "yaliyokomaa",
        "iliyochomwa",
        "zikiwa",
        "zimepotea",
        "wameongezeka",
    ],
)
def test_a_verb_says_how_goods_are_to_come(word: str) -> None:
    assert asks_to_treat(word)


@pytest.mark.parametrize(
    "word",
    [
        "mikate",
        "mkate",
        "milkshake",
        "mince",
        "wine",
        "maize",
        "uyoge",
        "coffee",
        "ziwe",
        "viazi",
        "unga",
        "imei",
        "turmeric",
        "tumeric",
        "america",
        "umeme",
    ],
)
def test_goods_are_no_verbs(word: str) -> None:
    assert not asks_to_treat(word)


@pytest.mark.parametrize(
    "text",
    [
        "<mayai> {nne|4} <yaliyochemshwa>",
        "<bread> {2} <ikiwa> moto",
        "<sukuma wiki> {mbili|2}, <uikate>",
        "<onions> {kilo moja|1kg}, <uvioshe> na <uvikate>",
        "{2} <bread>, <ikatwe>",
    ],
)
def test_what_is_to_be_done_is_not_ordered(text: str) -> None:
    found = read(CORNER_SHOP, text)
    assert (len(found.lines) <= 1, found.unmatched) == (True, ())


def test_a_good_that_the_shop_lacks_is_still_asked_about() -> None:
    result = read(CORNER_SHOP, "{2} <bread>, <milkshake>")
    assert (lines(result), result.decision, result.unmatched) == ({"BREAD": 2}, Decision.CLARIFY, ("milkshake",))


@pytest.mark.parametrize("verb", ["Tayarisha", "mniandalie", "nitayarishie"])
def test_to_make_ready_is_to_order(verb: str) -> None:
    result = read(CORNER_SHOP, f"<{verb}> <mkate> {{mbili|2}} na <maziwa> {{moja|1}}")
    assert (lines(result), result.decision) == ({"BREAD": 2, "MILK": 1}, Decision.ACCEPT)
