"""Orders in so many words: names in full, a number beside each and words of asking, with nothing left over."""

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.plain_order import plain_order
from backend.conversations.reading.types import Decision, ReadingContext, Slot, Turn
from tests.support.marked_reading import lines, read


def _shop(*rows: tuple[str, str, str, str], currency: str) -> Catalogue:
    common = {"price": "20", "stock": "60", "currency": currency}
    return catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, "unit": unit, **common} for sku, name, aliases, unit in rows]
    )


DUKA = _shop(
    ("WATER-S", "Keringet 500ml", "chupa ndogo|maji nusu", "piece"),
    ("WATER-L", "Keringet 1.5L", "chupa kubwa|big bottle", "piece"),
    ("MAT", "Yoga Mat", "mkeka|yoga mat", "piece"),
    ("MAT-THICK", "Yoga Mat 10mm", "thick yoga mat", "piece"),
    ("LICK", "Salt Lick 2kg", "salt lick|jiwe la chumvi", "piece"),
    ("TISSUE", "Tissue (4 pack)", "tissue ya nne", "pack"),
    ("SUGAR", "Sugar", "sukari", "kg"),
    currency="KES",
)
KIRANA = _shop(
    ("BOWL-L", "Bowl Large", "bada bowl|मोठा बाउल", "piece"),
    ("BOWL-S", "Bowl Small", "chhota bowl", "piece"),
    ("FRUIT", "Cut Fruit", "cut fruit|कापलेली फळे", "piece"),
    ("CELL-AA", "AA Battery", "aa cell|aa", "piece"),
    ("CELL-AAA", "AAA Battery", "aaa cell|aaa", "piece"),
    ("PURI", "Puri", "puri packet|puri", "pack"),
    ("RICE", "Rice (loose)", "chawal|चावल", "kg"),
    currency="INR",
)


@pytest.mark.parametrize("intent", ["place_order", "special_instruction", "modify_order", "out_of_scope"])
@pytest.mark.parametrize(
    ("catalogue", "text", "expected"),
    [
        (DUKA, "naomba chupa ndogo mbili na thick yoga mat tatu", {"WATER-S": 2, "MAT-THICK": 3}),
        (DUKA, "can i get 3 big bottle plus 1 yoga mat", {"WATER-L": 3, "MAT": 1}),
        (DUKA, "nipee salt lick tano, chupa kubwa moja", {"LICK": 5, "WATER-L": 1}),
        (DUKA, "tissue ya nne mbili halafu mkeka moja tafadhali", {"TISSUE": 2, "MAT": 1}),
        (DUKA, "salt lick x4\nmaji nusu x2", {"LICK": 4, "WATER-S": 2}),
        (KIRANA, "do bada bowl aur teen cut fruit bhej do", {"BOWL-L": 2, "FRUIT": 3}),
        (KIRANA, "mala chhota bowl don ani puri packet char pahije", {"BOWL-S": 2, "PURI": 4}),
        (KIRANA, "तीन मोठा बाउल आणि दोन कापलेली फळे पाठवा", {"BOWL-L": 3, "FRUIT": 2}),
        (KIRANA, "aa cell do, aaa cell teen chahiye", {"CELL-AA": 2, "CELL-AAA": 3}),
        (KIRANA, "2 aa", {"CELL-AA": 2}),
    ],
)
def test_goods_by_their_own_names_are_ordered(
    catalogue: Catalogue, text: str, expected: dict[str, int], intent: str
) -> None:
    result = read(catalogue, text, intent=intent)
    assert (result.intent, result.decision) == ("place_order", Decision.ACCEPT)
    assert lines(result) == expected


@pytest.mark.parametrize(
    ("catalogue", "text", "expected"),
    [
        (DUKA, "salt lick tano na nusu kilo ya sukari", {"LICK": 5, "SUGAR": 0.5}),
        (DUKA, "big bottle tatu na robo kilo ya sukari", {"WATER-L": 3, "SUGAR": 0.25}),
        (DUKA, "nipimie sukari kilo moja na nusu", {"SUGAR": 1.5}),
        (DUKA, "sukari kilo mbili na mkeka 1", {"SUGAR": 2, "MAT": 1}),
        (DUKA, "half a kilo of sukari and 2 chupa ndogo", {"SUGAR": 0.5, "WATER-S": 2}),
        (DUKA, "jiwe la chumvi x2\nsukari 1.5 kg", {"LICK": 2, "SUGAR": 1.5}),
        (KIRANA, "pav kilo chawal ani don bada bowl dya", {"RICE": 0.25, "BOWL-L": 2}),
        (KIRANA, "डेढ़ किलो चावल और तीन puri packet", {"RICE": 1.5, "PURI": 3}),
    ],
)
def test_weights_stand_beside_goods_that_are_sold_by_them(
    catalogue: Catalogue, text: str, expected: dict[str, float]
) -> None:
    result = read(catalogue, text, intent="place_order")
    assert (result.decision, lines(result)) == (Decision.ACCEPT, expected)


def test_a_number_between_and_and_a_unit_is_no_part_of_the_weight_where_a_good_has_none_else() -> None:
    """Alone, "tano na nusu kilo" is five and a half."""
    assert not plain_order({}, DUKA, ReadingContext("mkeka na tano na nusu kilo ya sukari"))


def test_goods_by_weight_that_are_only_counted_are_asked_about() -> None:
    result = read(DUKA, "sukari mbili na mkeka moja", intent="place_order")
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize(
    ("catalogue", "text"),
    [
        (DUKA, "chupa ndogo mbili mkeka"),  # The number may count either.
        (DUKA, "yoga mat na chupa kubwa"),
        (KIRANA, "puri do"),  # "Two puri", or "give puri".
        (KIRANA, "दो-चार मोठा बाउल और एक puri"),
        (KIRANA, "do char bada bowl aur ek puri"),
    ],
)
def test_what_may_mean_something_else_is_no_plain_order(catalogue: Catalogue, text: str) -> None:
    assert not plain_order({}, catalogue, ReadingContext(text))


def test_nothing_that_has_gone_before_is_passed_over() -> None:
    history = (Turn("customer", "chupa"), Turn("bot", "Small or big bottle?"))
    assert plain_order({}, DUKA, ReadingContext("chupa ndogo mbili"))
    assert not plain_order({}, DUKA, ReadingContext("chupa ndogo mbili", history))
