"""Goods of a sentence that tells of the past or only talks, beside others that are ordered."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN


@pytest.mark.parametrize(
    ("shop", "text"),
    [
        (CORNER_SHOP, "jana tulikula <mkate> {2}, leo ni <maziwa> {moja|1}"),
        (CORNER_SHOP, "asante kwa <maziwa> za jana. nataka <mayai> {kumi|10}"),
        (CORNER_SHOP, "my kids loved the <brown bread>, today {2} <milk>"),
        (CORNER_SHOP, "hiyo <maziwa> yenu ni fresh sana, nitumieni <mayai> {sita|6}"),
        (CORNER_SHOP, "nataka <mkate> {2}, <maziwa> yangu yameisha"),
        (KITCHEN, "<vada> khaya, badhiya laga. ab {2} <poha>"),
        (KITCHEN, "काल <vada> घेतले, आज <poha> {दोन|2}"),
    ],
)
def test_goods_that_may_only_be_spoken_of_are_asked_about(shop: Catalogue, text: str) -> None:
    assert read(shop, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("shop", "text", "expected"),
    [
        (CORNER_SHOP, "nataka <mkate> kama wa jana {2}, na <maziwa> {1}", {"BREAD": 2, "MILK": 1}),
        (CORNER_SHOP, "morning, <mkate> {2}. niletee pia <maziwa> {1}", {"BREAD": 2, "MILK": 1}),
        (CORNER_SHOP, "hi. I was thinking {2} <bread>, {1} <milk>", {"BREAD": 2, "MILK": 1}),
        (CORNER_SHOP, "sasa. nilikuwa nafikiria <mkate> {2}, <maziwa> {1}", {"BREAD": 2, "MILK": 1}),
        (KITCHEN, "<poha> {1}, <vada> {2}. kal wali chai acchi thi", {"POHA": 1, "VADA": 2}),
    ],
)
def test_goods_that_a_sentence_wishes_for_are_booked(shop: Catalogue, text: str, expected: dict[str, int]) -> None:
    result = read(shop, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
