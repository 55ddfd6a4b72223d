"""An address gets back the names at its edges that the bot left out, and nothing that the shop or a list knows."""

import pytest

from backend.conversations.reading.edges import with_edges
from tests.support.shops import CORNER_SHOP, marked


def addressed(text: str, address: str, unsure: str = "") -> str:
    """The address of a message after its edges were looked at; the bot was unsure of some words."""
    plain, reading = marked(text)
    start = plain.index(address)
    tokens = [
        {"start": plain.index(word), "end": plain.index(word) + len(word), "tag": "O", "p": 0.7, "met": False}
        for word in unsure.split()
    ]
    slot = {"text": address, "start": start, "end": start + len(address), "vague": False}
    found = with_edges(plain, {**reading, "tokens": tokens, "slots": {"address": slot}}, CORNER_SHOP)
    return str(found["slots"]["address"]["text"])


@pytest.mark.parametrize(
    ("text", "address", "unsure", "expected"),
    [
        ("{2} <milk>, likoni ferry side, gate 4", "ferry side, gate 4", "likoni", "likoni ferry side, gate 4"),
        ("{2} <milk>, hum warje me hain, flat 9", "flat 9", "warje", "warje me hain, flat 9"),
        ("{2} <milk> to City Mall, the pharmacy", "City Mall", "pharmacy", "City Mall, the pharmacy"),
        ("{2} <milk>, bread, flat 9", "flat 9", "bread", "flat 9"),
        ("{2} <milk>, jaldi, flat 9", "flat 9", "jaldi", "flat 9"),
        ("{2} <milk>, likoni, flat 9", "flat 9", "", "flat 9"),
    ],
)
def test_a_name_at_its_edge_is_part_of_an_address(text: str, address: str, unsure: str, expected: str) -> None:
    """Goods, words of haste, and words that the bot was sure to leave out are none."""
    assert addressed(text, address, unsure) == expected
