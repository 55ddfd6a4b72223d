"""A message with its reading and its catalogue comes to lines, a decision and a question."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Thresholds
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import CORNER_SHOP, FURNISHER, KITCHEN, marked, shop_of


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
        ("<mayai> {tano|5}\n<maziwa> {tatu|3}\naah <mayai> iwe {moja|1} tu", {"EGG": 1, "MILK": 3}),
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
        ("{2} <bread>, {1} <sugar> and a coke?", {"BREAD": 2, "SUGAR-1": 1, "COKE": 1}),
        ("{2} <bread> and a happy day", {"BREAD": 2}),
        ("<mkate> {miwili|2}, {mmoja|1} bila ganda", {"BREAD": 2}),
    ],
)
def test_orders_become_lines(text: str, expected: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision, result.ask) == (expected, Decision.ACCEPT, None)


@pytest.mark.parametrize("text", ["\N{ROUND PUSHPIN}", "\N{PERSON WITH FOLDED HANDS}!!", "...", "?", " ", ""])
def test_a_message_without_words_orders_nothing(text: str) -> None:
    result = read(CORNER_SHOP, text)
    assert (lines(result), result.decision) == ({}, Decision.CLARIFY)


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


def test_questions_order_nothing() -> None:
    result = read(CORNER_SHOP, "how much is {1} <milk>?", intent="ask_price")
    assert (result.lines, result.decision) == ((), Decision.REPLY)


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
        ("<gas> namba {sita|6}", {"GAS-6": 1}),
        ("<sugar> size {2}, {3}", {"SUGAR-2": 3}),
        ("<unga> {2}", {}),
    ],
)
def test_a_small_number_names_a_size_behind_a_word_of_size_alone(text: str, expected: dict[str, int]) -> None:
    """What "number six" says is a size; a bare two beside a good that is open stays a count."""
    assert lines(read(CORNER_SHOP, text)) == expected


def test_a_wedding_makes_one_of_a_good_no_wholesale_order() -> None:
    """One saree for a wedding is asked about like any other; forty of them are a person's business."""
    one = read(CORNER_SHOP, "{1} <unga> harusi iko kesho", flags={"bulk": True})
    trade = read(CORNER_SHOP, "{5} <unga> kwa bei ya jumla", flags={"bulk": True, "wholesale": True})
    assert (one.decision, one.ask, trade.decision) == (Decision.CLARIFY, Slot.VARIANT, Decision.HANDOFF)


SHOES = catalogue_from_rows(
    [
        {"sku": f"SHOE-{size}", "name": f"School Shoes {size}", "aliases": f"shoes {size}", "unit": "pair",
         "price": "1500", "stock": "9", "options": f"size={size}"}
        for size in (34, 36)
    ]
)  # fmt: skip


def test_a_size_that_no_row_has_counts_nothing() -> None:
    """Forty-five pairs would be a wholesale order; size forty-five is a question."""
    result = read(SHOES, "<shoes> size {45}")
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.VARIANT)


def test_a_second_size_behind_an_and_is_the_same_good() -> None:
    """A combo's number is no size, and what follows it stays a count."""
    assert lines(read(SHOES, "<shoes> size {34} and {36}")) == {"SHOE-34": 1, "SHOE-36": 1}
    assert lines(read(KITCHEN, "<combo> size {1} and {2}")).keys() <= {"COMBO"}


@pytest.mark.parametrize(
    ("text", "p", "decision"),
    [
        ("chokora and {1} <milk>", 0.8, Decision.CLARIFY),
        ("{1} <milk> na chokora", 0.8, Decision.CLARIFY),
        ("{1} <milk> na chokora", 0.99, Decision.ACCEPT),
        ("nisaidie na {1} <milk>", 0.6, Decision.ACCEPT),
        ("{1} <milk>, chokora", 0.8, Decision.ACCEPT),
    ],
)
def test_a_word_in_an_items_place_is_asked_about(text: str, p: float, decision: Decision) -> None:
    """What an "and" joins to a good may be a good that the shop lacks, unless the bot is sure that it is none."""
    plain, reading = marked(text)
    for token in reading["tokens"]:
        if token["text"] in {"chokora", "nisaidie"}:
            token["p"] = p
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision) == ({"MILK": 1}, decision)


def test_a_known_name_that_several_rows_share_is_asked_about_as_a_variant() -> None:
    """The bot passed over it and no lexicon has it; the shop's own word is no unknown good all the same."""
    rows = [{"sku": f"CAM-{n}", "name": f"Camshaft {n}", "price": "900", "stock": "9"} for n in (125, 150)]
    plain, reading = marked("need a camshaft")
    next(token for token in reading["tokens"] if token["text"] == "camshaft")["p"] = 0.9
    result = read_message(reading, catalogue_from_rows(rows), ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.VARIANT)


def test_sizes_counted_behind_their_good_are_items_each() -> None:
    result = read(FURNISHER, "<enamel cup>: {2} large {4} small")
    assert lines(result) == {"CUP-L": 2, "CUP-S": 4}


def test_a_count_that_no_item_takes_is_asked_about() -> None:
    """What "the others" are nobody knows; their count goes to no other good, and is not passed over."""
    result = read(CORNER_SHOP, "<bread> {4}, zile zingine {2} na <milk> {1}", unmet=("zingine",))
    assert result.decision is Decision.CLARIFY


def test_a_name_that_no_row_has_is_no_part_of_one() -> None:
    """The colour alone would be a row's, but it stands behind a brand that the shop does not hold."""
    result = read(CORNER_SHOP, "{2} <zomba brown>")
    assert (lines(result), result.decision, result.ask) == ({}, Decision.CLARIFY, Slot.ITEM)


def test_a_mat_before_a_full_stop_refuses_nothing() -> None:
    """Hindi's "don't" is written like a mat that a shop sells."""
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "price": "300", "stock": "9"}
            for sku, name in (("DOOR", "Door Mat"), ("BATH", "Bath Mat"))
        ]
    )
    assert lines(read(shop, "{1} <door mat>. {1} <bath mat>. thanks")) == {"DOOR": 1, "BATH": 1}


def test_another_model_counts_nothing() -> None:
    """Six thousand bearings are nobody's order, and no wholesale either."""
    shop = catalogue_from_rows(
        [{"sku": "BEAR", "name": "Bearing 6301", "aliases": "bearing", "price": "90", "stock": "50"}]
    )
    result = read(shop, "<bearing> {6302}, {mbili|2}")
    assert (lines(result), result.decision) == ({}, Decision.CLARIFY)


def test_an_opening_without_goods_is_asked_about_whatever_place_it_names() -> None:
    """An address serves an order; where there is none yet, it is no order by itself."""
    plain, reading = marked("can you supply Lakeside hotel")
    start = plain.index("Lakeside")
    reading["slots"] = {"address": {"text": plain[start:], "start": start, "end": len(plain), "vague": False}}
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


def test_many_of_what_is_out_of_stock_are_no_wholesale_order() -> None:
    result = read(CORNER_SHOP, "{50} <sukuma>")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


def test_the_units_of_a_shop_are_no_goods() -> None:
    """A word that only says what rows are sold by stands between a number and its good."""
    shop = catalogue_from_rows(
        [{"sku": "BLUE", "name": "Blue Twine", "aliases": "twine", "unit": "spool", "price": "40", "stock": "90"}]
    )
    plain, reading = marked("two spools <blue twine>")
    for token in reading["tokens"]:
        token["p"] = 0.8 if token["text"] == "two" else token["p"]
    result = read_message(reading, shop, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"BLUE": 2}


def test_a_bare_number_that_corrects_a_measure_has_its_unit() -> None:
    """The five of "four kilos, no, five" are kilos."""
    result = read(CORNER_SHOP, "<vitunguu> {kilo nne|4kg}\nhapana {tano|5}\nna <mkate> {2}")
    assert lines(result) == {"ONION": 5, "BREAD": 2}


def test_a_unit_that_one_row_is_called_by_is_ordered() -> None:
    """A tray is the shop's tray of eggs, where no good stands beside it."""
    result = read(CORNER_SHOP, "{2} <mkate>, {1 tray|1tray} and {3} <coke>")
    assert lines(result) == {"BREAD": 2, "EGG-T": 1, "COKE": 3}


def test_a_word_for_pieces_that_one_row_is_called_by_is_ordered() -> None:
    shop = shop_of(
        ("CHEESE", "Cheese Slice", "kipande|slice", ""),
        ("PEN", "Pen", "pen|kalamu", ""),
        ("INK", "Ink", "ink|wino", ""),
    )
    result = read(shop, "<kalamu> {mbili|2}, {kipande moja|1piece}, <wino> {mbili|2}")
    assert (lines(result), result.decision) == ({"PEN": 2, "CHEESE": 1, "INK": 2}, Decision.ACCEPT)


def test_a_word_of_a_name_refuses_nothing() -> None:
    """In Marathi "soda" is a drink and "leave it"; as a part of a counted good's whole name it refuses nothing."""
    shop = catalogue_from_rows(
        [
            {"sku": "SODA", "name": "Jeera Soda", "aliases": "jeera soda", "price": "25", "stock": "30"},
            {"sku": "WADA", "name": "Sabudana Vada", "aliases": "sabudana vada", "price": "30", "stock": "30"},
        ]
    )
    plain, reading = marked("{1} <sabudana vada> ani {2} <-jeera soda>")
    start = plain.index("soda")
    kept = [one for one in reading["tokens"] if one["text"] != "jeera soda"]
    word = {"start": start, "end": start + 4, "text": "soda", "norm": "soda", "tag": "REMOVE", "p": 0.6, "met": True}
    reading["tokens"] = [*kept, word]
    result = read_message(reading, shop, ReadingContext(text=plain, thresholds=EVERYTHING))
    assert lines(result) == {"WADA": 1, "SODA": 2}


@pytest.mark.parametrize(
    "text", ["{1} <chai> bina shakkar ka aur {2} <idli>", "<chai> {moja|1} isiwe na maziwa, na <idli> {mbili|2}"]
)
def test_what_a_good_comes_without_is_no_good_of_the_list(text: str) -> None:
    """An "and" joins it with the next good, and a word before it says that it is not wanted."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.9} if one["tag"] == "O" else one for one in reading["tokens"]]
    context = ReadingContext(text=plain, thresholds=EVERYTHING)
    result = read_message({**reading, "tokens": tokens}, KITCHEN, context)
    assert (lines(result), result.decision) == ({"TEA": 1, "IDLI": 2}, Decision.ACCEPT)
