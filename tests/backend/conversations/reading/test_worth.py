"""No segment is worth more than was said before it was read: what cannot win is passed over for that alone."""

import pytest

from backend.catalog.linking.catalogue import Catalogue
from backend.conversations.reading.layout import amounts_of, clauses, lay_out
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.segmenter import Segmenter
from backend.conversations.reading.worth import at_most, worth_of
from tests.support.shops import CORNER_SHOP, FURNISHER, marked


@pytest.mark.parametrize(
    ("shop", "text"),
    [
        (CORNER_SHOP, "{2} <milk> {mbili|2} <bread> na {moja|1} <eggs> kubwa"),
        (CORNER_SHOP, "<brown bread> {2kg|2kg} {3} <sugar> wali <milk>"),
        (CORNER_SHOP, "leta <zorbix> {5} na <milk> {50 bob|50money} ndogo {nusu|0.5}"),
        (FURNISHER, "<kikombe> ndogo {3} na kubwa {3} <meza> {moja moja|1each}"),
        (FURNISHER, "{2} {3} <kikombe> <kikombe> kubwa ndogo"),
    ],
)
def test_a_segment_is_worth_no_more_than_its_bound(shop: Catalogue, text: str) -> None:
    plain, reading = marked(text)
    amounts = amounts_of(reading)
    segmenter = Segmenter(shop, amounts)
    met = 0
    for run in clauses(lay_out(plain, reading, shop)):
        counted = sum(piece.kind is Kind.AMOUNT for piece in run)
        for end in range(1, len(run) + 1):
            for start, most in at_most(run, end, counted=counted):
                segment = segmenter.segment(run[start:end])
                for named in (True, False):
                    assert worth_of(segment, amounts, counted=counted, named=named) <= most + 1e-9
                met += 1
    assert met > 3
