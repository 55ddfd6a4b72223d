"""What has happened to somebody or something orders none of it."""

import pytest

from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP


@pytest.mark.parametrize(
    "text",
    [
        "<mkate> {mbili|2}, <maziwa> yameharibika jana",
        "<mkate> {mbili|2} <maziwa> yamemwagika tena",
        "<wageni> wameongezeka, <mkate> {mbili|2}",
        "<maziwa> ya mzee yamekwisha, leta <mkate> {mbili|2}",
    ],
)
def test_what_has_happened_to_goods_orders_none_of_them(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)


def test_what_an_order_joins_is_ordered() -> None:
    assert lines(read(CORNER_SHOP, "<mkate> {mbili|2} na <maziwa> yamehifadhiwa")) == {"BREAD": 2, "MILK": 1}


@pytest.mark.parametrize(
    "text",
    [
        "<mkate> {mbili|2}, dost aa gaya {ek|1} aur",
        "{2} <bread>, my sister came so {one|1} more",
        "<mkate> {mbili|2}, mabro wamekuja {watatu|3}",
        "{3} mehman aa gaye, {2} <bread> bhejo",
    ],
)
def test_who_has_come_is_no_count_of_goods(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"BREAD": 2}, Decision.ACCEPT)
