"""Numbers that tell rows apart, fractions of inches, counts that nothing took, and Marathi's "instead of"."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP

WORKSHOP = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "99", "options": options}
        for sku, name, aliases, unit, options in (
            ("SAW-4", "Saw Size 4", "saw size 4", "piece", "size=4"),
            ("SAW-5", "Saw Size 5", "saw size 5", "piece", "size=5"),
            ("ELB-05", "Elbow half inch", "half inch elbow", "piece", "size=half inch"),
            ("ELB-075", "Elbow 3/4 inch", "3/4 inch elbow", "piece", "size=3/4 inch"),
            ("RNG-24", "Ring 2.4 (dozen)", "red ring 2.4", "dozen", "size=2.4"),
            ("RNG-26", "Ring 2.6 (dozen)", "red ring 2.6", "dozen", "size=2.6"),
            ("LAMP-26", "Long Lamp 26 inch", "26 inch lamp", "piece", "length=26 inch"),
            ("LAMP-DSK", "Desk Lamp", "desk lamp", "piece", ""),
            ("DISC-20", "Sanding Discs 7 inch (pack of 20)", "7 inch discs", "pack", "size=7 inch"),
            ("TACK", "Tacks", "tacks", "piece", ""),
            ("GLUE", "Wood Glue 500ml", "glue", "bottle", "size=500ml"),
            ("GLUE-2", "Wood Glue 2L", "glue 2l", "bottle", "size=2L"),
        )
    ]
)


def test_a_count_on_the_next_line_is_no_part_of_a_name() -> None:
    """Though "glue 2" is the name of a row, and stands in the message too."""
    text = "{3} <glue>\n{2} <tacks>\n{1} <glue> {2l|2l}"
    assert lines(read(WORKSHOP, text)) == {"GLUE": 3, "TACK": 2, "GLUE-2": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<size> {4} and <size> {5} <saw>, {one|1each} of each", {"SAW-4": 1, "SAW-5": 1}),
        ("<saw> size {4} na size {5}, {2|2each} each", {"SAW-4": 2, "SAW-5": 2}),
        ("{3/4|0.75} <elbow> {8}", {"ELB-075": 8}),
        ("<red ring> {2.6} {do darjan|2dozen}", {"RNG-26": 2}),
        ("{40} <discs> {7} inch", {"DISC-20": 2}),
    ],
)
def test_a_number_tells_which_row_is_meant(text: str, expected: dict[str, int]) -> None:
    assert lines(read(WORKSHOP, text)) == expected


def test_a_row_known_by_its_size_is_not_what_the_bare_word_means() -> None:
    """Two rows are lamps; that one alone is called a "26 inch lamp" does not make it the lamp."""
    result = read(WORKSHOP, "<lamp> {moja|1}, <tacks> {2}")
    assert (lines(result), result.decision, result.ask) == ({"TACK": 2}, Decision.CLARIFY, Slot.VARIANT)


def test_as_many_as_the_others_is_asked_about() -> None:
    result = read(CORNER_SHOP, "<milk> {2}, <bread> {1} and <sugar> for both")
    assert (lines(result), result.decision, result.ask) == ({"MILK": 2, "BREAD": 1}, Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize(
    "text",
    [
        "same as last time plus {2} <coke>",
        "{2} <coke> na kama kawaida",
        "same as last week please, and {2} <coke>",
        "kama wiki iliyopita tafadhali, pia na {2} <coke>",
    ],
)
def test_more_than_last_time_is_asked_about(text: str) -> None:
    """What was ordered last time is not known, so that the rest alone is not the order."""
    result = read(CORNER_SHOP, text, flags={"same_again": True})
    assert (lines(result), result.decision, result.ask) == ({"COKE": 2}, Decision.CLARIFY, Slot.ITEM)


def test_marathi_writes_instead_of_to_the_end_of_a_number() -> None:
    history = (Turn("customer", "2 coke"), Turn("bot", "2 Coke 500ml = KES 140. OK?"))
    result = read(CORNER_SHOP, "दोनऐवजी {तीन|3} करा", intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("COKE",), {"COKE": 3})


def test_a_new_count_may_stand_beside_another_good() -> None:
    history = (Turn("customer", "2 coke"), Turn("bot", "2 Coke 500ml = KES 140. OK?"))
    result = read(CORNER_SHOP, "not two, make it {4}, and {1} <bread>", intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("COKE",), {"COKE": 4, "BREAD": 1})


def test_a_count_that_nothing_takes_is_asked_about_in_a_change() -> None:
    """Three rows stand on the order, so that what becomes four is not said."""
    result = read(CORNER_SHOP, "make it {4}, and {1} <coke>", intent="modify_order", history=READ_BACK)
    assert result.decision is Decision.CLARIFY


def test_what_may_stay_or_go_is_asked_about() -> None:
    """Hindi's "rehne do" is said of both, and speaks here of two goods of the order."""
    text = "<-milk> rehne do, <bread> {2} bhej do"
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert result.decision is Decision.CLARIFY


def test_a_number_in_words_beside_a_good_that_is_a_row_counts_it() -> None:
    """Another row is called "tishu ya nne"; four of the single roll are no one of it."""
    rolls = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "price": "30", "stock": "90"}
            for sku, name, aliases in (("ROLL", "Tissue Roll", "tishu"), ("FOUR", "Tissue Bundle", "tishu ya nne"))
        ]
    )
    assert lines(read(rolls, "<tishu> {nne|4}")) == {"ROLL": 4}


CAFE = catalogue_from_rows(
    [
        {"sku": f"MEAL-{number}", "name": f"Meal {number}: {what}", "aliases": f"meal {number}", "unit": "combo",
         "price": "90", "stock": "50"}
        for number, what in ((1, "Pilau and Juice"), (2, "Ugali and Fish"), (3, "Chapati and Beans"))
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<meal> {3} {mbili|2} na <meal> {1 moja|1each}", {"MEAL-3": 2, "MEAL-1": 1}),
        ("<meal> {1 ek|1each}, <meal> {2 do|2each}", {"MEAL-1": 1, "MEAL-2": 2}),
    ],
)
def test_a_number_of_a_name_and_the_same_for_a_count(text: str, expected: dict[str, int]) -> None:
    assert lines(read(CAFE, text)) == expected


SHOES = catalogue_from_rows(
    [
        {
            "sku": f"{sku}-{size}",
            "name": f"{name} size {size}",
            "aliases": aliases.format(size),
            "options": f"size={size}",
        }
        | {"unit": "pair", "price": "450", "currency": "INR", "stock": "30"}
        for sku, name, aliases in (
            ("SCHOOL", "School Shoes", "school shoes {0}|स्कूल शूज {0}"),
            ("RUN", "Runner", "runner {0}"),
        )
        for size in (7, 8)
    ]
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("<school shoes> 8 number {ek|1} aur <runner> 7 number {do|2}", {"SCHOOL-8": 1, "RUN-7": 2}),
        ("<स्कूल शूज> 7 नंबर {दोन|2}", {"SCHOOL-7": 2}),
        ("<school shoes> 7 number {2}", {"SCHOOL-7": 2}),
    ],
)
def test_a_number_before_its_word_is_a_size(text: str, rows: dict[str, int]) -> None:
    result = read(SHOES, text)
    assert (lines(result), result.decision) == (rows, Decision.ACCEPT)
