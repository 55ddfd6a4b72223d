"""What a shop sells by the dozen, and what is to be packed in so many packets."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import lines, read
from tests.support.shops import marked

STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "60", "stock": "90"}
        for sku, name, aliases, unit in (
            ("GUAVA-DZ", "Guava (dozen)", "amrud|peru|guava|mapera", "dozen"),
            ("GUAVA-H", "Guava (half dozen)", "half dozen guava", "bunch"),
            ("BANGLE", "Glass Bangle (dozen)", "bangles|chudi|bangili", "dozen"),
            ("IDLI", "Idli Sambar (3 pc plate)", "idli|इडली", "plate"),
            ("BALLS", "Ball Pack (3 pcs)", "balls|gend", "pack"),
            ("RICE", "Rice (loose)", "rice|mchele|chawal|tandul", "kg"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<amrud> {18} bhejna", {"GUAVA-DZ": 1, "GUAVA-H": 1}),
        ("{24} <guava> please", {"GUAVA-DZ": 2}),
        ("{6} <mapera>", {"GUAVA-H": 1}),
        ("<bangili> {24}", {"BANGLE": 2}),
    ],
)
def test_a_bare_count_of_what_comes_by_the_dozen_counts_pieces(text: str, expected: dict[str, int]) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{5} <amrud>", "<mapera> {7}", "<chudi> {18}"])
def test_pieces_that_fill_no_dozen_are_asked_about(text: str) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize("text", ["{3} <idli>", "<इडली> {6}"])
def test_whether_a_count_is_of_plates_or_of_what_is_on_them_is_asked(text: str) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <idli>", {"IDLI": 2}),
        ("{3 plates|3packplate} <idli>", {"IDLI": 3}),
        ("{6} <balls>", {"BALLS": 2}),
    ],
)
def test_a_count_that_can_only_be_of_plates_or_packs_is_booked(text: str, expected: dict[str, int]) -> None:
    result = read(STALL, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_a_number_answers_how_many_dozens() -> None:
    before, reading = marked("{5} <amrud>")
    history = (Turn("customer", before, reading), Turn("bot", "Guava comes by the dozen. How many dozen?"))
    assert lines(read(STALL, "{2}", history=history)) == {"GUAVA-DZ": 2}


def test_dozens_that_were_read_back_stay_dozens() -> None:
    history = (Turn("customer", "3 dozen bangles"), Turn("bot", "3 x Glass Bangle (dozen) = KES 180. Confirm?"))
    result = read(STALL, "<rice> {2 kg|2kg} also", intent="modify_order", history=history)
    assert lines(result) == {"RICE": 2}
    result = read(STALL, "make the <bangles> {24}", intent="modify_order", history=history)
    assert (lines(result), result.removed) == ({"BANGLE": 2}, ("BANGLE",))


WARD = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": "", "unit": unit, "price": "60", "stock": "90"}
        for sku, name, unit in (
            ("DIAPER-8", "Baby Diaper (pack of 8)", "pack"),
            ("DIAPER-20", "Baby Diaper (pack of 20)", "pack"),
            ("MOMO-5", "Chicken Momo (5 pc)", "plate"),
            ("MOMO-10", "Chicken Momo (10 pc)", "plate"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{28} <diaper> bhejo", {"DIAPER-20": 1, "DIAPER-8": 1}),
        ("<diaper> {kumi na sita|16}", {"DIAPER-8": 2}),
        ("{pandhra|15} <momo> dya", {"MOMO-10": 1, "MOMO-5": 1}),
    ],
)
def test_a_count_of_what_comes_in_packs_alone_is_made_up_of_them(text: str, expected: dict[str, int]) -> None:
    result = read(WARD, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["{2} <diaper>", "{19} <diaper>", "<momo> {3|3pack}"])
def test_which_pack_is_asked_where_none_fit(text: str) -> None:
    result = read(WARD, text)
    assert (lines(result), result.decision) == ({}, Decision.CLARIFY)
