"""Goods by weight, in packs, and with a number in their names."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem, catalogue_from_rows
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status
from backend.catalog.linking.terms import measure_of
from tests.support.linked import lines, resolved

HALF = Fraction(1, 2)
BY_WEIGHT = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": "kg", "price": "90", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("ONION-L", "Large Onions (loose)", "kitunguu kikubwa|bada pyaz", "size=large"),
            ("ONION-S", "Small Onions (loose)", "kitunguu kidogo|chhota pyaz", "size=small"),
            ("TOMATO-A", "Tomatoes Grade A", "nyanya|tamatar", "size=large"),
            ("TOMATO-B", "Tomatoes Grade B", "", "size=small"),
            ("CASHEW", "Cashew Nuts", "korosho|kaju", ""),
            ("MIX", "Cashew Snack Mix", "korosho mix robo", "size=quarter"),
        )
    ]
)


@pytest.mark.parametrize(
    ("words", "sku"),
    [
        ("kitunguu kikubwa", "ONION-L"),
        ("vitunguu vidogo", "ONION-S"),
        ("chhota pyaz", "ONION-S"),
        ("big onions", "ONION-L"),
        ("small tomatoes", "TOMATO-B"),
        ("large tomatoes", "TOMATO-A"),
    ],
)
def test_a_size_in_a_word_tells_rows_apart_that_are_weighed(words: str, sku: str) -> None:
    wanted = Wanted(measure=measure_of(2, "kg"))
    assert lines(BY_WEIGHT, words, wanted) == {sku: 2}


@pytest.mark.parametrize(
    ("words", "quantity"), [("korosho robo", Fraction(1, 4)), ("kaju aadha", HALF), ("half cashews", HALF)]
)
def test_a_part_that_only_a_word_says_is_one_of_what_is_weighed(words: str, quantity: Fraction) -> None:
    assert [said for _, said in resolved(BY_WEIGHT, words).lines] == [quantity]


def test_what_is_weighed_and_not_counted_is_odd() -> None:
    assert resolved(BY_WEIGHT, "korosho").status is Status.ODD


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("Bran Flour 2kg", "atta"), ("Simba Baking Flour 2kg", "simba")), "flour"),
        ((("Boiled Plate", "anda"), ("Farm Egg 65g", "farm")), "egg"),
        ((("Rosecoco 1kg", "maharage"), ("Njahi Beans 1kg", "njahi")), "beans"),
    ],
)
def test_a_translation_names_no_row_while_another_has_the_word_itself(
    rows: tuple[tuple[str, str], ...], words: str
) -> None:
    """Where "atta" is the brown flour, "flour" may be any flour."""
    shop = Catalogue(tuple(CatalogueItem(name, name, (alias,), "piece", 5000, "KES", 20) for name, alias in rows))
    found = resolved(shop, words)
    assert (found.status, len(found.alternatives)) == (Status.OPEN, 2)


def test_a_translation_names_the_only_row_that_has_it() -> None:
    shop = Catalogue((CatalogueItem("A", "Bran 2kg", ("atta",), "piece", 5000, "KES", 20),))
    assert lines(shop, "flour") == {"A": 1}


DELI = catalogue_from_rows(
    [
        {"sku": f"TUB-{size}", "name": f"Lidded Tub {size}ml (20 pc)", "price": "9", "stock": "90", "unit": "pack",
         "options": f"size={size}ml"}
        for size in (90, 180)
    ]
)  # fmt: skip


@pytest.mark.parametrize(("container", "packs"), [("packet", 40), (None, 2)])
def test_packs_that_are_said_beside_a_size_are_no_pieces(container: str | None, packs: int) -> None:
    """So many packs of the 90ml tub are as many; so many tubs are packs of twenty."""
    wanted = Wanted(count=Fraction(40), container=container, measure=measure_of(90, "ml"))
    assert lines(DELI, "lidded", wanted) == {"TUB-90": packs}


NUMBERED = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "9", "stock": "90"}
        for sku, name, aliases in (
            ("GOBI-65", "Gobi 65", "gobi 65|गोबी 65"),
            ("GOBI-BOX", "Fresh Gobi Florets", "kati gobi"),
            ("GOBI-ROLL", "Gobi Kathi Roll", ""),
            ("GRADE-40", "Sandpaper 40", "msasa 40"),
            ("GRADE-X", "Wet Sandpaper Sheet", "msasa wa maji"),
        )
    ]
)


@pytest.mark.parametrize(("words", "sku"), [("gobi 65", "GOBI-65"), ("गोबी 65", "GOBI-65"), ("msasa 40", "GRADE-40")])
def test_a_number_in_a_name_is_part_of_it(words: str, sku: str) -> None:
    assert resolved(NUMBERED, words).sku == sku


@pytest.mark.parametrize("words", ["gobi", "गोबी", "sandpaper", "msasa"])
def test_the_word_before_that_number_may_mean_the_others_as_well(words: str) -> None:
    assert resolved(NUMBERED, words).status is Status.OPEN


SKEWERS = catalogue_from_rows(
    [
        {"sku": "SKEWER", "name": "Bamboo Skewer (50 pc)", "aliases": "skewer|mishikaki sticks", "price": "9",
         "stock": "900", "unit": "pack"},
        {"sku": "CANDLE-4", "name": "Tall Candle (4 pc)", "aliases": "mshumaa", "price": "9", "stock": "90",
         "unit": "box"},
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "count", "packs"),
    [("skewer", 100, 2), ("skewer", 3, 3), ("skewer", 75, None), ("mshumaa", 8, 2), ("mshumaa", 6, None)],
)
def test_a_count_that_breaks_packs_is_asked_about(words: str, count: int, packs: int | None) -> None:
    found = resolved(SKEWERS, words, Wanted(count=Fraction(count)))
    assert [quantity for _, quantity in found.lines] == ([] if packs is None else [packs])
