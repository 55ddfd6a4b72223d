"""Changes of how many: only so many, so much less, one number for another, and what comes for what is refused."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, KITCHEN

ONE_LOAF = (Turn("customer", "bread"), Turn("bot", "1 White Bread 400g = KES 65. Shall I book it?"))
ONE_PLATE = (Turn("customer", "poha"), Turn("bot", "1 Kanda Poha (plate) = KES 35. Shall I book it?"))
TWO_LOAVES = (Turn("customer", "2 bread"), Turn("bot", "2 White Bread 400g = KES 130. Shall I book it?"))


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("drop the <-bread> and make the <milk> just one", {"BREAD", "MILK"}, {"MILK": 1}),
        ("<-bread> hatao, <milk> do hi", {"BREAD", "MILK"}, {"MILK": 2}),
        ("teen nahi, ek hi rakho <milk>", {"MILK"}, {"MILK": 1}),
    ],
)
def test_so_many_and_no_more_is_the_new_number(text: str, removed: set[str], added: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result), result.decision) == (removed, added, Decision.ACCEPT)


@pytest.mark.parametrize("text", ["drop the <-bread> and make the <milk> quick", "toa <-mkate>, <maziwa> iwe haraka"])
def test_a_row_that_is_made_nothing_that_is_understood_is_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("shop", "history", "text", "removed", "added"),
    [
        (CORNER_SHOP, ONE_LOAF, "hapana, mkate ni mdogo, weka <mkate mkubwa>", "BREAD", {"BREAD-8": 1}),
        (CORNER_SHOP, ONE_LOAF, "no the white bread is too small, send {2} <brown bread>", "BREAD", {"BREAD-B": 2}),
        (KITCHEN, ONE_PLATE, "nahi poha bahut ho jayega, <half poha> bhejo", "POHA", {"POHA-H": 1}),
    ],
)
def test_another_sort_takes_the_place_of_the_row_that_a_no_names(
    shop: object, history: tuple[Turn, ...], text: str, removed: str, added: dict[str, int]
) -> None:
    result = read(shop, text, intent="modify_order", history=history)
    assert (result.removed, lines(result), result.decision) == ((removed,), added, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("shop", "history", "text"),
    [
        (CORNER_SHOP, ONE_LOAF, "hapana, weka <mkate mkubwa>"),
        (KITCHEN, ONE_PLATE, "nahi, <half poha> bhejo"),
        (CORNER_SHOP, ONE_LOAF, "no, add {half|0.5}"),
    ],
)
def test_a_no_that_does_not_say_of_what_asks_whether_the_row_stays(
    shop: object, history: tuple[Turn, ...], text: str
) -> None:
    assert read(shop, text, intent="modify_order", history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("{ek kilo|1kg} <-onion> kam karo", {"ONION": 1}),
        ("punguza <-kitunguu> {kilo moja|1kg}", {"ONION": 1}),
    ],
)
def test_so_much_less_of_what_is_weighed_leaves_the_rest(text: str, added: dict[str, int]) -> None:
    two = (Turn("customer", "2 kilo onion"), Turn("bot", "2 kg Onions (loose) = KES 200. Shall I book it?"))
    result = read(CORNER_SHOP, text, intent="modify_order", history=two)
    assert (result.removed, lines(result)) == (("ONION",), added)


@pytest.mark.parametrize("text", ["<-bread> nahi, chikki", "not the <-bread>, its cake", "sio <-mkate>, ni keki"])
def test_what_is_to_come_for_what_is_refused_and_is_not_known_is_asked_about(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=ONE_LOAF)
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["the <-lamp> can wait, send a <clock> instead", "remove the <-lamp>, add a <clock>"])
def test_an_article_makes_one_of_what_comes_instead(text: str) -> None:
    rows = [
        {"sku": sku, "name": name, "aliases": alias, "unit": "piece", "price": "90", "stock": "9"}
        for sku, name, alias in (("LAMP", "Desk Lamp", "lamp"), ("CLOCK", "Wall Clock", "clock"))
    ]
    history = (Turn("customer", "3 lamps"), Turn("bot", "3 x Desk Lamp = KES 270. Shall I book it?"))
    result = read(catalogue_from_rows(rows), text, intent="modify_order", history=history)
    assert (result.removed, lines(result)) == (("LAMP",), {"CLOCK": 1})


@pytest.mark.parametrize(
    ("text", "history", "added"),
    [
        (
            "{do|2} nahi chaar, aur <coke> {ek|1}",
            "2 White Bread 400g = KES 130. Shall I book it?",
            {"BREAD": 4, "COKE": 1},
        ),
        ("{दोन|2} नको चार, आणि {1} <coke>", "2 White Bread 400g = KES 130. Shall I book it?", {"BREAD": 4, "COKE": 1}),
    ],
)
def test_a_number_that_is_refused_for_another_is_changed(text: str, history: str, added: dict[str, int]) -> None:
    result = read(CORNER_SHOP, text, history=(Turn("customer", "2 bread"), Turn("bot", history)))
    assert (result.removed, lines(result)) == (("BREAD",), added)


@pytest.mark.parametrize("text", ["bei iko juu, weka {moja|1} tu", "ek hi", "just one"])
def test_only_so_many_is_the_new_number_of_the_one_row(text: str) -> None:
    intent = "affirm" if len(text.split()) == 2 else "modify_order"
    result = read(CORNER_SHOP, text, intent=intent, history=TWO_LOAVES)
    assert (result.removed, lines(result), result.decision) == (("BREAD",), {"BREAD": 1}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["<bread> {ek|1} hi rakho aur <coke> {ek|1}", "make the <bread> just one and {1} <coke>"]
)
def test_only_so_many_is_the_new_number_beside_what_comes(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=TWO_LOAVES)
    assert (result.removed, lines(result)) == (("BREAD",), {"BREAD": 1, "COKE": 1})


@pytest.mark.parametrize(
    "text", ["<-bread> thoda kam", "less <-bread> please", "<bread> rehne do, <milk> {do|2} kar do"]
)
def test_less_that_is_not_told_and_what_may_stay_are_asked_about(text: str) -> None:
    assert read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text", ["weka <maziwa> {tano|5} badala ya {tatu|3} bana", "ongeza <maziwa> {5} badala ya tatu"]
)
def test_a_number_instead_of_another_is_the_new_one(text: str) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (result.removed, lines(result)) == (("MILK",), {"MILK": 5})


SIX_EGGS = (Turn("customer", "6 egg"), Turn("bot", "6 Egg = KES 90. Shall I book it?"))


def test_as_many_more_are_added_though_a_two_may_be_heard_behind_it() -> None:
    result = read(CORNER_SHOP, "<mayai> {6} aur daal {do|2}", intent="modify_order", history=SIX_EGGS)
    assert (lines(result), result.removed) == ({"EGG": 6}, ())


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("toa <-mkate> uweke <-pwani>", {"BREAD"}, {"MILK-P": 1}),
        ("take the <-bread> off, put <-pwani>", {"BREAD"}, {"MILK-P": 1}),
        ("punguza <maziwa> {2|2} ziwe {1|1}, na uondoe <-mkate>", {"MILK", "BREAD"}, {"MILK": 1}),
        ("no, just {1} <milk>, and add {a|1} <nafaka>", {"MILK"}, {"MILK": 1, "FLOUR-N": 1}),
        ("hapana, <maziwa> {moja|1} tu, na uongeze <nafaka> {moja|1}", {"MILK"}, {"MILK": 1, "FLOUR-N": 1}),
    ],
)
def test_what_is_put_comes_what_is_taken_off_goes_and_only_so_many_stay(
    text: str, removed: set[str], added: dict[str, int]
) -> None:
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK)
    assert (set(result.removed), lines(result), result.decision) == (removed, added, Decision.ACCEPT)
