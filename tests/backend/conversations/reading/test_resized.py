"""The one good of an order in another of its sizes."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import lines, read

SHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "30", "options": options}
        for sku, name, aliases, options in (
            ("PIPE-2", "Drain Pipe 2 inch", "pipe ya 2|paipu", "size=2inch"),
            ("PIPE-4", "Drain Pipe 4 inch", "pipe ya 4|paipu kubwa", "size=4inch"),
            ("GHEE-500", "Gopal Ghee 500g", "gopal ghee|ghee", "size=500g"),
            ("GHEE-1", "Gopal Ghee 1kg", "gopal ghee 1kg", "size=1kg"),
            ("GHEE-COW", "Surabhi Ghee 1kg", "surabhi ghee", "size=1kg"),
            ("SOAP", "Bar Soap", "sabuni|soap", ""),
            ("PEN-6", "Felt Pens 6", "felt pens|felt pens 6", ""),
            ("PEN-18", "Felt Pens 18", "felt pens 18", ""),
        )
    ]
)
PIPES = (Turn("customer", "pipe ya 2 tatu"), Turn("bot", "Drain Pipe 2 inch 3 = KES 180. Sawa?"))
GHEE = (Turn("customer", "2 gopal ghee"), Turn("bot", "2 x Gopal Ghee 500g = 120. Book karu?"))


@pytest.mark.parametrize(
    ("text", "history", "expected"),
    [
        ("si {za 2|2money}, weka {tano|5} {za 4|4money}", PIPES, {"PIPE-4": 5}),
        ("sio {za 2|2money}, nipe {za 4|4money}", PIPES, {"PIPE-4": 3}),
        ("nipe {moja|1} ya {1kg|1kg} badala yake", GHEE, {"GHEE-1": 1}),
        ("badilisha <ghee> iwe ya {kilo moja|1kg}", GHEE, {"GHEE-1": 2}),
        ("change the <ghee> to {1kg|1kg}", GHEE, {"GHEE-1": 2}),
        ("not the {500g|500g}, send {1kg|1kg}", GHEE, {"GHEE-1": 2}),
    ],
)
def test_a_size_alone_changes_the_only_row(text: str, history: tuple[Turn, ...], expected: dict[str, int]) -> None:
    result = read(SHOP, text, intent="modify_order", history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)
    assert result.removed == ("PIPE-2" if history is PIPES else "GHEE-500",)


@pytest.mark.parametrize("text", ["<felt pens> ziwe {za 18|18money}", "make the <felt pens> {ya 18|18money}"])
def test_the_number_of_a_name_tells_the_other_row(text: str) -> None:
    history = (Turn("customer", "felt pens mbili na sabuni"), Turn("bot", "Felt Pens 6 2, Bar Soap 1 = 180. Sawa?"))
    result = read(SHOP, text, intent="modify_order", history=history)
    assert (lines(result), result.removed, result.decision) == ({"PEN-18": 2}, ("PEN-6",), Decision.ACCEPT)


def test_fewer_of_another_size_may_leave_the_others() -> None:
    """Of two half kilos, one may become a kilo, or both."""
    result = read(SHOP, "badilisha <ghee> iwe {moja|1} ya {kilo moja|1kg}", intent="modify_order", history=GHEE)
    assert result.decision is Decision.CLARIFY


def test_some_of_a_row_in_another_size_leave_the_others() -> None:
    result = read(SHOP, "{moja|1} iwe ya {kilo moja|1kg}", intent="modify_order", history=GHEE)
    assert (lines(result), result.removed) == ({"GHEE-500": 1, "GHEE-1": 1}, ("GHEE-500",))


def test_a_number_that_nothing_read_is_asked_about() -> None:
    history = (Turn("customer", "felt pens tatu"), Turn("bot", "Felt Pens 6 3 = 180. Sawa?"))
    text = "badilisha <felt pens> moja iwe {ya 18|18money}"
    assert read(SHOP, text, intent="modify_order", history=history).decision is Decision.CLARIFY


def test_a_size_that_is_added_changes_nothing_else() -> None:
    result = read(SHOP, "weka {moja|1} <pipe> {ya 4|4money}", intent="modify_order", history=PIPES)
    assert (lines(result), result.removed) == ({"PIPE-4": 1}, ())


@pytest.mark.parametrize("text", ["<sabuni> zibaki {mbili|2} tu", "{2} <soap> is plenty"])
def test_what_is_to_remain_is_the_new_count(text: str) -> None:
    history = (Turn("customer", "sabuni nne"), Turn("bot", "4 x Bar Soap = KES 240. Sawa?"))
    result = read(SHOP, text, intent="modify_order", history=history, unmet=("zibaki", "plenty"))
    assert (lines(result), result.removed, result.decision) == ({"SOAP": 2}, ("SOAP",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["for our twins {2} <soap>", "the stall needs {2} <soap>"])
def test_a_word_near_a_size_is_no_slip_for_it(text: str) -> None:
    assert read(SHOP, text, unmet=("twins", "stall")).decision is Decision.ACCEPT
