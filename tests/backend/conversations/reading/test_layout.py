"""A message is laid out by the reading that it has now."""

from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import Kind
from tests.support.shops import CORNER_SHOP


def test_a_slot_that_is_taken_out_of_a_reading_is_seen() -> None:
    """A layout that was kept is of the reading as it was, and not of what it became."""
    slots: dict[str, object] = {"note": {"start": 0, "end": 4, "text": "milk"}}
    reading = {"slots": slots, "tokens": [{"start": 0, "end": 4, "tag": "GOODS", "p": 1.0}]}
    assert [piece.kind for piece in lay_out("milk", reading, CORNER_SHOP)] == [Kind.BREAK]
    slots["note"] = None
    assert [piece.kind for piece in lay_out("milk", reading, CORNER_SHOP)] == [Kind.GOODS]
