"""Changes of a running order: more, less, another row in place of one, everything."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Turn
from tests.support.marked_reading import EVERYTHING, READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN, VESSELS, marked


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
        ("<milk> ziwe {tatu|5}, <-bread> acha hivyo", {"MILK"}, {"MILK": 5}),
        ("<bread> ko <brown bread> kar do aur <-milk> cancel", {"BREAD", "MILK"}, {"BREAD-B": 1}),
        ("<-milk> cancel, <bread> ko <brown bread> kar do", {"BREAD", "MILK"}, {"BREAD-B": 1}),
        ("<maziwa> {moja|1} iwe <coke>", {"MILK"}, {"MILK": 2, "COKE": 1}),
        ("<mayai> msiweke, badala yake <coke> {2}", {"EGG"}, {"COKE": 2}),
        ("badili iwe <mkate mkubwa> alafu weka <coke> {1}", {"BREAD"}, {"BREAD-8": 1, "COKE": 1}),
        ("<-bread> rehne do, uski jagah <coke> {ek|1}", {"BREAD"}, {"COKE": 1}),
        ("sahau <bread>", {"BREAD"}, {}),
        ("<eggs> chhodo", {"EGG"}, {}),
        ("{two|2} <milk> inatosha", {"MILK"}, {"MILK": 2}),
        ("one <milk> is enough", {"MILK"}, {"MILK": 1}),
        ("add {2} <coke> and dont forget the <-bread>", set(), {"COKE": 2}),
        ("<-mayai> usiweke, <-maziwa> yabaki", {"EGG"}, {}),
        ("ondoa <-maziwa> {mawili|2}, ongeza <coke> {moja|1}", {"MILK"}, {"MILK": 1, "COKE": 1}),
        ("<mayai> nimepata nyingine ndani, itoeni", {"EGG"}, {}),
        ("hiyo <mkate> ifanye mkubwa", {"BREAD"}, {"BREAD-8": 1}),
        ("one of the <milk> should be <coke>", {"MILK"}, {"MILK": 2, "COKE": 1}),
        ("<bread> {1} ki jagah {3} aur {ek|1} <coke>", {"BREAD"}, {"BREAD": 3, "COKE": 1}),
        ("<milk> {तीन|3} ऐवजी {पाच|5}, <coke> {1}", {"MILK"}, {"MILK": 5, "COKE": 1}),
        ("<-milk do> kam kar do", {"MILK"}, {"MILK": 1}),
        ("<-eggs don> kami kara", {"EGG"}, {"EGG": 4}),
        ("<-अंडी दोन> कमी करा", {"EGG"}, {"EGG": 4}),
        ("<bread> nahi, <brown> wala dena", {"BREAD"}, {"BREAD-B": 1}),
        ("{moja|1} ingine ya ile <milk>, halafu <coke> {mbili|2}", set(), {"MILK": 1, "COKE": 2}),
        ("another <bread> and {2} <coke>", set(), {"BREAD": 1, "COKE": 2}),
        ("ongeza <maziwa> na <coke> {mbili|2}", set(), {"MILK": 1, "COKE": 2}),
        ("add {2} <coke> without <-ice>", set(), {"COKE": 2}),
        ("double everything", {"MILK", "BREAD", "EGG"}, {"MILK": 6, "BREAD": 2, "EGG": 12}),
    ],
)
def test_a_change_is_read_against_the_running_order(text: str, removed: set[str], added: dict[str, int]) -> None:
    result = read(
        CORNER_SHOP, text, intent="modify_order", history=READ_BACK, flags={"everything": "everything" in text}
    )
    assert (set(result.removed), lines(result)) == (removed, added)
    assert result.decision is Decision.ACCEPT


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("<onion> {2 kilo|2kg} ki jagah {5 kilo|5kg}", {"ONION": 5}),
        ("<कांदा> {दोन किलो|2kg} ऐवजी {पाच किलो|5kg}", {"ONION": 5}),
        ("<onion> do kilo ki jagah {paanch kilo|5kg} aur <-coke> {ek|1}", {"ONION": 5, "COKE": 1}),
    ],
)
def test_a_weight_in_the_place_of_another_is_the_new_one(text: str, added: dict[str, int]) -> None:
    two = (Turn("customer", "2 kilo onion"), Turn("bot", "2 kg Onions (loose) = KES 200. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=two)
    assert (result.removed, lines(result), result.decision) == (("ONION",), added, Decision.ACCEPT)


def test_an_old_count_that_the_order_does_not_have_is_asked_about() -> None:
    """Three loaves are to come in the place of two, and the order has one; the cola alone would be half of it."""
    result = read(CORNER_SHOP, "<bread> {2} ki jagah {3} aur {ek|1} <coke>", intent="modify_order", history=READ_BACK)
    assert (result.decision, "BREAD" in lines(result)) == (Decision.CLARIFY, False)


@pytest.mark.parametrize("text", ["{250 chya|250money} aivaji {750 chi|750money} dya", "250 ki jagah {750} wali do"])
def test_a_size_in_the_place_of_another_keeps_the_number(text: str) -> None:
    shop = catalogue_from_rows(
        [
            {
                "sku": "C-250",
                "name": "Cola 250ml",
                "aliases": "cola 250",
                "unit": "bottle",
                "price": "20",
                "stock": "50",
            },
            {
                "sku": "C-750",
                "name": "Cola 750ml",
                "aliases": "cola 750",
                "unit": "bottle",
                "price": "45",
                "stock": "50",
            },
        ]
    )
    two = (Turn("customer", "2 cola 250"), Turn("bot", "2 x Cola 250ml = KES 40. Shall I book it?"))
    result = read(shop, text, intent="modify_order", history=two)
    assert (set(result.removed), lines(result)) == ({"C-250"}, {"C-750": 2})


@pytest.mark.parametrize(
    "text",
    [
        "toa <-soda>, weka <sukari> {1}",
        "remove the <-pizza> and add {1} <sugar>",
        "<-pizza> hatao, {ek|1} <sugar> dalo",
    ],
)
def test_what_is_to_come_off_and_is_not_on_the_order_is_asked_about(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.removed, result.decision, result.ask) == ((), Decision.CLARIFY, Slot.ITEM)


def test_the_only_one_of_a_kind_comes_off_by_the_name_of_its_kind() -> None:
    history = (READ_BACK[0], Turn("bot", "1 Coca-Cola 500ml, 1 Malisho Milk 500ml = KES 130. Shall I book it?"))
    result = read(CORNER_SHOP, "toa <-soda>, weka <sukari> {1}", intent="modify_order", history=history)
    assert (result.removed, lines(result), result.decision) == (("COKE",), {"SUGAR-1": 1}, Decision.ACCEPT)


def test_a_word_of_the_order_that_nothing_reads_is_asked_about() -> None:
    """Of "coca" alone nothing is made, and the milk would go without the rest of what is asked."""
    history = (READ_BACK[0], Turn("bot", "1 Coca-Cola 500ml, 1 Malisho Milk 500ml = KES 130. Shall I book it?"))
    result = read(CORNER_SHOP, "coca ko sprite kar do, <-milk> hata do", intent="modify_order", history=history)
    assert result.decision is Decision.CLARIFY


def test_what_another_row_is_called_takes_nothing_off_unasked() -> None:
    """The bot took the brown bread for going, and only the white one is on the order."""
    plain, reading = marked("<coke> {2}, and <brown bread>", "modify_order")
    mentions = [{**one, "role": "from" if "brown" in one["text"] else "add"} for one in reading["mentions"]]
    context = ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING)
    result = read_message({**reading, "mentions": mentions}, CORNER_SHOP, context)
    assert result.decision is Decision.CLARIFY


def test_what_is_put_on_does_not_come_off() -> None:
    """The word of taking off belongs to the eggs before it, though it stands near the bread as well."""
    result = read(CORNER_SHOP, "<-eggs> toa, ongeza <mkate> {1}", intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result)) == ({"EGG"}, {"BREAD": 1})


def test_another_size_may_be_made_beside_another_change() -> None:
    result = read(CORNER_SHOP, "make the <malisho kubwa> and <bread> {2}", intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result)) == ({"MILK", "BREAD"}, {"MILK-L": 3, "BREAD": 2})


def test_only_speaks_of_what_is_on_the_order() -> None:
    """The bread that is left is the brown one that was ordered, though "bread" alone means the white one."""
    browns = (Turn("customer", "2 brown bread"), Turn("bot", "2 x Brown Bread 400g = KES 140. Shall I book it?"))
    result = read(CORNER_SHOP, "only {1} <bread> please", intent="modify_order", history=browns)
    assert (set(result.removed), lines(result)) == ({"BREAD-B"}, {"BREAD-B": 1})


def test_a_number_before_less_steps_down() -> None:
    """Of three, "one less" leaves two, though the bot read no amount and "kara" else makes it a number."""
    result = read(CORNER_SHOP, "ek kami kara", intent="modify_order", history=THREE_MILKS)
    assert (set(result.removed), lines(result)) == ({"MILK"}, {"MILK": 2})


THREE_MILKS = (Turn("customer", "3 milk"), Turn("bot", "3 x Malisho Milk 500ml = KES 180. Shall I book it?"))


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("not {three|3}, sorry, {two|2}, and {1} <coke>", {"MILK"}, {"MILK": 2, "COKE": 1}),
        ("add {2} and {1} <coke>", set(), {"MILK": 2, "COKE": 1}),
    ],
)
def test_a_count_beside_other_goods_is_of_the_one_row_on_the_order(
    text: str, removed: set[str], added: dict[str, int]
) -> None:
    """A new count, or more, of what was read back may stand beside a good that is new."""
    result = read(CORNER_SHOP, text, intent="modify_order", history=THREE_MILKS)
    assert (set(result.removed), lines(result)) == (removed, added)


def test_some_of_a_row_become_another_sort() -> None:
    """Of three milks one is made a large one, and two stay."""
    result = read(
        CORNER_SHOP, "badilisha <maziwa> {moja|1} iwe <malisho kubwa>", intent="modify_order", history=READ_BACK
    )
    assert (set(result.removed), lines(result)) == ({"MILK"}, {"MILK": 2, "MILK-L": 1})


def test_what_is_made_another_sort_need_not_be_what_goes() -> None:
    result = read(
        CORNER_SHOP, "remove the <-milk> and make the <brown bread>", intent="modify_order", history=READ_BACK
    )
    assert (set(result.removed), lines(result)) == ({"MILK", "BREAD"}, {"BREAD-B": 1})


@pytest.mark.parametrize("verb", ["muongeze", "mniongezee", "uniongezee", "tuongezee"])
def test_all_persons_of_a_swahili_verb_steer_a_change(verb: str) -> None:
    result = read(CORNER_SHOP, f"{verb} <maziwa> {{mbili|2}}", intent="modify_order", history=READ_BACK)
    assert (result.removed, lines(result), result.decision) == ((), {"MILK": 2}, Decision.ACCEPT)


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


def test_a_change_that_names_nothing_is_asked_about() -> None:
    result = read(CORNER_SHOP, "can I change something?", intent="modify_order", history=READ_BACK)
    assert (result.decision, result.ask, result.lines, result.removed) == (Decision.CLARIFY, Slot.ITEM, (), ())


def test_a_caller_that_knows_the_running_order_need_not_have_said_it() -> None:
    plain, reading = marked("make it {4}", "modify_order")
    context = ReadingContext(text=plain, order={"COKE": Fraction(2)}, thresholds=EVERYTHING)
    result = read_message(reading, CORNER_SHOP, context)
    assert (result.removed, lines(result)) == (("COKE",), {"COKE": 4})


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


def test_packs_in_our_own_list_are_packs() -> None:
    """What stands in brackets in a name we read back is no count, and its count is of packs."""
    history = (Turn("customer", "plates", None), Turn("bot", "Melamine Plates (6) 2 = KES 1200. Sawa?", None))
    result = read(VESSELS, "<sahani> ziwe {4}", intent="modify_order", history=history)
    assert (lines(result), result.removed) == ({"PLATE": 4}, ("PLATE",))


def test_a_name_within_a_longer_name_does_not_keep_a_row_on_the_order() -> None:
    """What comes off is named again in the name of the set that takes its place."""
    history = (Turn("customer", "one pot", None), Turn("bot", "1 Cooking Pot, 1 Melamine Plates (6) = KES 900. OK?"))
    result = read(VESSELS, "toa <-pot>, weka <pot set>", intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("POT",), {"POT-SET": 1})


def test_some_of_a_row_are_exchanged() -> None:
    """No break stands between what goes and what comes, and only so many of it go."""
    plain, reading = marked("swap {two|2} of the <milk> for <coke>", "modify_order")
    for mention, role in zip(reading["mentions"], ("from", "to"), strict=True):
        mention["role"] = role
    result = read_message(reading, CORNER_SHOP, ReadingContext(text=plain, history=READ_BACK, thresholds=EVERYTHING))
    assert (set(result.removed), lines(result)) == ({"MILK"}, {"MILK": 1, "COKE": 2})


def test_make_it_behind_a_count_sets_it() -> None:
    """Hindi's "and" joins two changes here, and asks for no more."""
    result = read(CORNER_SHOP, "<-eggs> hatao aur <bread> {do|2} kar do", intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result)) == ({"EGG", "BREAD"}, {"BREAD": 2})


def test_a_number_before_wala_tells_which_one_is_meant() -> None:
    """The bar with eight hooks takes the place of that with four; eight hooks are not ordered."""
    shop = catalogue_from_rows(
        [
            {"sku": "BAR-4", "name": "Coat Bar 4 hook", "aliases": "coat bar", "price": "280", "stock": "9"},
            {"sku": "BAR-8", "name": "Coat Bar 8 hook", "aliases": "8 hook bar", "price": "520", "stock": "9"},
            {"sku": "HOOK", "name": "Hook", "aliases": "hook", "price": "20", "stock": "90"},
        ]
    )
    history = (Turn("customer", "coat bar ek", None), Turn("bot", "1 Coat Bar 4 hook = KES 280. Book it?"))
    result = read(shop, "nahi {8} <hook> wala", intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("BAR-4",), {"BAR-8": 1})


def test_as_many_plates_of_one_stand_for_as_many_of_another() -> None:
    """What one plate holds is told of one dish alone, and makes no difference between plates."""
    ordered = (Turn("customer", "3 idli"), Turn("bot", "3 Idli = KES 120. Shall I book it?"))
    result = read(KITCHEN, "<-idli> rehne do, uski jagah <poha> de do", intent="modify_order", history=ordered)
    assert (set(result.removed), lines(result)) == ({"IDLI"}, {"POHA": 3})


def test_a_number_and_what_is_added_are_two_things() -> None:
    result = read(CORNER_SHOP, "make it {5} and add <bread>", intent="modify_order", history=THREE_MILKS)
    assert (set(result.removed), lines(result)) == ({"MILK"}, {"MILK": 5, "BREAD": 1})


def test_what_a_change_names_and_leaves_without_a_mark_is_asked_about() -> None:
    """The bread becomes brown; what the milk is to be was not understood, and is not passed over."""
    text = "change <bread> to <brown bread> and make the <milk> {250ml|250ml}"
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.ITEM)


def test_an_and_adds_the_next_good_and_no_number() -> None:
    result = read(CORNER_SHOP, "teen nahi {chaar|4}, aur {ek|1} <coke>", intent="modify_order", history=THREE_MILKS)
    assert (set(result.removed), lines(result)) == ({"MILK"}, {"MILK": 4, "COKE": 1})


FRUIT = catalogue_from_rows(
    [
        {
            "sku": sku,
            "name": name,
            "aliases": aliases,
            "unit": "bottle",
            "price": "90",
            "stock": "99",
            "options": options,
        }
        for sku, name, aliases, options in (
            ("SQ", "Squash", "squash", ""),
            ("SQ-L", "Lime Squash", "lime squash", ""),
            ("SQ-O", "Orange Squash", "orange squash", ""),
            ("JAM-O", "Orange Jam", "orange jam", ""),
            ("JAM-L", "Lime Jam", "lime jam", ""),
            ("SYR-S", "Rose Syrup small", "small syrup|rose syrup small", "size=small"),
            ("SYR-L", "Rose Syrup large", "large syrup|rose syrup large", "size=large"),
        )
    ]
)


@pytest.mark.parametrize(
    ("ordered", "text", "removed", "added"),
    [
        ("4 Lime Squash", "<squash> {4} ki jagah {6} kar do", {"SQ-L"}, {"SQ-L": 6}),
        ("4 Lime Squash", "<squash> {4} ki jagah {6} kar do aur {ek|1} <lime jam>", {"SQ-L"}, {"SQ-L": 6, "JAM-L": 1}),
        ("4 Lime Squash", "add {6} <squash>", set(), {"SQ": 6}),
        ("2 Lime Squash", "{one|1} <lime> {one|1} <orange> rather", {"SQ-L"}, {"SQ-L": 1, "SQ-O": 1}),
        ("2 Squash, 1 Lime Jam, 3 Orange Jam", "drop everything except the <lime jam>", {"SQ", "JAM-O"}, {}),
        ("2 Squash, 1 Lime Jam", "sab hatao bas <squash> rehne do", {"JAM-L"}, {}),
        ("2 Rose Syrup small", "small nahi, large {ek|1} hi", {"SYR-S"}, {"SYR-L": 1}),
        ("2 Rose Syrup small", "small nahi, large", {"SYR-S"}, {"SYR-L": 2}),
        ("1 Rose Syrup small", "large would do actually, plus {3} <lime jam>", {"SYR-S"}, {"SYR-L": 1, "JAM-L": 3}),
    ],
)
def test_a_change_speaks_of_what_is_on_the_order(
    ordered: str, text: str, removed: set[str], added: dict[str, int]
) -> None:
    history = (Turn("customer", ordered.lower()), Turn("bot", f"{ordered} = KES 500. Shall I book it?"))
    result = read(FRUIT, text, intent="modify_order", history=history)
    assert (set(result.removed), lines(result)) == (removed, added)


TWO_CUPS = (
    Turn("customer", "2 small cups"),
    Turn("bot", "2 Enamel Cup Small = KES 1800. Shall I book it?"),
)


def test_double_in_the_name_of_a_good_doubles_nothing() -> None:
    """What "single nako, donhi double kara" wants in its place is the double roll."""
    rows = [
        {"sku": "ROLL-1", "name": "Single Egg Roll", "aliases": "single", "currency": "INR", "stock": "9"},
        {"sku": "ROLL-2", "name": "Double Egg Roll", "aliases": "double", "currency": "INR", "stock": "9"},
    ]
    history = (Turn("customer", "single egg roll 2"), Turn("bot", "2 Single Egg Roll = ₹100. Nakki karu ka?"))
    text, flags = "<-single> nako, donhi <double> kara", {"everything": True}
    result = read(catalogue_from_rows(rows), text, intent="modify_order", history=history, flags=flags)
    assert (result.removed, lines(result)) == (("ROLL-1",), {"ROLL-2": 2})
