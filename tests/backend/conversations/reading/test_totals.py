"""Counts that may be totals, and corrections that name another sort."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

GROCER = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("SCONE", "Plain Scone", "scone|skoni|स्कोन", "sort=plain"),
            ("SCONE-R", "Raisin Scone", "raisin scone|skoni ya zabibu|मनुका स्कोन", "sort=raisin"),
            ("SYRUP-S", "Maple Syrup 250ml", "syrup ndogo|small syrup", "size=250ml"),
            ("SYRUP-L", "Maple Syrup 1L", "syrup kubwa|large syrup", "size=1L"),
            ("SCONE-I", "Iced Scone", "iced scone|skoni ya sukari", "sort=iced"),
            ("NUT", "Peanut Spread", "siagi ya njugu|njugu", ""),
            ("ALMOND", "Almond Spread", "mlozi", ""),
            ("BUTTER", "Butter", "butter|siagi", ""),
            ("FORK", "Lakeside Fork", "fork|uma", "size=4"),
            ("SPOON", "Lakeside Spoon", "spoon|kijiko", "size=4"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "<scone> {4}, {1} <raisin>",
        "<skoni> {nne|4}, {moja|1} ya <zabibu>",
        "<स्कोन> {चार|4}, <मनुका> {एक|1}",
        "<scone> {4} sorry {6} <raisin>",
        "<skoni> {nne|4} hapana <zabibu> {sita|6}",
        "<raisin scone> {3}, make {1} <plain>",
        "<skoni ya zabibu> {3} iwe ya <plain>",
        "<scone> {2}, <plain> and <raisin>",
        "<skoni> {mbili|2} za <zabibu> na <plain>",
        "<siagi> {2}, <njugu> {1} <mlozi> {1}",
    ],
)
def test_a_sort_behind_a_count_that_may_be_a_total_is_asked_about(text: str) -> None:
    """It may be some of what was counted, come on top of it, or take its place."""
    assert read(GROCER, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<scone> {4} and {1} <raisin>", {"SCONE": 4, "SCONE-R": 1}),
        ("<scone> {4}, <raisin scone> {1}", {"SCONE": 4, "SCONE-R": 1}),
        ("<scone> {2}, <raisin> {1} <iced> {1}", {"SCONE-R": 1, "SCONE-I": 1}),
        ("<scone> {2}, {4} <raisin>", {"SCONE": 2, "SCONE-R": 4}),
        ("<syrup kubwa> {mbili|2}, <ndogo> {moja|1}", {"SYRUP-L": 2, "SYRUP-S": 1}),
        ("<scone> {4}, <butter> {1}", {"SCONE": 4, "BUTTER": 1}),
        ("<fork> {5}, <spoon> {2}", {"FORK": 5, "SPOON": 2}),
        ("<uma> {tano|5}, <kijiko> {mbili|2}", {"FORK": 5, "SPOON": 2}),
        ("<scone> {4}, sorry {6} <scone>", {"SCONE": 6}),
    ],
)
def test_what_can_be_no_part_of_a_total_is_booked(text: str, expected: dict[str, int]) -> None:
    result = read(GROCER, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
