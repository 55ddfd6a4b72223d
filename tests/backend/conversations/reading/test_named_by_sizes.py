"""A row that is called by nothing but words for sizes and what goods come in is ordered by them."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision
from tests.support.marked_reading import lines, read

CANTEEN = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "20", "currency": "INR",
         "options": options}
        for sku, name, aliases, unit, options in (
            ("MEAL-F", "Lunch Meal Full (dal, rice)", "full meal|full dabba|फुल डबा", "box", "size=full"),
            ("MEAL-H", "Lunch Meal Half (dal)", "half meal|half dabba|हाफ डबा", "box", "size=half"),
            ("MEAL-J", "Jain Meal", "jain meal|jain dabba", "box", ""),
            ("TAAK", "Taak", "taak|chaas", "glass", ""),
        )
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{3} full <dabba> chahiye, gate pe aana", {"MEAL-F": 3}),
        ("half dabba {3} aur <taak> {1}, gate pe aana", {"MEAL-H": 3, "TAAK": 1}),
        ("{दोन|2} फुल डबा द्या, जेवायला पाहुणे आहेत", {"MEAL-F": 2}),
    ],
)
def test_a_whole_name_of_sizes_is_ordered(text: str, expected: dict[str, int]) -> None:
    result = read(CANTEEN, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
