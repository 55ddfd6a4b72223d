"""Goods of one list share a name, a size or a colour that is said once."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import marked


def _shop(*rows: tuple[str, str, str, str]) -> Catalogue:
    return catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "price": "90", "stock": "40", "options": options}
            for sku, name, aliases, options in rows
        ]
    )


ROPES = _shop(
    ("RED-10", "Rope Red 10m", "red rope 10m", "colour=red;size=10m"),
    ("RED-20", "Rope Red 20m", "red rope 20m", "colour=red;size=20m"),
    ("BLUE-10", "Rope Blue 10m", "blue rope 10m", "colour=blue;size=10m"),
    ("BLUE-20", "Rope Blue 20m", "blue rope 20m", "colour=blue;size=20m"),
    ("BUCKET", "Blue Bucket", "blue bucket", "colour=blue"),
    ("CAP-8", "Cotton Cap size 8", "cap 8", "size=8"),
    ("CAP-9", "Cotton Cap size 9", "cap 9", "size=9"),
    ("GLOVE-8", "Work Gloves size 8", "gloves 8", "size=8"),
    ("GLOVE-7", "Work Gloves size 7", "gloves|gloves 7", "size=7"),
    ("GREEN", "Raincoat Green", "green raincoat", "colour=green"),
    ("BOOT-G", "Boots Green", "green boots", "colour=green"),
    ("BOOT-B", "Boots Black", "black boots", "colour=black"),
)


@pytest.mark.parametrize(
    "text",
    ["<red> and <blue rope> {10m|10m} {2 each|2each}", "<rope red> and <blue> {10m|10m} {2 each|2each}"],
)
def test_two_sorts_share_the_name_that_is_said_once(text: str) -> None:
    shop = _shop(
        ("RED", "Rope Red", "red rope", "colour=red"), ("BLUE", "Rope Blue", "blue rope", "colour=blue"),
        ("BUCKET", "Blue Bucket", "blue bucket", "colour=blue"), ("TAPE", "Red Tape", "red tape", "colour=red"),
    )  # fmt: skip
    result = read(shop, text.replace(" {10m|10m}", ""))
    assert (lines(result), result.decision) == ({"RED": 2, "BLUE": 2}, Decision.ACCEPT)


def test_what_no_row_can_share_stays_open() -> None:
    shop = _shop(
        ("RED", "Rope Red", "red rope", "colour=red"), ("BLUE", "Tarp Blue", "blue tarp", "colour=blue"),
        ("TAPE", "Red Tape", "red tape", "colour=red"),
    )  # fmt: skip
    assert read(shop, "<red> and <blue tarp>").decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <cap> size {8} and {one|1} <gloves> same size", {"CAP-8": 2, "GLOVE-8": 1}),
        ("<cap> size {8} {mbili|2} na <gloves> {moja|1} size ile ile", {"CAP-8": 2, "GLOVE-8": 1}),
        ("{1} <green raincoat> and {1} <boots> same colour", {"GREEN": 1, "BOOT-G": 1}),
    ],
)
def test_the_same_size_is_that_of_the_good_before(text: str, expected: dict[str, int]) -> None:
    assert lines(read(ROPES, text)) == expected


def test_a_size_that_the_good_does_not_come_in_is_asked_about() -> None:
    """Gloves have a usual size, but the one that is asked for is another."""
    result = read(ROPES, "{2} <cap> size {9} and {one|1} <gloves> same size")
    assert (result.decision, lines(result)) == (Decision.CLARIFY, {"CAP-9": 2})


@pytest.mark.parametrize(
    "text", ["{2} <boots>, <black>", "<boots> {2}, <black> wala", "{2} <boots> please, the <black> ones"]
)
def test_what_tells_which_one_may_stand_behind_a_comma(text: str) -> None:
    result = read(ROPES, text)
    assert (lines(result), result.decision) == ({"BOOT-B": 2}, Decision.ACCEPT)


def test_the_same_size_may_leave_out_the_name_too() -> None:
    shop = _shop(
        ("RED-1", "Wire Thin Red", "thin red wire", "gauge=thin;colour=red"),
        ("RED-2", "Wire Thick Red", "thick red wire", "gauge=thick;colour=red"),
        ("BLACK-1", "Wire Thin Black", "thin black wire", "gauge=thin;colour=black"),
        ("BLACK-2", "Wire Thick Black", "thick black wire", "gauge=thick;colour=black"),
        ("TAPE", "Black Tape", "black tape", "colour=black"),
    )
    assert lines(read(shop, "{1} <thick red wire>, {1} <black> same size")) == {"RED-2": 1, "BLACK-2": 1}


@pytest.mark.parametrize("said", ["utne hi", "as many", "idadi ile ile", "तेवढेच"])
def test_as_many_is_as_many_as_of_the_good_before(said: str) -> None:
    assert lines(read(ROPES, f"<green raincoat> {{3}}, <green boots> {said}")) == {"GREEN": 3, "BOOT-G": 3}


def test_both_sizes_are_one_of_each() -> None:
    result = read(ROPES, "<cap> dono size {ek ek|1each}, {2} <green raincoat>")
    assert (lines(result), result.decision) == ({"CAP-8": 1, "CAP-9": 1, "GREEN": 2}, Decision.ACCEPT)


def test_both_of_three_sorts_is_asked_about() -> None:
    shop = _shop(*((f"S-{size}", f"Cup {size}ml", f"cup {size}", f"size={size}ml") for size in (100, 200, 300)))
    assert read(shop, "<cup> both sizes").decision is Decision.CLARIFY


JUICES = _shop(("MELON", "Melon Juice", "juice ya tikiti", ""), ("GUAVA", "Guava Juice", "juice ya mapera", ""))


@pytest.mark.parametrize(
    "text",
    ["<juice ya tikiti> {tatu|3} na ya <mapera> {moja|1}", "<juice ya tikiti> {tatu|3}, ya <mapera> {moja|1}"],
)
def test_what_a_genitive_leads_to_shares_the_name_before_it(text: str) -> None:
    assert lines(read(JUICES, text)) == {"MELON": 3, "GUAVA": 1}


def test_what_no_row_makes_with_the_shared_name_is_asked_about() -> None:
    result = read(JUICES, "<juice ya tikiti> {tatu|3} na ya <nanasi> {moja|1}")
    assert (lines(result), result.decision, result.unmatched) == ({"MELON": 3}, Decision.CLARIFY, ("nanasi",))


def test_the_size_of_one_good_is_not_that_of_another() -> None:
    rows = (("HEN-H", "Hen fried half", "fried hen half"), ("HEN-L", "Hen fried large", "fried hen large"))
    shop = _shop(*((*row, "") for row in rows), ("FRIES", "Fries large", "large fries", ""))
    result = read(shop, "<fried hen> and {2} large <fries>")
    assert (lines(result), result.decision) == ({"FRIES": 2}, Decision.CLARIFY)


def test_a_genitive_leads_to_another_sort_that_the_bot_passed_over() -> None:
    """The bot left "mboga", vegetables, out without being sure; by itself it is no good of this shop."""
    rows = (("BEEF", "Beef Roll", "roll|roll ya nyama"), ("VEG", "Veg Roll", "veg roll|roll ya mboga"))
    shop = _shop(*((*row, "") for row in rows))
    plain, reading = marked("<roll> {nne|4} za <nyama>, {mbili|2} za mboga")
    tokens = [{**one, "p": 0.69} if one["text"] == "mboga" else one for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    assert lines(read_message({**reading, "tokens": tokens}, shop, context)) == {"BEEF": 4, "VEG": 2}


GRILL = _shop(
    ("SKEWER", "Skewer", "skewer", ""),
    ("SKEWER-P", "Skewer Piri", "skewer piri", ""),
    ("WING-P", "Wings Piri", "wings piri", ""),
    ("WING-G", "Wings Garlic", "wings garlic", ""),
)


@pytest.mark.parametrize(
    "text",
    ["<wings> {mbili|2} na <skewer piri> {moja|1}", "{2} <wings> and {1} <skewer piri>", "<wings> and <skewer piri>"],
)
def test_the_sort_of_a_good_that_has_a_plain_one_is_not_lent_to_the_good_before(text: str) -> None:
    result = read(GRILL, text)
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, Slot.VARIANT, {"SKEWER-P": 1})


PAPADS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "40"}
        for sku, name, aliases, unit in (
            ("URAD", "Urad Papad", "udid papad|उडीद पापड", "packet"),
            ("MOONG", "Moong Papad", "mug papad|मूग पापड", "packet"),
            ("MOONG-D", "Moong Dal", "mug dal|मूग डाळ", "packet"),
            ("NUT-S", "Salted Nuts (loose)", "khare nuts", "kg"),
            ("NUT-M", "Masala Nuts (loose)", "masala nuts", "kg"),
        )
    ]
)


@pytest.mark.parametrize(
    "text",
    ["<उडीद पापड> {दोन|2}, <मूग> {एक|1}", "<udid papad> {don|2}, <mug> {ek|1}", "{2} <urad papad>, {1} <moong>"],
)
def test_a_sort_behind_a_name_that_ends_in_the_good_is_of_that_good(text: str) -> None:
    result = read(PAPADS, text)
    assert (lines(result), result.decision) == ({"URAD": 2, "MOONG": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text",
    [
        "<nuts> {half a kilo|0.5kg} <khare> and {a quarter kilo|0.25kg} <masala>",
        "<nuts> {अर्धा किलो|0.5kg} <khare> आणि {पाव किलो|0.25kg} <masala>",
    ],
)
def test_a_sort_behind_its_own_amount_is_of_the_good_before(text: str) -> None:
    assert lines(read(PAPADS, text)) == {"NUT-S": 0.5, "NUT-M": 0.25}


@pytest.mark.parametrize("text", ["roll on {moja|1} na <cream> {moja|1}", "roll {ek|1} aur <cream> {ek|1}"])
def test_what_goods_come_in_is_no_sort_of_a_good_that_does_not(text: str) -> None:
    shop = _shop(("CREAM", "Hand Cream 250ml", "cream", "size=250ml"), ("GLOVE", "Work Gloves", "gloves", ""))
    result = read(shop, text)
    assert (lines(result), result.decision) == ({"CREAM": 1}, Decision.CLARIFY)


@pytest.mark.parametrize(
    "text", ["<chicken 65> {ek|1} aur <seekh kebab> {ek|1}", "{1} <chicken 65> and {1} <seekh kebab>"]
)
def test_the_first_word_of_one_good_is_no_sort_of_the_next(text: str) -> None:
    """Which kebab is to be asked, though the good before it is called chicken."""
    shop = _shop(
        ("CHICKEN", "Chicken 65", "chicken 65", ""),
        ("SEEKH-C", "Chicken Seekh Kebab", "chicken seekh", ""),
        ("SEEKH-M", "Mutton Seekh Kebab", "mutton seekh", ""),
    )
    result = read(shop, text)
    assert (lines(result), result.decision, result.ask) == ({"CHICKEN": 1}, Decision.CLARIFY, Slot.VARIANT)
