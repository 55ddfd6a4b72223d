"""Short answers to what was asked, and orders that an earlier turn shows."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, marked, shop_of


@pytest.mark.parametrize(
    ("question", "said", "answer", "expected"),
    [
        ("Bread: 400g or 800g?", "{2} <bread>", "the big one", {"BREAD-8": 2}),
        ("Which maize flour: Maisha or Nafaka?", "{3} <unga>", "<nafaka>", {"FLOUR-N": 3}),
        ("How many eggs?", "<eggs> please", "{12}", {"EGG": 12}),
        ("Gas of 6kg or 13kg?", "<gas> {moja|1}", "{13}", {"GAS-13": 1}),
        ("Gas: 6kg or 13kg?", "<gas> {moja|1}", "size {6}", {"GAS-6": 1}),
        ("Maisha ama Nafaka?", "<unga> {tatu|3}", "ya nafaka", {"FLOUR-N": 3}),
        ("Maisha ama Nafaka?", "<unga> {tatu|3}", "nafaca", {"FLOUR-N": 3}),
        ("Gas: 6kg or 13kg?", "<gas>", "{2} of the {13}", {"GAS-13": 2}),
        ("Gas: 6kg or 13kg?", "<gas>", "{terah|13} wale do", {"GAS-13": 2}),
        ("Gas: 6kg or 13kg?", "<gas>", "{13} wala, दो", {"GAS-13": 2}),
        ("Gas: 6kg or 13kg?", "<gas>", "{terah|13} wale {do|2} cylinder", {"GAS-13": 2}),
        ("Mkate mdogo ama mkubwa?", "<mkate> {3}", "vile vikubwa", {"BREAD-8": 3}),
        ("Maisha ama Nafaka?", "<unga> {tatu|3}", "hio ya nafa", {"FLOUR-N": 3}),
        ("400g ki 800g?", "{2} <bread>", "badiwali", {"BREAD-8": 2}),
        ("Which size?", "{2} <bread>", "large one, small one", {"BREAD-8": 1, "BREAD": 1}),
        ("Which size?", "{2} <bread>", "the large one the small one", {"BREAD-8": 1, "BREAD": 1}),
        ("Bread: 400g or 800g?", "{3} <bread>", "{two|2} small one big", {"BREAD-8": 1, "BREAD": 2}),
        ("Mkate wa ngapi?", "<mkate> {3}", "mikubwa {miwili|2}, mdogo {mmoja|1}", {"BREAD-8": 2, "BREAD": 1}),
        ("Kaunsi bread?", "{3} <bread>", "badi {do|2}, chhoti {ek|1}", {"BREAD-8": 2, "BREAD": 1}),
        ("Maisha or Nafaka?", "<unga> {3}", "nafaka and {2} <coke>", {"FLOUR-N": 3, "COKE": 2}),
    ],
)
def test_a_short_answer_settles_the_item_that_was_asked_about(
    question: str, said: str, answer: str, expected: dict[str, int]
) -> None:
    before, reading = marked(said)
    history = (Turn("customer", before, reading), Turn("bot", question))
    result = read(CORNER_SHOP, answer, history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


SOAPS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "packet", "price": "90", "stock": "40"}
        for sku, name, aliases in (
            ("FOAM-H", "Foam Powder 500g", "foam nusu|foam 500g"),
            ("FOAM-1", "Foam Powder 1kg", "foam kilo|foam 1kg"),
        )
    ]
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("ile ya {nusu kilo|0.5kg}", {"FOAM-H": 1}),
        ("the {half kilo|0.5kg} one", {"FOAM-H": 1}),
        ("ya {kilo moja|1kg}", {"FOAM-1": 1}),
        ("{ardha kilo|0.5kg} chi {don|2}", {"FOAM-H": 2}),
        ("{nusu kilo|0.5kg} {mbili|2} na {kilo|1kg} {moja|1}", {"FOAM-H": 2, "FOAM-1": 1}),
    ],
)
def test_a_weight_in_an_answer_is_the_row_of_that_weight(answer: str, expected: dict[str, int]) -> None:
    before, reading = marked("naomba <foam>")
    history = (Turn("customer", before, reading), Turn("bot", "Foam 500g au 1kg?"))
    assert lines(read(SOAPS, answer, history=history)) == expected


@pytest.mark.parametrize(
    "answer", ["the {half kilo|0.5kg}, {one|1}", "ya {500g|500g}, {moja|1}", "{500g|500g}, {ek|1}"]
)
def test_a_number_behind_the_comma_of_an_answer_counts_and_names_no_row(answer: str) -> None:
    before, reading = marked("naomba <foam>")
    history = (Turn("customer", before, reading), Turn("bot", "Foam 500g au 1kg?"))
    assert lines(read(SOAPS, answer, history=history)) == {"FOAM-H": 1}


def test_same_again_takes_the_order_that_the_history_shows() -> None:
    result = read(CORNER_SHOP, "same again", history=READ_BACK, flags={"same_again": True})
    assert lines(result) == {"MILK": 3, "BREAD": 1, "EGG": 6}


def test_same_again_without_a_history_is_asked_about() -> None:
    result = read(CORNER_SHOP, "same again", flags={"same_again": True})
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


def test_a_bare_number_answers_how_many_kilos() -> None:
    """Where a good is weighed, "two" after "how many kilos?" is two kilos."""
    asked = (Turn("customer", "onions", marked("<onions>")[1]), Turn("bot", "Onions: kilo ngapi?", None))
    result = read(CORNER_SHOP, "{mbili|2}", history=asked)
    assert (lines(result), result.decision) == ({"ONION": 2}, Decision.ACCEPT)


def test_the_big_one_counts_none() -> None:
    """In an answer such as "the big one" the last word stands for the good."""
    asked = (
        Turn("customer", "two gas", marked("{two|2} <gas>")[1]),
        Turn("bot", "Gas Refill 6kg or 13kg?", None),
    )
    assert lines(read(CORNER_SHOP, "the big {one|1}", history=asked)) == {"GAS-13": 2}


def test_the_big_one_and_a_number_says_how_many() -> None:
    """A number names a size only where a row has it; that "a" was asked for before counts no more."""
    tubs = [
        {"sku": f"CURD-{size}", "name": f"Curd {size}", "aliases": alias, "unit": "tub", "price": "60",
         "stock": "20", "options": f"size={size}"}
        for size, alias in (("250g", "curd"), ("500g", "curd 500"))
    ]  # fmt: skip
    asked = (Turn("customer", "a curd", marked("{a|1} <curd>")[1]), Turn("bot", "Curd 250g or 500g?", None))
    shop = catalogue_from_rows(tubs)
    assert lines(read(shop, "bada wala {2}", history=asked)) == {"CURD-500g": 2}
    assert lines(read(shop, "{500} wala", history=asked)) == {"CURD-500g": 1}


@pytest.mark.parametrize("question", ["Rava Laddu = KES 40. How many?", "Bread = KES 65 each. Unataka ngapi?"])
def test_a_price_before_how_many_settles_no_order(question: str) -> None:
    before, reading = marked("<bread>")
    history = (Turn("customer", before, reading), Turn("bot", question))
    result = read(CORNER_SHOP, "{teen|3} bhej do", history=history)
    assert (lines(result), result.decision) == ({"BREAD": 3}, Decision.ACCEPT)


def test_a_number_that_sounds_like_money_names_a_size() -> None:
    """After "400g or 800g?", "of eight hundred" is the one of that weight, not bread for so much money."""
    before, reading = marked("<white bread>")
    history = (Turn("customer", before, reading), Turn("bot", "White Bread 400g au 800g?"))
    result = read(CORNER_SHOP, "ile {ya mia nane|800money}", history=history)
    assert (lines(result), result.decision) == ({"BREAD-8": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("{two|2} small and {1} big", {"GAS-6": 2, "GAS-13": 1}),
        ("ek chhota ek bada", {"GAS-6": 1, "GAS-13": 1}),
    ],
)
def test_an_answer_may_take_several_of_what_was_offered(answer: str, expected: dict[str, int]) -> None:
    before, reading = marked("<gas>")
    history = (Turn("customer", before, reading), Turn("bot", "Gas: 6kg or 13kg?"))
    result = read(CORNER_SHOP, answer, history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("answer", ["the big one, and {1} wheelbarrow", "big, aur {ek|1} thermos bhi"])
def test_what_an_answer_orders_besides_is_not_dropped(answer: str) -> None:
    before, reading = marked("<gas> {1}")
    history = (Turn("customer", before, reading), Turn("bot", "Gas: 6kg or 13kg?"))
    result = read(CORNER_SHOP, answer, history=history)
    assert (lines(result), result.decision, result.ask) == ({"GAS-13": 1}, Decision.CLARIFY, Slot.ITEM)


def test_a_number_that_tells_no_row_from_the_others_counts() -> None:
    """Maisha and Nafaka both come in two kilos, so that "nafaka two" is two of it."""
    before, reading = marked("<unga>")
    history = (Turn("customer", before, reading), Turn("bot", "Maisha 2kg ama Nafaka 2kg?"))
    assert lines(read(CORNER_SHOP, "nafaka {mbili|2}", history=history)) == {"FLOUR-N": 2}


def test_the_plain_sort_is_meant_by_the_word_that_it_shares() -> None:
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": "", "price": "50", "stock": "20"}
            for sku, name in (("PEPPER", "Pepper Vada"), ("GARLIC", "Garlic Pepper Vada"), ("PLAIN", "Plain Vada"))
        ]
    )
    before, reading = marked("<vada>")
    history = (Turn("customer", before, reading), Turn("bot", "Pepper, Garlic Pepper or Plain?"))
    assert lines(read(shop, "{2} pepper {1} plain", history=history)) == {"PEPPER": 2, "PLAIN": 1}


PADLOCKS = catalogue_from_rows(
    [
        {"sku": f"LOCK-{size}", "name": f"Padlock {name}", "aliases": "", "price": price, "stock": "20",
         "options": f"size={name}"}
        for size, name, price in (("S", "small", "150"), ("L", "large", "350"))
    ]
)  # fmt: skip
SHOES = catalogue_from_rows(
    [
        {"sku": f"SHOE-{size}", "name": f"Canvas Shoe {size}", "aliases": "", "price": "400", "stock": "20",
         "options": f"size={size}"}
        for size in (7, 8, 9)
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("ndogo {mbili|2} kubwa {mbili|2}", {"LOCK-S": 2, "LOCK-L": 2}),
        ("small {3}, big {1}", {"LOCK-S": 3, "LOCK-L": 1}),
        ("ndogo {tatu|3} na kubwa {moja|1}", {"LOCK-S": 3, "LOCK-L": 1}),
        ("<ek choti> {ek|1} badi", {"LOCK-S": 1, "LOCK-L": 1}),
        ("half half", {"LOCK-S": 2, "LOCK-L": 2}),
        ("nusu nusu", {"LOCK-S": 2, "LOCK-L": 2}),
        ("hiyo ya 350", {"LOCK-L": 4}),
        ("{350 wali|350money} {do|2}", {"LOCK-L": 2}),
    ],
)
def test_an_answer_shares_out_what_was_asked_for(answer: str, expected: dict[str, int]) -> None:
    """Numbers stand before what they count or behind it, "half half" halves, and a price names its row."""
    before, reading = marked("{4} <padlocks>")
    history = (Turn("customer", before, reading), Turn("bot", "Padlock small (150) or large (350)?"))
    result = read(PADLOCKS, answer, history=history)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize("answer", ["maisha na nafaka", "maisha, nafaka", "maisha aur nafaka"])
def test_an_answer_that_names_two_of_them_takes_not_one_alone(answer: str) -> None:
    before, reading = marked("<unga> {4}")
    history = (Turn("customer", before, reading), Turn("bot", "Maisha ama Nafaka?"))
    result = read(CORNER_SHOP, answer, history=history)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.VARIANT)


def test_what_cannot_be_halved_is_asked_about() -> None:
    before, reading = marked("{3} <padlocks>")
    history = (Turn("customer", before, reading), Turn("bot", "Padlock small or large?"))
    result = read(PADLOCKS, "half half", history=history)
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize("answer", ["ek {8} ek {9}", "{8} ek {9} ek", "{8} and {9}"])
def test_numbers_that_name_sizes_count_none(answer: str) -> None:
    before, reading = marked("{2} <canvas shoes>")
    history = (Turn("customer", before, reading), Turn("bot", "Canvas Shoe 7, 8 or 9?"))
    assert lines(read(SHOES, answer, history=history)) == {"SHOE-8": 1, "SHOE-9": 1}


def test_what_was_offered_is_open_though_the_word_has_a_default() -> None:
    """The shop's "tea" is the small one, but the bot has asked which."""
    rows = (("TEA-250", "Leaf Tea 250g", "tea"), ("TEA-500", "Leaf Tea 500g", "tea 500"))
    shop = catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": alias, "price": "90", "stock": "20"} for sku, name, alias in rows]
    )
    before, reading = marked("<tea> bhejo")
    history = (Turn("customer", before, reading), Turn("bot", "Leaf Tea 250g ya 500g?"))
    assert lines(read(shop, "{paanch sau|500money} wali do", history=history)) == {"TEA-500": 2}


def test_an_answer_weighs_what_is_sold_by_weight() -> None:
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": "", "unit": "kg", "price": "600", "stock": "20"}
            for sku, name in (("ROAST-B", "Roast Beef"), ("ROAST-G", "Roast Goat"))
        ]
    )
    before, reading = marked("<roast>")
    history = (Turn("customer", before, reading), Turn("bot", "Roast Beef or Roast Goat, how many kilos?"))
    assert lines(read(shop, "goat {kilo mbili|2kg}", history=history)) == {"ROAST-G": 2}


FISHMONGER = shop_of(
    ("RAW-S", "Raw Perch Small", "small raw perch|perch ndogo", "size=small"),
    ("RAW-M", "Raw Perch Medium (about 400g)", "medium raw perch|perch medium|sangara", "size=medium"),
    ("FRIED-S", "Fried Perch Small", "fried perch small|perch ndogo ya kukaanga", "size=small"),
    ("FRIED-M", "Fried Perch Medium", "fried perch medium|perch medium ya kukaanga", "size=medium"),
)


@pytest.mark.parametrize("answer", ["ya medium", "medium", "medium wali", "ya medium tafadhali"])
def test_a_size_that_two_sorts_have_is_that_of_what_was_asked_for(answer: str) -> None:
    """A "ya" or "of" in another row's alias names none."""
    before, reading = marked("<perch> {2}")
    history = (Turn("customer", before, reading), Turn("bot", "Perch: ndogo ama medium?"))
    assert lines(read(FISHMONGER, answer, history=history)) == {"RAW-M": 2}


POTTER = shop_of(
    ("POT-18", "Glazed Pot 18cm", "glazed pot 18", "size=18cm"),
    ("POT-26", "Glazed Pot 26cm", "glazed pot 26", "size=26cm"),
    ("MUG", "Clay Mug", "mug"),
)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("ile ya {26}", "Iko ya 18cm (30) na ya 26cm (30). Ipi?"),
        ("the {26} one", "We have 18cm (30) and 26cm (30). Which?"),
        ("{26} wala", "18cm (30) ya 26cm (30)?"),
    ],
)
def test_rows_that_a_question_offers_by_size_and_price_are_those_that_are_meant(answer: str, question: str) -> None:
    """What the customer called them is no word of the shop."""
    before, reading = marked("chungu cha kupikia")
    history = (Turn("customer", before, reading), Turn("bot", question))
    assert lines(read(POTTER, answer, history=history)) == {"POT-26": 1}


@pytest.mark.parametrize("text", ["<gadwal> {kilo mbili|2kg}", "the <gadwal> {2kg}"])
def test_a_weight_said_again_with_the_sort_is_no_more_of_it(text: str) -> None:
    rows = [
        {"sku": sku, "name": name, "aliases": "", "unit": "kg", "price": "90", "stock": "60"}
        for sku, name in (("RICE-G", "Gadwal Rice (loose, per kg)"), ("RICE-P", "Pelican Rice (loose, per kg)"))
    ]
    before, reading = marked("<rice> {kilo mbili|2kg}")
    history = (Turn("customer", before, reading), Turn("bot", "Gadwal au Pelican?"))
    assert lines(read(catalogue_from_rows(rows), text, history=history)) == {"RICE-G": 2}
