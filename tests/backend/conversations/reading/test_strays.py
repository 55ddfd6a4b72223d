"""Words beside goods: those that name a sort, those that nothing has read, and those that are no goods."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.layout import lay_out
from backend.conversations.reading.pieces import Kind
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, marked

EGG_STALL = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "30", "stock": "90"}
        for sku, name, aliases, unit in (
            ("BOIL", "Boiled Egg", "boiled egg", "piece"),
            ("RAW", "Egg", "egg|anda|अंडा", "piece"),
            ("PRAWN", "Prawns", "prawns|झिंगे", "plate"),
            ("PRAWN-F", "Prawns fried", "fried prawns", "plate"),
            ("LATTE", "Coffee", "coffee|कॉफी", "cup"),
            ("FLAT", "Egg Flat (30)", "crate of eggs", "flat"),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{do|2} <anda> ubla hua", {"BOIL": 2}),
        ("{2} <prawns> tale hue", {"PRAWN-F": 2}),
        ("{दो|2} <झिंगे> तले हुए", {"PRAWN-F": 2}),
        ("{2} <prawns> garam", {"PRAWN": 2}),
    ],
)
def test_words_that_only_together_name_a_sort_name_it(text: str, expected: dict[str, int]) -> None:
    """The bot passed over them, and the shop writes the sort in another language."""
    assert lines(read(EGG_STALL, text)) == expected


@pytest.mark.parametrize("said", ["<cold coffee>", "<iced coffee>", "<ठंडी कॉफी>"])
def test_cold_coffee_is_no_coffee(said: str) -> None:
    result = read(EGG_STALL, f"{{1}} {said} and {{2}} <egg>")
    assert (lines(result), result.decision, result.ask) == ({"RAW": 2}, Decision.CLARIFY, Slot.ITEM)


def test_an_alias_in_a_container_of_its_own_counts_rows() -> None:
    assert lines(read(EGG_STALL, "{crate mbili|2crate} of <eggs>")) == {"FLAT": 2}


def test_better_is_no_butter() -> None:
    """An everyday word that is near a good's name is none, though the bot took it for one."""
    result = read(KITCHEN, "{2} <idli>, I hope for a <better> price")
    assert lines(result) == {"IDLI": 2}


DHABA = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "stock": "40", "options": options}
        for sku, name, aliases, options in (
            ("PLATTER-R", "Royal Platter", "royal platter", ""),
            ("PLATTER-M", "Mini Veg Platter", "mini platter", "size=mini"),
            ("KORMA-H", "Veg Korma (half)", "veg korma half", "size=half"),
            ("KORMA-F", "Veg Korma (full)", "veg korma full", "size=full"),
            ("DOSA", "Onion Dosa", "onion dosa", "spice=mild,spicy"),
            ("LIME", "Lime Juice", "lime juice", ""),
        )
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ek|1} <royal platter> wala, {do|2} mini", {"PLATTER-R": 1, "PLATTER-M": 2}),
        ("{2} <veg korma>, {ek|1} full {ek|1} half", {"KORMA-F": 1, "KORMA-H": 1}),
        ("{do|2} <onion dosa teekha>, {1} <lime juice>", {"DOSA": 2, "LIME": 1}),
        ("{1} <-onion dosa> bina pyaz, {2} <lime juice>", {"DOSA": 1, "LIME": 2}),
    ],
)
def test_sorts_and_choices_are_of_their_good(text: str, expected: dict[str, int]) -> None:
    result = read(DHABA, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


def test_an_amount_of_what_nothing_has_read_is_of_no_other_good() -> None:
    result = read(DHABA, "<lime juice> aur naan {4}")
    assert (lines(result), result.decision, result.ask) == ({"LIME": 1}, Decision.CLARIFY, Slot.ITEM)


def test_an_and_is_no_part_of_a_name_that_it_does_not_join() -> None:
    """A bundle is called "Bun and Fizz"; in "water and fizz" the word joins two goods."""
    shop = catalogue_from_rows(
        [
            {"sku": "FIZZ", "name": "Fizz 750ml", "aliases": "fizz 750", "price": "45", "stock": "9"},
            {"sku": "FIZZ-S", "name": "Fizz 250ml", "aliases": "fizz 250", "price": "20", "stock": "9"},
            {"sku": "WATER", "name": "Water Bottle 1L", "aliases": "water bottle", "price": "20", "stock": "9"},
            {
                "sku": "SET",
                "name": "Bun and Fizz 250ml",
                "aliases": "bun set",
                "unit": "combo",
                "price": "60",
                "stock": "9",
            },
        ]
    )
    result = read(shop, "<water bottle> {1L|1l} and <fizz> {750}")
    assert lines(result) == {"WATER": 1, "FIZZ": 1}


@pytest.mark.parametrize(("word", "kind"), [("सात", Kind.OTHER), ("साथ", Kind.JOIN)])
def test_seven_is_no_with(word: str, kind: Kind) -> None:
    """Both sound alike in Devanagari; only one of them joins two goods."""
    plain, reading = marked(f"<idli> {word} <chai>")
    assert [piece.kind for piece in lay_out(plain, reading, KITCHEN) if piece.text == word] == [kind]


def test_an_amount_of_what_was_taken_for_a_note_is_not_dropped() -> None:
    text = "{2} <idli> 1 sev puri"
    note = {"text": "sev puri", "start": text.index("sev") - 4, "end": len(text) - 4}
    result = read(KITCHEN, text.replace(" 1 ", " {1} "), slots={"note": note})
    assert (lines(result), result.decision, result.ask) == ({"IDLI": 2}, Decision.CLARIFY, Slot.ITEM)


def test_a_good_that_something_is_to_be_in_is_ordered_once() -> None:
    result = read(KITCHEN, "{2} <butter roti>, <roti> me ghee kam")
    assert (lines(result), result.decision) == ({"ROTI-B": 2}, Decision.ACCEPT)


def test_a_number_that_is_told_again_by_brands_counts_once() -> None:
    result = read(CORNER_SHOP, "<unga> {mbili|2}, <maisha> {moja|1} <nafaka> {moja|1}")
    assert (lines(result), result.decision) == ({"FLOUR-2": 1, "FLOUR-N": 1}, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["batata <poha> {2}", "{2} <poha> batata, {1} <chai>"])
def test_a_word_of_the_shop_that_the_row_lacks_is_not_passed_over(text: str) -> None:
    """The shop knows potatoes from its fritters; its poha has none, and what was wanted is asked."""
    result = read(KITCHEN, text)
    assert (lines(result)["POHA"], result.decision, result.ask) == (2, Decision.CLARIFY, Slot.ITEM)


@pytest.mark.parametrize("text", ["kanda <poha> {2}", "{2} <poha> garam, {1} <chai>", "{2} <pohe>"])
def test_a_word_that_the_row_has_or_may_come_with_needs_no_question(text: str) -> None:
    assert read(KITCHEN, text).decision is Decision.ACCEPT


@pytest.mark.parametrize("text", ["{2} <bread> or <eggs>", "<mkate> {moja|1} ama <maziwa> {mbili|2}"])
def test_one_good_or_another_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text).decision is Decision.CLARIFY


TIFFIN = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "90", "stock": "40", "currency": "INR"}
        for sku, name, aliases, unit in (
            ("DAL", "Dal Tadka", "dal", "plate"), ("RICE", "Plain Rice", "rice", "plate"),
            ("ROTI", "Roti", "roti", "piece"), ("JAMUN", "Gulab Jamun (2 pc)", "gulab jamun", "plate"),
            ("JAMUN-T", "Gulab Jamun Tin 1kg", "gulab jamun tin", "tin"),
        )
    ]
)  # fmt: skip


@pytest.mark.parametrize("dish", ["dal fry", "fried rice"])
def test_a_word_that_makes_another_dish_of_a_known_one_is_asked_about(dish: str) -> None:
    result = read(TIFFIN, f"{{1}} <{dish}> aur {{4}} <roti>")
    assert (lines(result), result.ask, result.unmatched) == ({"ROTI": 4}, Slot.ITEM, (dish,))


@pytest.mark.parametrize("said", ["dal garam", "rice cleaned"])
def test_a_word_that_only_says_how_makes_no_other_dish(said: str) -> None:
    assert read(TIFFIN, f"{{1}} <{said}> aur {{4}} <roti>").decision is Decision.ACCEPT


def test_a_number_in_letters_may_end_a_name() -> None:
    """Hindi's three is a tin in the name of what a kilo is wanted of."""
    assert lines(read(TIFFIN, "{1kg} <gulab jamun> {tin|3} and {2} <roti>")) == {"JAMUN-T": 1, "ROTI": 2}
    assert lines(read(TIFFIN, "<gulab jamun> {tin|3} and {2} <roti>")) == {"JAMUN": 3, "ROTI": 2}


def test_a_number_beside_a_strange_word_is_not_dropped() -> None:
    plain, reading = marked("{2} <roti>, steel rods {10}")
    tokens = [{**one, "p": 0.8} if one["text"] == "10" else one for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, TIFFIN, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision, result.ask) == ({"ROTI": 2}, Decision.CLARIFY, Slot.ITEM)


def test_a_number_counts_though_a_name_begins_with_it() -> None:
    rows = (("RULED", "Ruled Book", "ek reghi"), ("LONG", "Long Book", "long book"))
    shop = catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": alias, "price": "60", "stock": "40"} for sku, name, alias in rows]
    )
    assert lines(read(shop, "{2} <ek reghi> aur ek <long book>")) == {"RULED": 2, "LONG": 1}


def test_a_greeting_is_no_good_that_the_shop_lacks() -> None:
    result = read(CORNER_SHOP, "<Assalam aleikum>, {2} <milk>")
    assert (lines(result), result.decision, result.features["unread"]) == ({"MILK": 2}, Decision.ACCEPT, 0)


def test_one_who_asks_swahilis_way_names_no_good() -> None:
    """The word is "throw me", and the tray of eggs is what the shop calls by it."""
    result = read(CORNER_SHOP, "<nitupie> {trei|1tray} na <maziwa> {mbili|2}")
    assert (lines(result), result.decision) == ({"EGG-T": 1, "MILK": 2}, Decision.ACCEPT)


def test_what_is_to_be_done_with_a_good_makes_no_order_doubtful() -> None:
    assert read(CORNER_SHOP, "{2} <bread>, <sliced> pls").features["unread"] == 0


@pytest.mark.parametrize("text", ["मला <gulab haar> {1} pahije", "mala {2} <gulab haar> dya"])
def test_whom_a_good_is_for_names_none_that_sounds_so(text: str) -> None:
    """Marathi's "to me" sounds like the garland of another row."""
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": aliases, "price": "9", "stock": "9", "currency": "INR"}
            for sku, name, aliases in (
                ("ROSE", "Rose Garland", "gulab haar|गुलाब हार"),
                ("ZENDU", "Marigold Garland", "zendu mala|झेंडू माळा"),
            )
        ]
    )
    result = read(shop, text)
    assert (list(lines(result)), result.decision) == (["ROSE"], Decision.ACCEPT)


@pytest.mark.parametrize(("lang", "decision"), [("hi-Latn", Decision.ACCEPT), ("en", Decision.CLARIFY)])
def test_hindis_or_between_two_counted_goods_is_an_and(lang: str, decision: Decision) -> None:
    plain, reading = marked("{2} <bread> or {1} <milk>")
    said = {**reading, "language": {"lang": lang}}
    result = read_message(said, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision) == ({"BREAD": 2, "MILK": 1}, decision)


@pytest.mark.parametrize(
    "text", ["add {2} <brown bread> or {1} <milk>", "ongeza <brown bread> {mbili|2} au <milk> {moja|1}"]
)
def test_one_of_two_that_a_change_leaves_open_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{2} <bread> na popo bakuli", "<bread> {एक|1} और बैट बाउल"])
def test_a_word_that_is_joined_with_a_vessel_may_be_a_good(text: str) -> None:
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.8} if one["text"] in {"popo", "बैट"} else one for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    assert read_message({**reading, "tokens": tokens}, CORNER_SHOP, context).decision is Decision.CLARIFY


@pytest.mark.parametrize("haste", ["लवकर", "जल्दी", "झटपट"])
def test_haste_that_the_bot_took_for_a_part_of_a_good_is_none(haste: str) -> None:
    result = read(CORNER_SHOP, f"{{2}} <coke {haste}> पाठव रे भाऊ")
    assert (lines(result), result.decision) == ({"COKE": 2}, Decision.ACCEPT)


@pytest.mark.parametrize("joint", ["n", "nd"])
def test_a_short_and_that_the_bot_took_for_a_part_of_a_good_joins(joint: str) -> None:
    plain, reading = marked(f"{{1}} <milk {joint}> {{2}} <coke>")
    assert [one.text for one in lay_out(plain, reading, CORNER_SHOP) if one.kind is Kind.JOIN] == [joint]


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("<mkate> {mbili|2} na viatu vya shule", "viatu"),
        ("si unitumie viatu vya shule na <mkate> {mbili|2}", "shule"),
        ("<mkate> {mbili|2} na pazia la dirisha la watoto", "pazia"),
    ],
)
def test_a_name_of_something_behind_an_and_is_asked_about(text: str, doubted: str) -> None:
    assert _doubting(text, doubted) is Decision.CLARIFY
    assert _doubting(text, "nothing") is Decision.ACCEPT


def test_change_for_a_note_is_no_good() -> None:
    assert _doubting("<mkate> {mbili|2} na uje na change ya soo tano", "change") is Decision.ACCEPT


def _doubting(text: str, doubted: str) -> Decision:
    """The decision where the bot was of two minds about a word."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.5} if one["text"] == doubted else {**one, "p": 1.0} for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    return read_message({**reading, "tokens": tokens}, CORNER_SHOP, context).decision
