"""A message with its reading and its catalogue comes to lines, a decision and a question."""

from fractions import Fraction
from typing import Any

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, OrderReading, ReadingContext, Slot, Thresholds, Turn
from tests.support.shops import CORNER_SHOP, KITCHEN, marked

EVERYTHING = Thresholds(accept=0.0)


def read(
    shop: Catalogue, text: str, *, intent: str = "place_order", history: tuple[Turn, ...] = (), **parts: Any
) -> OrderReading:
    plain, reading = marked(text, intent, **parts)
    return read_message(reading, shop, ReadingContext(text=plain, history=history, thresholds=EVERYTHING))


def lines(result: OrderReading) -> dict[str, Fraction]:
    return {line.sku: line.quantity for line in result.lines}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <milk> and {one|1} <bread>", {"MILK": 2, "BREAD": 1}),
        ("<mayai> {kumi|10} na <maziwa> {mbili|2}", {"EGG": 10, "MILK": 2}),
        ("<mkate> {1} <maziwa> {3} <mayai> {2}", {"BREAD": 1, "MILK": 3, "EGG": 2}),
        ("<sugar> {3kg}", {"SUGAR-2": 1, "SUGAR-1": 1}),
        ("<maisha> na <sukari> {mbili mbili|2each}", {"FLOUR-2": 2, "SUGAR-1": 2}),
        ("{2} <milk>, no make it {3}", {"MILK": 3}),
        ("<mayai> {tano|5}, aki <mayai> iwe {sita|6}", {"EGG": 6}),
        ("<bread> {1} lakini sio <brown>", {"BREAD": 1}),
        ("<vitunguu> {kilo moja|1kg}. <-nyanya> usiweke", {"ONION": 1}),
        ("{2} <coke 500>", {"COKE": 2}),
        ("<coke> {500} {5}", {"COKE": 5}),
        ("1. <milk> - {2}\n2. <bread> - {1}", {"MILK": 2, "BREAD": 1}),
        ("{half|0.5tray} of <eggs>", {"EGG": 15}),
        ("<bread> {ek|1}, <milk> do", {"BREAD": 1, "MILK": 2}),
        ("<bread> {ek|1} aur <milk> {teen|3} do", {"BREAD": 1, "MILK": 3}),
        ("{2} <bread> and {one|1} <-milk>", {"BREAD": 2}),
        ("{2} <bread> less crust + {1} <-milk>", {"BREAD": 2, "MILK": 1}),
    ],
)
def test_orders_become_lines(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision, result.ask) == (expected, Decision.ACCEPT, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{2} <vada pav> {1} <chai>", {"VADA-P": 2, "TEA": 1}),
        ("<veg pulao> {ek|1} full {ek|1} half", {"PULAO-F": 1, "PULAO-H": 1}),
        ("{ek|1} full {ek|1} half <veg pulao>", {"PULAO-F": 1, "PULAO-H": 1}),
        ("{3} <vada pav>, {one|1} of them <cheese>", {"VADA-P": 2, "VADA-PC": 1}),
        ("{पाव|0.25}, {2} <chai>", {"PAV": 1, "TEA": 2}),
        ("<combo> {1} ke {3}", {"COMBO": 3}),
        ("<kaju barfi> {dedh|1.5kg}", {"BARFI-1": 1, "BARFI-H": 2}),
    ],
)
def test_kitchen_orders_become_lines(text: str, expected: dict[str, int]) -> None:
    result = read(KITCHEN, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "ask", "expected"),
    [
        ("{2} <milk> and {1} <pizza>", Slot.ITEM, {"MILK": 2}),
        ("{2} <milk> and <unga>", Slot.VARIANT, {"MILK": 2}),
        ("{few|vague} <eggs> and {1} <bread>", Slot.QTY, {"BREAD": 1}),
        ("<sukuma> {2}", Slot.ITEM, {"KALE": 2}),
        ("<brown bread> {12}", Slot.QTY, {"BREAD-B": 12}),
        ("<pizza> and <unga> and <onions>", Slot.ITEM, {}),
        ("hello there", Slot.ITEM, {}),
    ],
)
def test_what_is_open_is_asked_and_stays_out(text: str, ask: Slot, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (result.decision, result.ask, lines(result)) == (Decision.CLARIFY, ask, expected)


def test_words_for_what_the_shop_lacks_are_told() -> None:
    assert read(CORNER_SHOP, "{2} <milk> and {1} <dog biscuits>").unmatched == ("dog biscuits",)


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


READ_BACK = (
    Turn("customer", "3 milk, 1 bread and eggs"),
    Turn("bot", "3 x Malisho Milk 500ml, 1 White Bread 400g, 6 Egg = KES 335. Shall I book it?"),
)


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("add {2} <milk>", set(), {"MILK": 2}),
        ("make the <milk> {5}", {"MILK"}, {"MILK": 5}),
        ("remove the <-eggs>", {"EGG"}, {}),
        ("punguza <maziwa> {1}", {"MILK"}, {"MILK": 2}),
        ("toa <-bread>, weka {2} <coke>", {"BREAD"}, {"COKE": 2}),
        ("<-milk> nako, <coke> dya", {"MILK"}, {"COKE": 3}),
        ("change the <bread> to <brown bread>", {"BREAD"}, {"BREAD-B": 1}),
        ("<bread> iwe ile kubwa", {"BREAD"}, {"BREAD-8": 1}),
        ("make {one|1} of them <brown bread>", {"BREAD"}, {"BREAD-B": 1}),
        ("make the <eggs> a tray", {"EGG"}, {"EGG-T": 1}),
        ("<-milk> ki jagah <coke> {ek|1} jod do", {"MILK"}, {"COKE": 1}),
        ("<milk> {3} ki jagah {5}", {"MILK"}, {"MILK": 5}),
        ("{ek|1} kam karo, sirf {2} <milk>", {"MILK"}, {"MILK": 2}),
        ("remove the <-milk>, keep the <bread>", {"MILK"}, {}),
        ("double everything", {"MILK", "BREAD", "EGG"}, {"MILK": 6, "BREAD": 2, "EGG": 12}),
    ],
)
def test_a_change_is_read_against_the_running_order(text: str, removed: set[str], added: dict[str, int]) -> None:
    result = read(
        CORNER_SHOP, text, intent="modify_order", history=READ_BACK, flags={"everything": "everything" in text}
    )
    assert (set(result.removed), lines(result)) == (removed, added)
    assert result.decision is Decision.ACCEPT


def test_what_comes_off_is_found_by_its_family() -> None:
    """The order has a tray; "the eggs" is the name of another row, and nothing else on the order is eggs."""
    history = (Turn("customer", "a tray and milk"), Turn("bot", "1 Egg Tray (30), 1 Malisho Milk 500ml = KES 480. OK?"))
    result = read(CORNER_SHOP, "remove the <-eggs>", intent="modify_order", history=history)
    assert (result.removed, result.lines) == (("EGG-T",), ())


def test_a_guess_without_an_amount_is_asked_about_beside_what_is_sure() -> None:
    result = read(CORNER_SHOP, "<paste> add, and {2} <coke>", intent="modify_order", history=READ_BACK)
    assert (lines(result), result.decision) == ({"COKE": 2}, Decision.CLARIFY)


def test_more_of_nothing_is_an_order() -> None:
    """Without an order to change, a message that may be either is an order of its own."""
    plain, reading = marked("add {2} <milk>", "modify_order")
    reading["intent_ranking"] = [
        {"name": "modify_order", "confidence": 0.6},
        {"name": "place_order", "confidence": 0.35},
    ]
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.intent, lines(result)) == ("place_order", {"MILK": 2})


def test_a_counted_word_that_no_row_has_is_not_dropped() -> None:
    """The bot was sure of the amount; what it counts was not understood, so nothing is booked."""
    plain, reading = marked("{2} <milk> and {1} wheelbarrow")
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision, result.ask) == ({"MILK": 2}, Decision.CLARIFY, Slot.ITEM)


def test_a_word_behind_an_and_is_not_dropped() -> None:
    """The bot took it for a good and was not quite sure; as the end of a list it is asked about, without an amount."""
    plain, reading = marked("{2} <milk> aur <katchup>")
    for part in (*reading["tokens"], *reading["mentions"]):
        if part["text"] == "katchup":
            part["p"] = part["confidence"] = 0.78
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision, result.unmatched) == ({"MILK": 2}, Decision.CLARIFY, ("katchup",))


@pytest.mark.parametrize(("said", "ask"), [("maggi", Slot.ITEM), ("noodles", None), ("margarine", Slot.VARIANT)])
def test_another_brand_is_another_good(said: str, ask: Slot | None) -> None:
    """Whoever asks for a brand that the shop lacks is not sold its neighbour; whoever asks for the kind may be."""
    shop = catalogue_from_rows(
        [
            {"sku": "INDO", "name": "Indomie Noodles 70g", "aliases": "indomie|noodles", "price": "40", "stock": "50"},
            {"sku": "BLUE-S", "name": "Blue Band Margarine 250g", "price": "180", "stock": "9", "options": "size=250g"},
            {"sku": "BLUE-L", "name": "Blue Band Margarine 500g", "price": "330", "stock": "9", "options": "size=500g"},
        ]
    )
    result = read(shop, f"{{2}} <{said}>")
    assert result.ask is ask
    assert {line.sku for line in result.lines} == ({"INDO"} if ask is None else set())


def test_a_guess_at_what_is_wanted_is_not_acted_on() -> None:
    plain, reading = marked("hm, leave that", "cancel_order")
    reading["intent"]["confidence"] = 0.4
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.decision, result.rule) == (Decision.CLARIFY, "unsure what is wanted")


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


def test_a_change_that_names_nothing_is_asked_about() -> None:
    result = read(CORNER_SHOP, "can I change something?", intent="modify_order", history=READ_BACK)
    assert (result.decision, result.ask, result.lines, result.removed) == (Decision.CLARIFY, Slot.ITEM, (), ())


def test_same_again_takes_the_order_that_the_history_shows() -> None:
    result = read(CORNER_SHOP, "same again", history=READ_BACK, flags={"same_again": True})
    assert lines(result) == {"MILK": 3, "BREAD": 1, "EGG": 6}


def test_same_again_without_a_history_is_asked_about() -> None:
    result = read(CORNER_SHOP, "same again", flags={"same_again": True})
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


def test_a_caller_that_knows_the_running_order_need_not_have_said_it() -> None:
    plain, reading = marked("make it {4}", "modify_order")
    context = ReadingContext(text=plain, order={"COKE": Fraction(2)}, thresholds=EVERYTHING)
    result = read_message(reading, CORNER_SHOP, context)
    assert (result.removed, lines(result)) == (("COKE",), {"COKE": 4})


def test_questions_order_nothing() -> None:
    result = read(CORNER_SHOP, "how much is {1} <milk>?", intent="ask_price")
    assert (result.lines, result.decision) == ((), Decision.REPLY)


def test_goods_in_an_address_are_given_back_to_the_order() -> None:
    plain, reading = marked("{2} <bread>, milk {3}, Moi Avenue, gate 4")
    start = plain.index("milk")
    reading["slots"] = {
        "address": {"text": plain[start:], "start": start, "end": len(plain), "confidence": 0.6, "vague": False}
    }
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.address) == ({"BREAD": 2, "MILK": 3}, "Moi Avenue, gate 4")


def test_below_the_threshold_nothing_is_booked() -> None:
    plain, reading = marked("{2} <milk>")
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=Thresholds(accept=1.1)))
    assert (result.decision, result.ask, result.rule) == (Decision.CLARIFY, Slot.ITEM, "below the threshold")


def test_the_reading_as_json_has_whole_numbers_and_fractions() -> None:
    data = read(CORNER_SHOP, "<onions> {0.5kg} and {2} <milk>").to_json()
    assert data["lines"] == [{"sku": "ONION", "qty": 0.5}, {"sku": "MILK", "qty": 2}]
    assert (data["decision"], data["ask"], data["removed"]) == ("accept", None, [])


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
    ("text", "expected"),
    [
        ("<gas> namba {sita|6}", {"GAS-6": 1}),
        ("<sugar> size {2}, {3}", {"SUGAR-2": 3}),
        ("<unga> {2}", {}),
    ],
)
def test_a_small_number_names_a_size_behind_a_word_of_size_alone(text: str, expected: dict[str, int]) -> None:
    """What "number six" says is a size; a bare two beside a good that is open stays a count."""
    assert lines(read(CORNER_SHOP, text)) == expected


ORDER_OF_MILK = (
    Turn("customer", "3 milk and 1 bread", None),
    Turn("bot", "3 x Malisho Milk 500ml, 1 x White Bread 400g = KES 245. Shall I book it?", None),
)


@pytest.mark.parametrize(
    ("text", "removed", "expected"),
    [
        ("reduce <-milk> to {1}", ("MILK",), {"MILK": 1}),
        ("make the <milk> {4} instead of {3}", ("MILK",), {"MILK": 4}),
        ("<maziwa> zitoe", ("MILK",), {}),
        ("<maziwa> toa, sitaki", ("MILK",), {}),
        ("ongeza <mayai> {2} toa <mkate>", ("BREAD",), {"EGG": 2}),
    ],
)
def test_changes_say_what_the_order_becomes(text: str, removed: tuple[str, ...], expected: dict[str, int]) -> None:
    """A change holds whichever side of the good its word stands on, and whichever number it gives first."""
    result = read(CORNER_SHOP, text, intent="modify_order", history=ORDER_OF_MILK)
    assert (tuple(sorted(result.removed)), lines(result), result.decision) == (removed, expected, Decision.ACCEPT)


def test_a_wedding_makes_one_of_a_good_no_wholesale_order() -> None:
    """One saree for a wedding is asked about like any other; forty of them are a person's business."""
    one = read(CORNER_SHOP, "{1} <unga> harusi iko kesho", flags={"bulk": True})
    trade = read(CORNER_SHOP, "{5} <unga> kwa bei ya jumla", flags={"bulk": True, "wholesale": True})
    assert (one.decision, one.ask, trade.decision) == (Decision.CLARIFY, Slot.VARIANT, Decision.HANDOFF)


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


def test_a_bare_number_answers_how_many_kilos() -> None:
    """Where a good is weighed, "two" after "how many kilos?" is two kilos."""
    asked = (Turn("customer", "onions", marked("<onions>")[1]), Turn("bot", "Onions: kilo ngapi?", None))
    result = read(CORNER_SHOP, "{mbili|2}", history=asked)
    assert (lines(result), result.decision) == ({"ONION": 2}, Decision.ACCEPT)


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


VESSELS = catalogue_from_rows(
    [
        {"sku": "PLATE", "name": "Melamine Plates (6)", "aliases": "plates|sahani", "unit": "set", "price": "600",
         "currency": "KES", "stock": "9", "options": ""},
        {"sku": "POT", "name": "Cooking Pot", "aliases": "chungu kidogo", "unit": "piece", "price": "300",
         "currency": "KES", "stock": "9", "options": "size=small"},
        {"sku": "POT-SET", "name": "Cooking Pot Set (7 pieces)", "aliases": "pot set", "unit": "set", "price": "3000",
         "currency": "KES", "stock": "9", "options": ""},
    ]
)  # fmt: skip


def test_a_shop_sells_the_plates_that_others_sell_food_on() -> None:
    """A container that a row is called by is a good there, also behind a number of sets."""
    assert lines(read(VESSELS, "{sahani|1plate} {seti mbili|2set}")) == {"PLATE": 2}


def test_packs_in_our_own_list_are_packs() -> None:
    """What stands in brackets in a name we read back is no count, and its count is of packs."""
    history = (Turn("customer", "plates", None), Turn("bot", "Melamine Plates (6) 2 = KES 1200. Sawa?", None))
    result = read(VESSELS, "<sahani> ziwe {4}", intent="modify_order", history=history)
    assert (lines(result), result.removed) == ({"PLATE": 4}, ("PLATE",))


def test_the_big_one_counts_none() -> None:
    """In an answer such as "the big one" the last word stands for the good."""
    asked = (
        Turn("customer", "two gas", marked("{two|2} <gas>")[1]),
        Turn("bot", "Gas Refill 6kg or 13kg?", None),
    )
    assert lines(read(CORNER_SHOP, "the big {one|1}", history=asked)) == {"GAS-13": 2}
