"""Goods in slots, words for "a few", slips of the thumb and loans are put right before lines are read."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER, VESSELS, marked


def test_an_address_that_is_a_guess_gives_its_goods_back() -> None:
    plain, reading = marked("boss, milk kama {5} na {2} <bread>")
    end = plain.index(" kama")
    reading["slots"] = {"address": {"text": plain[:end], "start": 0, "end": end, "confidence": 0.48, "vague": False}}
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"MILK": 5, "BREAD": 2}, None)


def test_a_way_of_paying_may_be_a_good_of_the_shop() -> None:
    """A card beside roses is bought; "by card" pays."""
    shop = catalogue_from_rows(
        [
            {"sku": "ROSE", "name": "Rose", "price": "80", "stock": "50"},
            {"sku": "CARD", "name": "Card", "price": "200", "stock": "9"},
        ]
    )
    for text, expected in (("{2} <rose>, {1} card", {"ROSE": 2, "CARD": 1}), ("{2} <rose>, by card", {"ROSE": 2})):
        plain, reading = marked(text)
        start = plain.index("card")
        reading["slots"] = {"payment": {"value": "card", "text": "card", "start": start, "end": start + 4}}
        result = read_message(reading, shop, ReadingContext(text=plain, thresholds=EVERYTHING))
        assert lines(result) == expected


@pytest.mark.parametrize(
    ("text", "unmet", "expected"),
    [
        ("<maziwa> mblii na <mkate> {mmoja|1}", "mblii", {"MILK": 2, "BREAD": 1}),
        ("<mayai> mbbili", "", {"EGG": 2}),
        ("qhree <milk>, {1} <bread>", "qhree", {"MILK": 3, "BREAD": 1}),
        ("<vitunguu> {kilo|1kg} hbili", "hbili", {"ONION": 2}),
        ("aaddha {kilo|1kg} <onion>", "", {"ONION": Fraction(1, 2)}),
    ],
)
def test_a_number_with_a_slip_of_the_thumb_is_read(text: str, unmet: str, expected: dict[str, int]) -> None:
    assert lines(read(CORNER_SHOP, text, unmet=(unmet,))) == expected


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("<vitunguu> sadeteen {kilo|1kg}", "3.5"),
        ("साडेचार {किलो|1kg} <onion>", "4.5"),
        ("<onion> <पावणेदोन> {किलो|1kg}", "1.75"),
        ("<onion> savvadon {kg|1kg}", "2.25"),
        ("<onion> साढ़ेतीन {किलो|1kg}", "3.5"),
    ],
)
def test_a_half_written_to_its_number_is_weighed(text: str, quantity: str) -> None:
    """The bot reads the unit alone, which is one of it."""
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"ONION": Fraction(quantity)}, Decision.ACCEPT)


def test_a_word_of_the_shop_is_no_number_with_a_half() -> None:
    rows = [{"sku": "S", "name": "Sadeteen Tea", "unit": "packet", "price": "60", "stock": "9"}]
    assert lines(read(catalogue_from_rows(rows), "{2} <sadeteen tea>")) == {"S": 2}


def test_a_word_that_the_bot_knows_is_no_slip() -> None:
    assert lines(read(CORNER_SHOP, "<milk> nice", unmet=())) == {"MILK": 1}


def test_a_word_of_the_shop_is_no_slip() -> None:
    """A line stands one letter from nine, but the shop sells it."""
    shop = catalogue_from_rows(
        [
            {"sku": "MILK", "name": "Milk", "unit": "packet", "price": "60", "currency": "KES", "stock": "9"},
            {"sku": "LINE", "name": "Clothes Line", "unit": "piece", "price": "90", "currency": "KES", "stock": "9"},
        ]
    )
    result = read(shop, "<milk> line", unmet=("line",))
    assert result.lines[0].quantity == 1


def test_words_never_met_among_the_goods_cost_confidence() -> None:
    plain = read(CORNER_SHOP, "<milk> {2} blorp", unmet=())
    assert read(CORNER_SHOP, "<milk> {2} blorp", unmet=("blorp",)).confidence < plain.confidence


def test_a_word_that_only_sounds_like_a_brand_is_no_good() -> None:
    """The word "free" folds to the key of the brand Fri; only the shop's own spelling makes a good of it."""
    row = {"sku": "FAT", "name": "Fresh Fri 1L", "aliases": "fri", "unit": "bottle", "price": "300", "currency": "KES"}
    shop = catalogue_from_rows([row | {"stock": "9"}])
    assert not read(shop, "get {1} <free>").lines
    assert lines(read(shop, "get {1} <fri>")) == {"FAT": 1}


def test_goods_in_an_address_are_given_back_to_the_order() -> None:
    plain, reading = marked("{2} <bread>, milk {3}, Moi Avenue, gate 4")
    start = plain.index("milk")
    reading["slots"] = {
        "address": {"text": plain[start:], "start": start, "end": len(plain), "confidence": 0.6, "vague": False}
    }
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"BREAD": 2, "MILK": 3}, "Moi Avenue, gate 4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some <eggs> and {1} <bread>", {"BREAD": 1}),
        ("<mayai> kadhaa na <mkate> {1}", {"BREAD": 1}),
        ("thoda sa <sukari> aur <bread> {ek|1}", {"BREAD": 1}),
        ("<mayai> kidogo na <mkate> {1}", {"BREAD": 1}),
    ],
)
def test_a_few_that_the_bot_passed_over_are_asked_about(text: str, expected: dict[str, int]) -> None:
    """Words such as "some" beside a good never become one of it, wherever they stand."""
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision, result.ask) == (expected, Decision.CLARIFY, Slot.QTY)


def test_a_little_one_is_a_size_where_the_shop_has_it() -> None:
    """The word "kidogo" after a good names its small size where there is one."""
    assert lines(read(CORNER_SHOP, "<gas> ndogo {moja|1}")) == {"GAS-6": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <ब्रेड>", {"BREAD": 2}),
        ("{2} <ब्राउन ब्रेड>", {"BREAD-B": 2}),
        ("{1} <टोमैटो पेस्ट>", {"PASTE": 1}),
    ],
)
def test_english_names_in_devanagari_find_their_row(text: str, expected: dict[str, int]) -> None:
    """A catalogue in English serves those who write its words in another script."""
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_with_it_is_not_sixty() -> None:
    """Hindi's word for "with" sounds as sixty does; behind "uske" it counts nothing."""
    assert lines(read(CORNER_SHOP, "<bread> {ek|1} aur uske {saath|60} <milk> {1}")) == {"BREAD": 1, "MILK": 1}


@pytest.mark.parametrize(
    ("before", "slot", "expected", "left"),
    [
        ("{2} <milk> + {1} ", "bread. Flat 4, Indira Nagar", {"MILK": 2, "BREAD": 1}, "Flat 4, Indira Nagar"),
        ("leta: ", "6 eggs, 2 bread. Plot 9, Ruaka", {"EGG": 6, "BREAD": 2}, "Plot 9, Ruaka"),
        ("<bread> {1}, ", "12 Rose Court, door 4", {"BREAD": 1}, "12 Rose Court, door 4"),
    ],
)
def test_goods_that_strayed_into_an_address_are_given_back(
    before: str, slot: str, expected: dict[str, int], left: str
) -> None:
    """Counted goods at the start of an address are ordered, and its own house number is none."""
    start = len(marked(before)[0])
    address = {"text": slot, "start": start, "end": start + len(slot), "confidence": 0.9}
    result = read(CORNER_SHOP, before + slot, slots={"address": address})
    assert (lines(result), result.address) == (expected, left)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<tray> {1}, <bread> ek aur badha {do|2}", {"EGG-T": 1, "BREAD": 1}),
        ("<bread> {ek|1} bhej {do|2}", {"BREAD": 1}),
    ],
)
def test_give_behind_a_verb_counts_nothing(text: str, expected: dict[str, int]) -> None:
    """Hindi's "do" behind the verb that it helps gives, and is no two."""
    assert lines(read(CORNER_SHOP, text)) == expected


def test_a_shop_sells_the_plates_that_others_sell_food_on() -> None:
    """A container that a row is called by is a good there, also behind a number of sets."""
    assert lines(read(VESSELS, "{sahani|1plate} {seti mbili|2set}")) == {"PLATE": 2}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{one|1} <pot set>, {two plates|2plate} please", {"POT-SET": 1, "PLATE": 2}),
        ("<pot set> {1} na {sahani tatu|3plate}", {"POT-SET": 1, "PLATE": 3}),
    ],
)
def test_a_number_beside_a_vessel_that_the_shop_sells_counts_it(text: str, expected: dict[str, int]) -> None:
    """Taken for an amount in containers, a counted good would be dropped without a word."""
    assert lines(read(VESSELS, text)) == expected


def test_and_before_a_good_that_sounds_like_a_way_of_paying_is_no_or() -> None:
    """Hindi's "and" folds to "or", which may lead to a way of paying; here it leads to goods."""
    shop = catalogue_from_rows(
        [
            {"sku": "GUM", "name": "Gugal", "price": "95", "stock": "9"},
            {"sku": "SHELL", "name": "Shell", "price": "80", "stock": "9"},
        ]
    )
    plain, reading = marked("<shell> {एक|1} और गुग्गल")
    start = plain.index("गुग्गल")
    next(token for token in reading["tokens"] if token["start"] == start).update(tag="PAYMENT", p=0.7)
    reading["slots"] = {"payment": {"value": "upi", "text": "गुग्गल", "start": start, "end": len(plain)}}
    result = read_message(reading, shop, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.payment) == ({"SHELL": 1, "GUM": 1}, None)


def test_a_do_that_may_be_two_or_give_is_asked_about() -> None:
    """Beside another count, Hindi's "do" behind a good can be either; where the bot can't tell, nobody guesses."""
    plain, reading = marked("{4} <milk> aur <bread> do")
    next(token for token in reading["tokens"] if token["text"] == "do")["p"] = 0.5
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision, result.ask) == ({"MILK": 4}, Decision.CLARIFY, Slot.QTY)


def test_leaves_are_no_pots() -> None:
    """A word in Devanagari is heard as a container only where it sounds just like one."""
    assert CORNER_SHOP.heard("पत्ते") is None
    assert CORNER_SHOP.heard("ट्रे") == "tre"


JACKETS = catalogue_from_rows(
    [
        {"sku": f"JACKET-{size}", "name": f"Jacket {size}", "price": "900", "stock": "9", "options": f"size={size}"}
        for size in ("M", "L")
    ]
    + [{"sku": "OIL", "name": "Engine Oil 1L", "price": "750", "stock": "9", "options": "size=1L"}]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<jackets>, {3} M and {2 L|2l}", {"JACKET-M": 3, "JACKET-L": 2}),
        ("<oil> {2 L|2l}", {"OIL": 2}),
    ],
)
def test_capital_letters_are_sizes_where_the_shop_has_them(text: str, expected: dict[str, int]) -> None:
    """Two of them in a message are medium and large; one beside oil is litres."""
    assert lines(read(JACKETS, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <rug> {5x|5}{7}", {"RUG-57": 2}),
        ("<rug> za {4} by {6}, {moja|1}", {"RUG-46": 1}),
        ("{one|1} {5}x{7} <rug>, {2} <small cup>", {"RUG-57": 1, "CUP-S": 2}),
    ],
)
def test_a_size_in_two_numbers_counts_nothing(text: str, expected: dict[str, int]) -> None:
    assert lines(read(FURNISHER, text)) == expected


def test_a_size_in_two_numbers_that_no_row_has_is_asked_about() -> None:
    result = read(FURNISHER, "{2} <rug> 3x5")
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.VARIANT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("large {cup do|2cup}, chhota {cup teen|3cup}", {"CUP-L": 2, "CUP-S": 3}),
        ("<kikombe kidogo> {tatu|3}", {"CUP-S": 3}),
        ("<lamp oil> {mzinga moja|1bottle}", {"OIL-L": 1}),
    ],
)
def test_a_word_that_names_a_row_holds_no_other_goods(text: str, expected: dict[str, int]) -> None:
    """A cup is what this shop sells, and what the bot took for a bottle tells its sizes apart."""
    assert lines(read(FURNISHER, text)) == expected


@pytest.mark.parametrize("text", ["a couple of <lamps>", "couple <lamps>", "two of the <lamps>"])
def test_a_number_may_stand_before_of_the(text: str) -> None:
    plain, reading = marked(text)
    for token in reading["tokens"]:
        token["p"] = 0.8 if token["text"] == "two" else token["p"]
    result = read_message(reading, FURNISHER, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"LAMP": 2}


def test_a_number_of_ampere_hours_is_a_size() -> None:
    assert lines(read(FURNISHER, "<battery> {9}ah")) == {"BATT-9": 1}


def test_a_note_that_is_a_guess_gives_its_goods_back() -> None:
    plain, reading = marked("{1} <bread> and {2} milk packets pls")
    start = plain.index("and")
    reading["slots"] = {"note": {"text": plain[start:], "start": start, "end": len(plain)}}
    for token in reading["tokens"]:
        token["p"] = 0.5 if token["start"] >= start else token["p"]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.note) == ({"BREAD": 1, "MILK": 2}, None)


def test_a_word_never_met_is_heard_however_sure_the_bot_is() -> None:
    """The tagger is as sure of strange words as of known ones; the shop has this one in other letters."""
    plain, reading = marked("{दो|2} बटरस्कॉच लैंप", unmet=("बटरस्कॉच",))
    for token in reading["tokens"]:
        token["p"] = 0.99
    result = read_message(reading, FURNISHER, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"LAMP": 2}


def test_three_in_devanagari_is_no_tin() -> None:
    plain, reading = marked("{दो|2} <bread> तीन <milk>")
    for token in reading["tokens"]:
        token["p"] = 0.6 if token["text"] == "तीन" else token["p"]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"BREAD": 2, "MILK": 3}


@pytest.mark.parametrize("text", ["two or {three|3} <lamps>", "{2} ama {tatu|3} <lamps>"])
def test_a_range_says_no_number(text: str) -> None:
    result = read(FURNISHER, text)
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.QTY)


def test_half_a_dozen_is_six_in_any_size() -> None:
    assert lines(read(FURNISHER, "{half a dozen|0.5dozen} small cup")) == {"CUP-S": 6}


def test_a_container_belongs_to_the_good_before_it_where_numbers_lead() -> None:
    assert lines(read(CORNER_SHOP, "{2} <coke> {bottles 3|3bottle} <brown bread>")) == {"COKE": 2, "BREAD-B": 3}


def test_two_two_packets_are_two_of_each() -> None:
    assert lines(read(CORNER_SHOP, "{दोन|2}-{दोन पाकीट|2packet} <maisha> na <nafaka>")) == {"FLOUR-2": 2, "FLOUR-N": 2}


@pytest.mark.parametrize(
    "text",
    [
        "<आजोबांसाठी> {दोन|2} <milk>",
        "<mulansathi> {2} <milk>",
        "{दोन|2} <milk लागतील> रविवारी",
        "<वाढदिवसाला> {दोन|2} <milk>",
        "{दोन|2} <milk माझ्या> घरी",
    ],
)
def test_for_whom_and_when_name_no_good(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({"MILK": 2}, Decision.ACCEPT)


def test_a_number_that_the_bot_took_for_a_part_of_a_good_counts_it() -> None:
    """Of "birthday hundred loaves" the bot made one name."""
    result = read(CORNER_SHOP, "<दहा milk> आणि {2} <bread>", unsure=("दहा",))
    assert lines(result) == {"MILK": 10, "BREAD": 2}


@pytest.mark.parametrize(("said", "expected"), [("120 ke milk", {"MILK": 2}), ("2 milk", {"MILK": 2})])
def test_a_price_in_what_was_taken_for_a_note_is_money(said: str, expected: dict[str, int]) -> None:
    """A milk is 60, and nobody wants 120 of them."""
    _, reading = marked(said)
    note = {"text": said, "start": 0, "end": len(said), "confidence": 0.7}
    read_so = {**reading, "amounts": [], "mentions": [], "slots": {"note": note}}
    result = read_message(read_so, CORNER_SHOP, ReadingContext(text=said, thresholds=EVERYTHING))
    assert lines(result) == expected
