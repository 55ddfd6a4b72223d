"""A note that begins with the unit of a number is a part of what is ordered."""

import pytest

from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of

SHOP = shop_of(
    ("BULB-5", "LED Bulb 5W", "bulb 5w", "size=5W"),
    ("BULB-9", "LED Bulb 9W", "bulb|bulbs|balbu", "size=9W"),
    ("PIPE-2", "Pipe 2 inch", "paipu 2 inch", "size=2inch"),
    ("PIPE-4", "Pipe 4 inch", "pipe|paipu", "size=4inch"),
)


@pytest.mark.parametrize(
    ("text", "note", "expected"),
    [
        ("{6} {5}W LED <bulbs>", "W LED", {"BULB-5": 6}),
        ("<paipu> 2inch {tatu|3}", "inch", {"PIPE-2": 3}),
    ],
)
def test_a_note_cut_off_a_number_is_none(text: str, note: str, expected: dict[str, int]) -> None:
    plain = text.translate({ord(sign): None for sign in "{}<>"}).replace("|3", "")
    start = plain.index(note)
    slot = {"text": note, "start": start, "end": start + len(note)}
    result = read(SHOP, text, slots={"note": slot})
    assert (lines(result), result.note) == (expected, None)
